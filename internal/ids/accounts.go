package ids

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
)

// table holds both directions of one account database.
type table struct {
	names map[uint32]string
	ids   map[string]uint32
}

func newTable() *table {
	return &table{names: map[uint32]string{}, ids: map[string]uint32{}}
}

// parse adds the accounts of r to the table. The layout of passwd and group
// files (and of getent's output) agrees in what matters: fields separated by
// colons, the name first and the id third. Lines that are comments, NIS
// switches (+ and -) or damaged are passed over, as C libraries do. The first
// line for a name or an id wins.
func (t *table) parse(r io.Reader) error {
	br := bufio.NewReaderSize(r, 4096)
	for {
		line, err := readLine(br)
		if len(line) > 0 {
			t.addLine(line)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// readLine returns the next line without its end. Group lines have no length
// limit, so a line longer than the buffer is gathered.
func readLine(br *bufio.Reader) ([]byte, error) {
	var long []byte
	for {
		part, err := br.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			long = append(long, part...)
			continue
		}
		if long != nil {
			part = append(long, part...)
		}
		return bytes.TrimRight(part, "\r\n"), err
	}
}

func (t *table) addLine(line []byte) {
	switch line[0] {
	case '#', '+', '-':
		return
	}
	name, rest, ok := bytes.Cut(line, []byte{':'})
	if !ok || len(name) == 0 {
		return
	}
	_, rest, ok = bytes.Cut(rest, []byte{':'})
	if !ok {
		return
	}
	digits, _, _ := bytes.Cut(rest, []byte{':'})
	id, err := strconv.ParseUint(string(digits), 10, 32)
	if err != nil {
		return
	}
	n := string(name)
	if _, dup := t.names[uint32(id)]; !dup {
		t.names[uint32(id)] = n
	}
	if _, dup := t.ids[n]; !dup {
		t.ids[n] = uint32(id)
	}
}

// onlyFiles reports whether an nsswitch.conf sends the database ("passwd" or
// "group") to the local files alone, so that nothing else need be asked. A
// database it does not mention is served from files.
func onlyFiles(conf io.Reader, database string) bool {
	sc := bufio.NewScanner(conf)
	for sc.Scan() {
		line, _, _ := bytes.Cut(sc.Bytes(), []byte{'#'})
		key, sources, ok := bytes.Cut(line, []byte{':'})
		if !ok || string(bytes.TrimSpace(key)) != database {
			continue
		}
		for _, s := range bytes.Fields(sources) {
			if string(s) != "files" {
				return false
			}
		}
	}
	return sc.Err() == nil
}
