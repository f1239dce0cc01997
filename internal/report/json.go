package report

import (
	"encoding/base64"
	"encoding/hex"
	"io"
	"strconv"
	"sync"
	"unicode/utf8"
)

// JSON is an observer that writes each event as one JSON object on a line of
// its own. The member "type" tells the kind. A name that is no UTF-8 is given
// with the odd bytes as \#ooo, and exactly in a member with "_base64" added to
// its name.
type JSON struct {
	mu    sync.Mutex
	w     io.Writer
	style ItemStyle
	buf   []byte
	fault error
}

// NewJSON returns a JSON observer that writes to w. Style is that of the
// itemized changes in the items.
func NewJSON(w io.Writer, style ItemStyle) *JSON { return &JSON{w: w, style: style} }

// Err returns the first failure to write.
func (j *JSON) Err() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.fault
}

// Emit implements [Sink].
func (j *JSON) Emit(e *Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	o := object{append(j.buf[:0], '{')}
	o.str("type", e.Kind.String())
	switch {
	case e.Item != nil:
		j.item(&o, e.Kind, e.Item)
	case e.Progress != nil:
		o.progress(e.Progress)
	case e.Totals != nil:
		o.totals(e.Totals)
	default:
		o.str("class", e.Class.String())
		o.str("role", e.Role.String())
		if e.Kind == KindEnd {
			o.num("code", int64(e.Code))
		}
		o.name("text", trimEnd(e.Text))
	}
	j.buf = append(o.b, "}\n"...)
	if _, err := j.w.Write(j.buf); err != nil && j.fault == nil {
		j.fault = err
	}
}

func (j *JSON) item(o *object, kind Kind, it *Item) {
	o.name("name", it.Name)
	o.flag("dir", it.IsDir())
	if kind == KindDelete {
		return
	}
	if kind == KindItem {
		o.key("changes")
		o.b = append(o.b, '"')
		o.b = append(AppendItemized(o.b, it.Flags, it.Mode, j.style), '"')
	}
	o.key("mode")
	o.b = append(o.b, '"')
	o.b = append(appendMode(o.b, it.Mode), '"')
	o.num("size", it.Size)
	o.num("mtime", it.Mtime)
	if it.IsSymlink() && it.Link != nil {
		o.name("target", it.Link)
	}
	if len(it.Leader) > 0 {
		o.name("leader", it.Leader)
	}
	if len(it.Sum) > 0 {
		o.key("sum")
		o.b = append(o.b, '"')
		o.b = append(hex.AppendEncode(o.b, it.Sum), '"')
	}
}

// object is a JSON object being appended to, without its closing brace.
type object struct{ b []byte }

func (o *object) key(k string) {
	if o.b[len(o.b)-1] != '{' {
		o.b = append(o.b, ',')
	}
	o.b = append(o.b, '"')
	o.b = append(o.b, k...)
	o.b = append(o.b, '"', ':')
}

func (o *object) str(k, v string) {
	o.key(k)
	o.b = appendJSONString(o.b, []byte(v))
}

func (o *object) num(k string, v int64) {
	o.key(k)
	o.b = strconv.AppendInt(o.b, v, 10)
}

func (o *object) real(k string, v float64) {
	o.key(k)
	o.b = strconv.AppendFloat(o.b, v, 'f', 3, 64)
}

func (o *object) flag(k string, v bool) {
	o.key(k)
	o.b = strconv.AppendBool(o.b, v)
}

// name appends bytes that need not be UTF-8.
func (o *object) name(k string, v []byte) {
	o.key(k)
	if utf8.Valid(v) {
		o.b = appendJSONString(o.b, v)
		return
	}
	o.b = appendJSONString(o.b, AppendEscaped(nil, v, CharsetUTF8))
	o.key(k + "_base64")
	o.b = append(o.b, '"')
	o.b = append(base64.StdEncoding.AppendEncode(o.b, v), '"')
}

func (o *object) progress(p *Progress) {
	o.num("bytes", p.Bytes)
	o.num("size", p.Size)
	o.real("rate", p.Rate)
	o.real("seconds", p.Time.Seconds())
	o.flag("final", p.Final)
	if p.Final {
		o.num("transferred", p.Position.Transferred)
		o.num("index", p.Position.Index)
		o.num("total", p.Position.Total)
		o.flag("incomplete", p.Position.Incomplete)
	}
}

func (o *object) totals(t *Totals) {
	o.counts("files", &t.Files)
	o.counts("created", &t.Created)
	o.counts("deleted", &t.Deleted)
	o.num("transferred", t.Transferred)
	o.num("size", t.Size)
	o.num("transferred_size", t.TransferredSize)
	o.num("literal", t.Literal)
	o.num("matched", t.Matched)
	o.num("list_size", t.ListSize)
	o.real("list_build_seconds", t.ListBuild.Seconds())
	o.real("list_transfer_seconds", t.ListTransfer.Seconds())
	o.num("sent", t.Sent)
	o.num("received", t.Received)
	o.real("seconds", t.Elapsed.Seconds())
	o.flag("dry_run", t.DryRun)
}

func (o *object) counts(k string, c *Counts) {
	o.key(k)
	in := object{append(o.b, '{')}
	in.num("total", c.Total)
	in.num("dirs", c.Dirs)
	in.num("links", c.Links)
	in.num("devices", c.Devices)
	in.num("specials", c.Specials)
	o.b = append(in.b, '}')
}

const hexDigits = "0123456789abcdef"

// appendJSONString appends valid UTF-8 as a JSON string.
func appendJSONString(dst, s []byte) []byte {
	dst = append(dst, '"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c < ' ' || c == 0x7f:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}
