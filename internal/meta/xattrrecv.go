package meta

import (
	"bytes"
	"crypto/md5"
	"slices"
	"strings"
	"sync"

	"godwit/internal/exit"
	"godwit/internal/wire"
)

// XattrReceiver reads the attributes of entries and holds every distinct list
// for the connection; it asks for the long values that are not here already.
// Generator and receiver share it: all methods are safe for concurrent use,
// but Read and ReadAnswer have one caller each.
type XattrReceiver struct {
	Rules XattrRules
	// Replay accepts answers to requests that were not made here: those of
	// the run that wrote the batch being read.
	Replay bool

	mu    sync.RWMutex
	lists []heldXattrs
}

type heldXattrs struct {
	items []heldXattr // sorted by local name
	asked bool        // a request for this list has been written
}

type heldXattr struct {
	name   string // local
	number int32  // position in the sender's list
	size   int
	long   bool // it came as a digest
	state  xattrState
	sum    [md5.Size]byte // of a value not here
	value  []byte
}

// xattrState says where the value of a received attribute is.
type xattrState uint8

const (
	xattrHere      xattrState = iota // in value
	xattrElsewhere                   // only the digest is known
	xattrRequested                   // asked for
)

// Read reads the attributes of one entry and returns the number of its list.
// name is the entry's, for messages.
func (c *XattrReceiver) Read(r *wire.Reader, name []byte) (uint32, error) {
	n, err := r.Varint()
	if err != nil {
		return 0, err
	}
	if n < 0 || int(n) > len(c.lists) {
		return 0, exit.Errorf(exit.StreamIO, "receive_xattr: xa index %d out of range for %s", n, name)
	}
	if n > 0 {
		return uint32(n - 1), nil
	}
	var l heldXattrs
	if err := c.readLiteral(r, &l); err != nil {
		return 0, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lists = append(c.lists, l)
	return uint32(len(c.lists) - 1), nil
}

func (c *XattrReceiver) readLiteral(r *wire.Reader, l *heldXattrs) error {
	count, err := r.Varint()
	if err != nil {
		return err
	}
	if err := r.CheckRange("xattr count", int64(count), 0, maxXattrs); err != nil {
		return err
	}
	sum := 0
	for number := int32(1); number <= count; number++ {
		it := heldXattr{number: number}
		wireName, err := readXattrHead(r, &it, &sum)
		if err != nil {
			return err
		}
		if it.size > abbreviateAbove {
			it.long, it.state = true, xattrElsewhere
			err = r.Full(it.sum[:])
		} else {
			it.value, err = r.Append(make([]byte, 0, it.size), it.size)
		}
		if err != nil {
			return err
		}
		var keep bool
		if it.name, keep = c.Rules.storeName(wireName); keep {
			l.items = append(l.items, it)
		}
	}
	slices.SortStableFunc(l.items, func(a, b heldXattr) int { return strings.Compare(a.name, b.name) })
	return nil
}

// readXattrHead reads the lengths and the name of one item.
func readXattrHead(r *wire.Reader, it *heldXattr, sum *int) (wireName string, err error) {
	nameLen, err := r.Varint()
	if err != nil {
		return "", err
	}
	if err := r.CheckSize("xattr name_len", uint64(nameLen), maxXattrName); err != nil {
		return "", err
	}
	if it.size, err = readDatumLen(r); err != nil {
		return "", err
	}
	if *sum += int(nameLen) + it.size; *sum > maxXattrSum {
		return "", exit.Errorf(exit.Protocol, "xattr list exceeds per-file limit [%s]", r.Who)
	}
	b, err := r.Append(make([]byte, 0, min(int(nameLen), 256)), int(nameLen))
	if err != nil {
		return "", err
	}
	if len(b) == 0 || b[len(b)-1] != 0 {
		return "", exit.Errorf(exit.FileIO, `Invalid xattr name received (missing trailing \0).`)
	}
	return string(b[:bytes.IndexByte(b, 0)]), nil
}

func readDatumLen(r *wire.Reader) (int, error) {
	n, err := r.Varint()
	if err != nil {
		return 0, err
	}
	if err := r.CheckSize("xattr datum_len", uint64(n), 1<<31-1); err != nil {
		return 0, err
	}
	if n > maxXattrData {
		return 0, exit.Errorf(exit.Protocol, "xattr datum_len exceeds per-value limit [%s]", r.Who)
	}
	return int(n), nil
}

// Empty reports whether the list has no attribute that could be stored here.
func (c *XattrReceiver) Empty(list uint32) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.lists[list].items) == 0
}

// AppendRequest appends the request for the long values of a list that the
// entry's present file does not have already, as it follows an item. have is
// that file, or nil. Each list is asked for once, so a list seen before gives
// an empty request; a long value found in the file is remembered for the later
// entries with the same list.
func (c *XattrReceiver) AppendRequest(b []byte, list uint32, have AttrSource) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := &c.lists[list]
	if l.asked {
		return append(b, 0)
	}
	l.asked = true
	var numbers []int32
	for i := range l.items {
		it := &l.items[i]
		if it.state != xattrElsewhere {
			continue
		}
		if have != nil {
			if v, err := readAttr(have, it.name, nil); err == nil && it.matches(v) {
				it.value, it.state = v, xattrHere
				continue
			}
		}
		it.state = xattrRequested
		numbers = append(numbers, it.number)
	}
	// Renaming may have changed the order of names, never that of numbers.
	slices.Sort(numbers)
	last := int32(0)
	for _, n := range numbers {
		b = wire.AppendVarint(b, n-last)
		last = n
	}
	return append(b, 0)
}

// Recall remembers the long values of a list that a file has, because they are wanted for what takes its
// place and are not going to be asked for.
func (c *XattrReceiver) Recall(list uint32, have AttrSource) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.lists[list].items {
		it := &c.lists[list].items[i]
		if it.state != xattrElsewhere {
			continue
		}
		if v, err := readAttr(have, it.name, nil); err == nil && it.matches(v) {
			it.value, it.state = v, xattrHere
		}
	}
}

// ReadAnswer reads the values that follow an echoed item. name is the entry's.
func (c *XattrReceiver) ReadAnswer(r *wire.Reader, list uint32, name string) error {
	for number := int32(0); ; {
		next, end, err := readNumber(r, number)
		if err != nil || end {
			return err
		}
		number = next
		it, err := c.awaited(r, list, number, name)
		if err != nil {
			return err
		}
		size, err := readDatumLen(r)
		if err != nil {
			return err
		}
		value, err := r.Append(nil, size)
		if err != nil {
			return err
		}
		c.mu.Lock()
		it.value, it.size, it.state = value, size, xattrHere
		c.mu.Unlock()
	}
}

// awaited returns the item with the number, which must have been requested.
func (c *XattrReceiver) awaited(r *wire.Reader, list uint32, number int32, name string) (*heldXattr, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	items := c.lists[list].items
	i := slices.IndexFunc(items, func(it heldXattr) bool { return it.number == number })
	if i < 0 {
		return nil, exit.Errorf(exit.Protocol, "[%s] could not find xattr #%d for %s", r.Who, number, name)
	}
	if items[i].state != xattrRequested && !(c.Replay && items[i].long) {
		return nil, abbrevError(r, items[i].name, name, items[i].size)
	}
	return &items[i], nil
}

// matches reports whether v is the item's value, as far as is known.
func (it *heldXattr) matches(v []byte) bool {
	if len(v) != it.size {
		return false
	}
	if it.state == xattrHere {
		return bytes.Equal(v, it.value)
	}
	return md5.Sum(v) == it.sum
}
