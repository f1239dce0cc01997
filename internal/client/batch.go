package client

import (
	"context"

	"godwit/internal/exit"
	"godwit/internal/options"
	"godwit/internal/transfer"
)

func (c *Client) batch(set *transfer.Setup) error {
	if c.o.Batch != options.BatchNone {
		return exit.Errorf(exit.Unsupported, "batch")
	}
	return nil
}

func (c *Client) fromBatch(ctx context.Context, v Version) (outcome, error) {
	return outcome{}, exit.Errorf(exit.Unsupported, "batch")
}
