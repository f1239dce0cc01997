package meta

import (
	"bytes"
	"crypto/md5"
	"slices"
	"strings"

	"godwit/internal/exit"
	"godwit/internal/wire"
)

// Limits of extended attributes on the wire
// (docs/protocol/02-wire-and-file-list.md §18).
const (
	maxXattrs    = 65536
	maxXattrName = 4096 // with the NUL
	maxXattrData = 128 << 20
	maxXattrSum  = 512 << 20

	// abbreviateAbove is the longest value that is sent with the list; of
	// longer ones only the digest is.
	abbreviateAbove = 32
)

// XattrSender writes the attributes of entries, each distinct list once per
// connection, and answers the requests for long values. It is not safe for
// concurrent use.
type XattrSender struct {
	Rules XattrRules

	seen  map[string]int32 // literal → number
	lists []sentXattrs

	items              []xattrSpan
	names, data, value []byte
	key                []byte
}

// sentXattrs is a list as it was sent, which is all that later requests for
// its values need.
type sentXattrs struct {
	literal string
	settled []int32 // numbers of the long values already requested
}

// xattrSpan is one attribute being sent: its wire name, and where its value
// lies in the sender's data buffer.
type xattrSpan struct {
	name     string
	from, to int
}

// Append reads the attributes of an entry and appends them as they follow it
// in the list. The number of the list is what the requests refer to. On a
// failure nothing has been appended, and the entry is to be left out of the
// list.
func (s *XattrSender) Append(b []byte, src AttrSource) ([]byte, uint32, *Failure) {
	if f := s.read(src); f != nil {
		return b, 0, f
	}
	return s.append(b)
}

// AppendNone appends the empty list, for an entry whose tree knows no
// attributes.
func (s *XattrSender) AppendNone(b []byte) ([]byte, uint32) {
	s.items = s.items[:0]
	b, n, _ := s.append(b)
	return b, n
}

func (s *XattrSender) append(b []byte) ([]byte, uint32, *Failure) {
	s.key = s.appendLiteral(s.key[:0])
	if n, ok := s.seen[string(s.key)]; ok {
		return wire.AppendVarint(b, n+1), uint32(n), nil
	}
	if s.seen == nil {
		s.seen = map[string]int32{}
	}
	literal := string(s.key)
	n := int32(len(s.lists))
	s.seen[literal] = n
	s.lists = append(s.lists, sentXattrs{literal: literal})
	return append(append(b, 0), literal...), uint32(n), nil
}

// read collects the attributes that take part, sorted by name.
func (s *XattrSender) read(src AttrSource) *Failure {
	s.items, s.data = s.items[:0], s.data[:0]
	var err error
	s.names, err = readNames(src, s.names)
	if err != nil {
		if isUnsupported(err) {
			return nil
		}
		return failure("get_xattr_names: llistxattr(", ",1024) failed", err)
	}
	for rest := s.names; len(rest) > 0; {
		var local []byte
		local, rest, _ = bytes.Cut(rest, []byte{0})
		name, ok := s.Rules.sendName(string(local))
		if !ok {
			continue
		}
		s.value, err = readAttr(src, string(local), s.value)
		if isAbsent(err) {
			continue // removed since the names were read
		}
		if err != nil {
			return failure("get_xattr_data: lgetxattr(", `,"`+string(local)+`",0) failed`, err)
		}
		from := len(s.data)
		s.data = append(s.data, s.value...)
		s.items = append(s.items, xattrSpan{name, from, len(s.data)})
	}
	slices.SortFunc(s.items, func(a, b xattrSpan) int { return strings.Compare(a.name, b.name) })
	return nil
}

func (s *XattrSender) appendLiteral(b []byte) []byte {
	b = wire.AppendVarint(b, int32(len(s.items)))
	for _, it := range s.items {
		value := s.data[it.from:it.to]
		b = wire.AppendVarint(b, int32(len(it.name)+1))
		b = wire.AppendVarint(b, int32(len(value)))
		b = append(append(b, it.name...), 0)
		if len(value) <= abbreviateAbove {
			b = append(b, value...)
			continue
		}
		sum := md5.Sum(value)
		b = append(b, sum[:]...)
	}
	return b
}

// XattrWanted is one value that the peer has asked for.
type XattrWanted struct {
	Number int32  // position in the list, from 1
	Name   string // on the wire
}

// ReadRequest reads the request that follows an item of the transfer and
// appends what is wanted to dst. name is the entry's, for messages.
func (s *XattrSender) ReadRequest(r *wire.Reader, dst []XattrWanted, list uint32, name string) ([]XattrWanted, error) {
	if int(list) >= len(s.lists) {
		return dst, exit.Errorf(exit.Protocol, "recv_xattr_request: internal data error!")
	}
	l := &s.lists[list]
	for number := int32(0); ; {
		next, end, err := readNumber(r, number)
		if err != nil || end {
			return dst, err
		}
		number = next
		attr, size := l.find(number)
		if attr == "" {
			return dst, exit.Errorf(exit.Protocol, "[%s] could not find xattr #%d for %s", r.Who, number, name)
		}
		if size <= abbreviateAbove || slices.Contains(l.settled, number) {
			return dst, abbrevError(r, attr, name, size)
		}
		l.settled = append(l.settled, number)
		dst = append(dst, XattrWanted{number, attr})
	}
}

func abbrevError(r *wire.Reader, attr, name string, size int) error {
	return exit.Errorf(exit.Protocol, "[%s] internal abbrev error on %s (%s, len=%d)!", r.Who, attr, name, size)
}

// readNumber reads the distance to the next item of a request or an answer.
func readNumber(r *wire.Reader, from int32) (number int32, end bool, err error) {
	step, err := r.Varint()
	if err != nil || step == 0 {
		return from, true, err
	}
	number = from + step
	if step > 0 != (number > from) {
		return from, false, exit.Errorf(exit.Protocol, "xattr rel_pos accumulation overflow [%s]", r.Who)
	}
	return number, false, nil
}

// find returns name and length of the item with the number, or "" if there
// is none. The literal is our own, so reading it cannot fail.
func (l *sentXattrs) find(number int32) (name string, size int) {
	r := wire.NewBytesReader([]byte(l.literal), "")
	count, _ := r.Varint()
	for n := int32(1); n <= count; n++ {
		nameLen, _ := r.Varint()
		dataLen, _ := r.Varint()
		if n == number {
			at := int(r.Count())
			return l.literal[at : at+int(nameLen)-1], int(dataLen)
		}
		if dataLen > abbreviateAbove {
			dataLen = md5.Size
		}
		_ = r.Skip(int64(nameLen) + int64(dataLen))
	}
	return "", 0
}

// AppendAnswer appends the wanted values, read again from the entry, as they
// follow the echoed item. A value that cannot be read is sent empty and
// reported; the returned failure is the last such.
func (s *XattrSender) AppendAnswer(b []byte, wanted []XattrWanted, src AttrSource) ([]byte, *Failure) {
	var failed *Failure
	last := int32(0)
	for _, w := range wanted {
		var err error
		s.value, err = readAttr(src, s.Rules.localName(w.Name), s.value)
		if err != nil {
			failed = failure("failed to re-read xattr "+w.Name+" for ", "", err)
		}
		b = wire.AppendVarint(b, w.Number-last)
		b = wire.AppendVarint(b, int32(len(s.value)))
		b = append(b, s.value...)
		last = w.Number
	}
	return append(b, 0), failed
}
