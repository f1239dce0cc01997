package transfer

import (
	"unicode/utf8"

	"godwit/internal/flist"
	"godwit/internal/options"
	"godwit/internal/report"
	"godwit/internal/wire"
)

// convertFailed reports a name or link text that --iconv cannot convert; the entry is left out.
func (c *conversation) convertFailed(name []byte, link bool, err error) {
	log := c.log
	if c.reading != nil {
		log = log.As(report.RoleReceiver)
	}
	if link {
		// The reference does not know the name by then and shows the directory that it counts from.
		log.Say(report.CannotConvertLink, report.Full(nil), report.Str(ErrnoMessage(err)))
		return
	}
	log.Say(report.CannotConvertName, report.Name(name), report.Str(ErrnoMessage(err)))
}

// CheckCharset says whether names of a charset can be converted, with exit code 4 if not; locale is
// what "." stands for.
func CheckCharset(name string, locale report.Charset) error {
	_, err := newConverter(name, locale)
	return err
}

// openCharset prepares the conversion of names and messages under --iconv: the wire carries UTF-8
// (docs/protocol/02-wire-and-file-list.md §20).
func (c *conversation) openCharset() (err error) {
	if !c.o.Iconv {
		return nil
	}
	if c.conv, err = newConverter(c.o.IconvLocal, c.Process.Charset); err != nil {
		return err
	}
	c.log.Debugf(options.DebugIconv, 1, "[%s] charset: %s", c.log.Role(), c.conv.name)
	return nil
}

// charset makes a list's names those of the wire.
func (c *conversation) charset(f *flist.Format) {
	if c.conv != nil {
		f.ToWire, f.FromWire = c.conv.toWire, c.conv.fromWire
	}
}

// relayText passes on what the peer says. Under --iconv its texts arrive in UTF-8, and what has
// been converted is shown as it is.
func (c *conversation) relayText(m wire.Msg, text []byte) {
	if c.conv == nil {
		c.log.Relay(report.Class(m), text)
		return
	}
	c.log.RelayConverted(report.Class(m), c.conv.appendLocal(nil, text), c.conv.shown())
}

// shown is what a terminal of the local charset may show of a text from the peer. Where the bytes
// from 0x80 to 0x9F are controls, as in ISO 8859, they are not for a peer to send.
func (c *converter) shown() report.Charset {
	if c.enc == nil {
		return report.CharsetUTF8
	}
	if r, err := c.enc.NewDecoder().Bytes([]byte{0x9b}); err == nil && string(r) == "\u009b" {
		return report.CharsetLog
	}
	return report.CharsetRaw
}

// deletedName is what is shown of a deleted file that the peer names: the reference takes the name
// for one of this side, although it is in UTF-8 by now, and loses the beginning of a character at
// its very end.
func (c *converter) deletedName(name []byte) []byte {
	if c.enc == nil {
		for k := max(0, len(name)-5); k < len(name); k++ {
			if name[k] >= utf8.RuneSelf && cutOff(name[k:]) {
				name = name[:k]
			}
		}
	}
	return c.appendUTF8(nil, name)
}
