package transfer

import (
	"godwit/internal/flist"
	"godwit/internal/report"
)

// convertFailed reports a name or link text that --iconv cannot convert; the entry is left out.
func (c *conversation) convertFailed(name []byte, link bool, err error) {
	if link {
		// The reference does not know the name by then and shows the directory that it counts from.
		c.log.Say(report.CannotConvertLink, report.Full(nil), report.Str(ErrnoMessage(err)))
		return
	}
	c.log.Say(report.CannotConvertName, report.Name(name), report.Str(ErrnoMessage(err)))
}

// charset sets up the conversion of names under --iconv: the wire carries UTF-8
// (docs/protocol/02-wire-and-file-list.md §20).
func (c *conversation) charset(f *flist.Format) error {
	if !c.o.Iconv {
		return nil
	}
	conv, err := newConverter(c.o.IconvLocal, c.Process.Charset)
	if err != nil {
		return err
	}
	f.ToWire, f.FromWire = conv.toWire, conv.fromWire
	return nil
}
