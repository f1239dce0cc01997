package options

import "strings"

// Mode says which parsers know an option.
type Mode uint8

// The modes of an option.
const (
	ModeClient Mode = 1 << iota // the ordinary parser of a client
	ModeServer                  // the ordinary parser after --server
	ModeDaemon                  // the parser of the daemon's command line

	modeOrdinary = ModeClient | ModeServer
	modeAll      = modeOrdinary | ModeDaemon
)

// Group is a heading under which options are documented.
type Group string

// The groups, in the order of the documentation.
const (
	GroupGeneral  Group = "General"
	GroupOutput   Group = "Messages and progress"
	GroupLog      Group = "Log file"
	GroupSelect   Group = "What to transfer"
	GroupFilter   Group = "Filters"
	GroupAttrs    Group = "Attributes"
	GroupLinks    Group = "Symbolic links"
	GroupTransfer Group = "Transfer method"
	GroupCompress Group = "Compression"
	GroupDest     Group = "Writing the destination"
	GroupDelete   Group = "Deleting"
	GroupBatch    Group = "Batch files"
	GroupNet      Group = "Network and remote shell"
	GroupCharset  Group = "Character sets"
	GroupArgs     Group = "Argument passing"
	GroupSecurity Group = "Trust and confinement"
	GroupMisc     Group = "Miscellaneous"
	GroupRoles    Group = "Roles"
	GroupDaemon   Group = "Daemon"
)

// Option is one row of the table: one accepted spelling with its letter. A
// negation is a row of its own.
type Option struct {
	Long  string // without dashes; "" for -D, -F and -P
	Short byte   // 0 for none
	// ArgName names the value in help texts; "" means that the option takes
	// none. Values are never optional.
	ArgName string
	Group   Group
	Modes   Mode
	Hidden  bool   // in no help text
	Help    string // one line; "" on aliases and negations
	// Same is the canonical spelling of the effect: the long name (or the
	// letter) of the first option with the same effect, itself if it is that.
	Same string
	// Negates is the long name (or letter) of the option whose negation this
	// row is, "" for ordinary rows.
	Negates string
	// Forward names the rules of ServerArgs that tell the server of this
	// option, comma-separated; "" means that it is never told.
	Forward string
	// exactOnly options are refused by their literal name only.
	exactOnly bool
	// complete is the kind of value that completion scripts offer.
	complete completion

	neg string // the spellings of the negation, blank-separated

	// How the option takes effect: exactly one of these is set on each row
	// that the ordinary parser knows, and daemon on those of the daemon's.
	flag   func(*Options) *bool
	count  func(*Options) *int
	text   func(*Options) *string
	number func(*Options) *int // C integer
	set    func(*scan, string) error
	setInt func(*scan, int) error // C integer
	daemon func(*daemonScan, string, int) error
	// daemonInt makes the daemon's parser read an integer.
	daemonInt bool
	// unset is the effect of the negations, where clearing the flag or the
	// count is not all of it.
	unset func(*scan)
}

// name returns the option's long name, or its letter if it has none.
func (o *Option) name() string {
	if o.Long == "" {
		return string(rune(o.Short))
	}
	return o.Long
}

// integer tells whether the ordinary parser wants an integer.
func (o *Option) integer() bool { return o.number != nil || o.setInt != nil }

// A table is the whole list of options with its indexes. It is immutable.
type table struct {
	rows  []Option
	long  map[string]int // ordinary parser
	short [256]int       // ordinary parser; -1 for none
	dlong map[string]int // daemon parser
	dshrt [256]int
}

// theTable is built once; nothing writes to it afterwards.
var theTable = newTable()

// Rows returns every option in table order. The caller must not change it.
func Rows() []Option { return theTable.rows }

// Lookup finds an option of the ordinary parser by its long name (without
// dashes) or its letter; nil if there is none.
func Lookup(name string) *Option {
	if i, ok := theTable.find(name); ok {
		return &theTable.rows[i]
	}
	return nil
}

func (t *table) find(name string) (int, bool) {
	if len(name) == 1 {
		if i := t.short[name[0]]; i >= 0 {
			return i, true
		}
	}
	i, ok := t.long[name]
	return i, ok
}

func newTable() *table {
	t := &table{long: map[string]int{}, dlong: map[string]int{}}
	for i := range t.short {
		t.short[i], t.dshrt[i] = -1, -1
	}
	for _, rows := range [][]Option{
		outputRows(), selectRows(), attributeRows(), linkRows(), transferRows(),
		destinationRows(), deleteRows(), networkRows(), programRows(),
	} {
		for _, r := range rows {
			t.add(r)
		}
	}
	t.dshrt['h'] = t.dlong["help"] // a letter of the daemon's parser only
	return t
}

// add appends a row and the rows of its negations.
func (t *table) add(r Option) {
	if r.Modes == 0 {
		r.Modes = modeOrdinary
	}
	if r.Same == "" {
		r.Same = r.name()
	}
	t.index(r)
	first := ""
	for _, spelling := range strings.Fields(r.neg) {
		n := Option{
			Long: "no-" + spelling, Group: r.Group, Modes: r.Modes, Hidden: r.Hidden,
			Negates: r.name(), Forward: r.Forward,
			set: negation(r), exactOnly: r.Long == "iconv",
		}
		n.Hidden = !visibleNegation(n.Long)
		if first == "" {
			first = n.Long
		}
		n.Same = first
		if r.ArgName == "" {
			n.daemon = r.daemon
		} else {
			n.Modes &^= ModeDaemon
		}
		t.index(n)
	}
}

// negation returns the effect of the negations of a row.
func negation(r Option) func(*scan, string) error {
	if r.Group == GroupDaemon {
		return r.set
	}
	return func(s *scan, _ string) error {
		switch {
		case r.unset != nil:
			r.unset(s)
		case r.flag != nil:
			*r.flag(&s.o) = false
		case r.count != nil:
			*r.count(&s.o) = 0
		case r.number != nil:
			*r.number(&s.o) = 0
		}
		return nil
	}
}

func (t *table) index(r Option) {
	i := len(t.rows)
	t.rows = append(t.rows, r)
	if r.Modes&modeOrdinary != 0 {
		if r.Long != "" {
			t.long[r.Long] = i
		}
		if r.Short != 0 && t.short[r.Short] < 0 && r.Long != "dparam" {
			t.short[r.Short] = i
		}
	}
	if r.Modes&ModeDaemon != 0 {
		if r.Long != "" {
			t.dlong[r.Long] = i
		}
		if r.Short != 0 {
			t.dshrt[r.Short] = i
		}
	}
}

// apply makes an option of the ordinary parser take effect.
func (o *Option) apply(s *scan, value string, n int) error {
	switch {
	case o.flag != nil:
		*o.flag(&s.o) = true
	case o.count != nil:
		*o.count(&s.o)++
	case o.text != nil:
		*o.text(&s.o) = value
	case o.number != nil:
		*o.number(&s.o) = n
	case o.setInt != nil:
		return o.setInt(s, n)
	case o.set != nil:
		return o.set(s, value)
	}
	return nil
}
