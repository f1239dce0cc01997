package ids

import "godwit/internal/wire"

// ListForm is how this connection writes id lists.
type ListForm struct {
	Varint    bool // ids are varints (protocol 30 and later), else ints
	RootNamed bool // the end of a list carries the name of id 0
}

// Named is an id with the name that its sender knows it by.
type Named struct {
	ID   uint32
	Name string
}

// maxName is the longest name that its length byte can announce.
const maxName = 255

// AppendName appends a name as it follows an id on the wire: its length in
// one byte, then its bytes. Longer names are cut to 255 bytes.
func AppendName(b []byte, name string) []byte {
	if len(name) > maxName {
		name = name[:maxName]
	}
	b = append(b, byte(len(name)))
	return append(b, name...)
}

// ReadName reads what [AppendName] wrote.
func ReadName(r *wire.Reader) (string, error) {
	n, err := r.Byte()
	if err != nil || n == 0 {
		return "", err
	}
	name, err := r.Append(make([]byte, 0, n), int(n))
	return string(name), err
}

// AppendList appends one id list with its end marker. Entries without a name
// and id 0 are left out; root is the name of id 0, used only if the form has
// it.
func AppendList(b []byte, form ListForm, list []Named, root string) []byte {
	for _, e := range list {
		if e.ID != 0 && e.Name != "" {
			b = form.appendID(b, e.ID)
			b = AppendName(b, e.Name)
		}
	}
	b = form.appendID(b, 0)
	if form.RootNamed {
		b = AppendName(b, root)
	}
	return b
}

func (f ListForm) appendID(b []byte, id uint32) []byte {
	if f.Varint {
		return wire.AppendVarint(b, int32(id))
	}
	return wire.AppendInt32(b, int32(id))
}

// ReadList reads one id list and calls each for its entries in order; the
// name of id 0 comes last, if the form has it.
func ReadList(r *wire.Reader, form ListForm, each func(id uint32, name string) error) error {
	for {
		id, err := form.readID(r)
		if err != nil {
			return err
		}
		if id == 0 && !form.RootNamed {
			return nil
		}
		name, err := ReadName(r)
		if err != nil {
			return err
		}
		if err := each(id, name); err != nil || id == 0 {
			return err
		}
	}
}

func (f ListForm) readID(r *wire.Reader) (uint32, error) {
	read := r.Int32
	if f.Varint {
		read = r.Varint
	}
	id, err := read()
	return uint32(id), err
}
