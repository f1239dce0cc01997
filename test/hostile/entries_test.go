//go:build linux

package hostile

import "godwit/internal/wire"

const (
	typeDir  = 0o40000
	typeFile = 0o100000
	typeLink = 0o120000
	typeChar = 0o020000
	typeFIFO = 0o010000

	modeDir  = typeDir | 0o755
	modeFile = typeFile | 0o644
)

// Bits of an entry's flags (docs/protocol/02-wire-and-file-list.md §10.1).
const (
	xTop       = 0x0001
	xSameMode  = 0x0002
	xExtended  = 0x0004
	xSameUID   = 0x0008
	xSameGID   = 0x0010
	xPrefix    = 0x0020
	xLong      = 0x0040
	xNoContent = 0x0100
	xLinked    = 0x0200
	xFirstLink = 0x1000
	xNsec      = 0x2000
)

// entry is one entry of a list, as far as scripts need it; zero fields are left out.
type entry struct {
	name   string
	mode   uint32
	size   int64
	mtime  int64
	flags  uint32 // beside those that follow from the rest
	prefix int    // bytes taken from the name before, with xPrefix
	more   []byte // what options add behind the mode
	group  []byte // the number of a hard-link group
	nsec   []byte
}

// append encodes e.
func (e entry) append(b []byte, protocol int, varint bool) []byte {
	flags := e.flags
	if len(e.name) > 255 {
		flags |= xLong
	}
	switch {
	case varint:
		if flags == 0 {
			flags = xExtended
		}
		b = wire.AppendVarint(b, int32(flags))
	case flags > 0xff:
		b = append(b, byte(flags|xExtended), byte(flags>>8))
	case flags == 0:
		b = append(b, xExtended, 0)
	default:
		b = append(b, byte(flags))
	}
	if flags&xPrefix != 0 {
		b = append(b, byte(e.prefix))
	}
	if flags&xLong != 0 {
		b = wire.AppendInt30(b, protocol, int32(len(e.name)))
	} else {
		b = append(b, byte(len(e.name)))
	}
	b = append(b, e.name...)
	b = append(b, e.group...)
	b = wire.AppendLong30(b, protocol, e.size, wire.SizeBytes)
	mtime := e.mtime
	if mtime == 0 {
		mtime = 1000
	}
	if protocol >= 30 {
		b = wire.AppendVarlong(b, mtime, wire.TimeBytes)
	} else {
		b = wire.AppendInt32(b, int32(mtime))
	}
	b = append(b, e.nsec...)
	if flags&xSameMode == 0 {
		b = wire.AppendUint32(b, e.mode)
	}
	return append(b, e.more...)
}

// entries adds entries to the list that is being sent.
func (l *liar) entries(all ...entry) {
	var b []byte
	for _, e := range all {
		b = e.append(b, l.protocol, l.flags.Has(wire.CompatVarintFlags))
	}
	l.raw(b...)
}

// dir and file are entries of usual kinds.
func dir(name string) entry  { return entry{name: name, mode: modeDir} }
func file(name string) entry { return entry{name: name, mode: modeFile, size: 5} }

// link is an entry of a symlink when links are preserved.
func link(name, target string, protocol int) entry {
	return entry{
		name: name, mode: typeLink | 0o777, size: int64(len(target)),
		more: append(wire.AppendInt30(nil, protocol, int32(len(target))), target...),
	}
}

// endList ends a list with these error bits (no lists of ids: scripts keep no owners).
func (l *liar) endList(bits ...int32) {
	var v int32
	if len(bits) > 0 {
		v = bits[0]
	}
	switch {
	case l.flags.Has(wire.CompatVarintFlags):
		l.varints(0, v)
	case l.protocol < 30:
		l.raw(wire.AppendInt32([]byte{0}, v)...)
	case v != 0:
		l.raw(append([]byte{xExtended, 0x10}, wire.AppendVarint(nil, v)...)...)
	default:
		l.raw(0)
	}
}

// tree is the list that most scripts begin with: src, src/a, src/b.
func (l *liar) tree() {
	l.entries(dir("src"), file("src/a"), file("src/b"))
	l.endList()
}
