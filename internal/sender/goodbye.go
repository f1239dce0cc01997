package sender

import (
	"time"

	"godwit/internal/exit"
	"godwit/internal/options"
	"godwit/internal/report"
	"godwit/internal/wire"
)

// goodbye sends the statistics, if this is the server, and waits for the generator's last word
// (docs/protocol/03-transfer.md §4).
func (s *Sender) goodbye() error {
	if s.Log.WantsDebug(options.DebugDeltasum, 1) {
		m := s.matches
		s.Log.Say(report.DeltaTotals, report.Int(m.Matches), report.Int(m.HashHits), report.Int(m.FalseAlarms), report.Int(m.Literal))
	}
	switch {
	case s.Plan.Where.Server:
		if err := s.statistics(); err != nil {
			return err
		}
	case s.Record != nil:
		if _, err := s.Record.Write(s.AppendStatistics(nil)); err != nil {
			return err
		}
	}
	rounds := 1
	if s.protocol >= 31 {
		rounds = 2
	}
	for round := range rounds {
		if err := s.lastDone(); err != nil {
			return err
		}
		if round == 0 && s.protocol >= 31 {
			if err := s.writeDone(); err != nil {
				return err
			}
			s.Session.Flush()
		}
	}
	s.Session.ExpectEnd()
	return nil
}

// lastDone reads up to a DONE. Deletion counts may stand before it, and items that come too late
// to be answered: they are skipped (§3.2).
func (s *Sender) lastDone() error {
	for {
		ndx, err := s.ndxIn.Read(s.r)
		if err != nil {
			return err
		}
		switch {
		case ndx == wire.NdxDone:
			return nil
		case ndx == wire.NdxDelStats && s.protocol >= 31:
			if err := s.deletions(); err != nil {
				return err
			}
		case ndx >= 0 && s.protocol >= 29:
			if int64(ndx) == s.List.Count() && s.protocol < 30 {
				if err := s.keepAlive29(); err != nil {
					return err
				}
				continue
			}
			if err := s.r.Item(s.protocol, &s.item); err != nil {
				return err
			}
			if s.item.Flags.Has(wire.ItemTransfer) {
				return invalidPacket(ndx)
			}
		default:
			return invalidPacket(ndx)
		}
	}
}

func invalidPacket(ndx int32) error {
	return exit.Errorf(exit.Protocol, "Invalid packet at end of run (%d) [sender]", ndx)
}

// statistics tells the client the numbers it cannot know.
func (s *Sender) statistics() error {
	s.out = s.AppendStatistics(s.out)
	return s.write()
}

// AppendStatistics appends the sender's numbers as they end a server's stream and a batch file.
func (s *Sender) AppendStatistics(dst []byte) []byte {
	t := s.Totals
	p := s.protocol
	dst = wire.AppendLong30(dst, p, s.Session.BytesRead(), wire.SizeBytes)
	dst = wire.AppendLong30(dst, p, s.Session.BytesWritten(), wire.SizeBytes)
	dst = wire.AppendLong30(dst, p, t.Size, wire.SizeBytes)
	if p >= 29 {
		dst = wire.AppendLong30(dst, p, int64(t.ListBuild/time.Millisecond), wire.SizeBytes)
		dst = wire.AppendLong30(dst, p, int64(t.ListTransfer/time.Millisecond), wire.SizeBytes)
	}
	return dst
}
