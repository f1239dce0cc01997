package client

import (
	"context"

	"godwit/internal/batch"
	"godwit/internal/options"
	"godwit/internal/report"
	"godwit/internal/transfer"
	"godwit/internal/wire"
)

// batch makes the run record itself, with --write-batch and --only-write-batch
// (docs/protocol/03-transfer.md §15).
func (c *Client) batch(set *transfer.Setup) error {
	if c.o.Batch != options.BatchWrite && c.o.Batch != options.BatchOnlyWrite || c.o.BatchDry {
		return nil
	}
	role := report.RoleReceiving
	if set.Sender {
		role = report.RoleSender
	}
	rec, err := batch.Create(c.operator(), c.o.BatchFile, batch.FlagsOf(c.o), c.log.As(role))
	if err != nil {
		return err
	}
	c.onExit(func() { rec.Close() })
	set.Batch = &transfer.BatchHooks{
		Writer: rec, Start: rec.Start,
		Script: func(rules []string, protocol int) error {
			dest := c.o.Args[len(c.o.Args)-1]
			if op := options.ParseOperand(dest); op.Kind != options.Local {
				dest = op.Path
			}
			s := batch.Script{
				Args: append([]string{c.env.Arg0}, c.env.Args...), Dest: dest, Rules: rules, From0: c.o.From0, Protocol: protocol,
			}
			text, err := s.Append(nil)
			if err != nil {
				return err
			}
			return rec.WriteScript(text)
		},
	}
	return nil
}

// openReplay opens the batch file to be read.
func (c *Client) openReplay() (err error) {
	version := wire.MaxProtocol
	if c.o.Protocol > 0 {
		version = min(version, c.o.Protocol)
	}
	c.replay, err = batch.Open(c.operator(), c.o.BatchFile, c.Stdin, version, c.log.As(report.RoleReceiving))
	if err == nil {
		c.onExit(func() { c.replay.Close() })
	}
	return err
}

// fromBatch replays a batch file in place of a sender.
func (c *Client) fromBatch(ctx context.Context) (outcome, error) {
	replay := c.replay
	allow := c.o.IncRecursion(true)
	err := replay.Flags.Adopt(c.o, replay.Protocol, func(option string, on bool) {
		m := report.ClearingForBatch
		if on {
			m = report.SettingForBatch
		}
		c.log.Say(m, report.Str(option))
	})
	if err != nil {
		return outcome{}, err
	}
	res := transfer.Run(ctx, transfer.Setup{
		Options: c.o, Conn: replay, ClientCaps: wire.CapAll, Rules: c.rules, Dest: c.shape.Dest, HasDest: c.shape.HasDest,
		Operator: c.operator(), Router: c.router, Process: c.process(),
		Batch: &transfer.BatchHooks{Reading: true, AllowIncremental: allow},
	})
	if res.Complete {
		c.summary(res.Totals, false, res.Code)
	}
	return outcome{Code: res.Code, Told: res.Told, Role: res.Role}, nil
}
