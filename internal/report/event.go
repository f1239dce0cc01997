package report

// Kind says what an [Event] is about.
type Kind uint8

// The kinds of events. KindOpen and KindClose are the two halves of a line
// that is finished later ("building file list ... done").
const (
	KindText     Kind = iota // a message; Msg is set if it is in the catalogue
	KindItem                 // Item: something happened to an entry
	KindDelete               // Item: an entry was deleted
	KindListing              // Item: an entry of a listing
	KindProgress             // Progress: how far the transfer is
	KindTotals               // Totals: the statistics at the end
	KindOpen                 // text of a line that stays open
	KindClose                // text that completes an open line
	KindEnd                  // Code: the closing line
)

var kindNames = [...]string{
	"message", "item", "delete", "listing", "progress", "totals", "open", "close", "end",
}

// String returns the kind's name as used in JSON output.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}

// Event is one thing said. Everything it points to belongs to the speaker and
// is valid during the call only.
type Event struct {
	Kind    Kind
	Class   Class
	Role    Role
	Msg     Msg     // the entry of the catalogue, 0 for free text
	Stderr  bool    // set by the Router: the text goes to the error stream
	Charset Charset // set by the Router, unless Converted: what the terminal may show
	// Converted texts are in a charset of --iconv, for which Charset stands.
	Converted bool

	// Text is the rendered text with its line end. An observer's event may
	// come without one.
	Text []byte

	Item     *Item
	Progress *Progress
	Totals   *Totals
	Code     int // exit code of KindEnd
}

// Sink takes events, in order. Emit may be called by several goroutines and
// must not keep anything of the event.
type Sink interface {
	Emit(e *Event)
}

// Fanout is a Sink that hands each event to several others in turn.
type Fanout []Sink

// Emit implements [Sink].
func (f Fanout) Emit(e *Event) {
	for _, s := range f {
		s.Emit(e)
	}
}

// Peer is the other end of the connection as a destination of texts. The
// session implements it. Calls keep their order; whether a call may wait for
// room depends on the role that speaks (a receiver never waits).
type Peer interface {
	// Send sends a text as a multiplexed message with the given tag. Trouble
	// with the connection is for the session to report.
	Send(role Role, tag Class, text []byte)
	// Deleted tells a client (protocol 29 or later) the name of an entry that
	// was deleted.
	Deleted(role Role, name []byte, isDir bool)
}

// Only is a Sink that hands on the events of one kind.
type Only struct {
	Kind Kind
	Sink Sink
}

// Emit implements [Sink].
func (o Only) Emit(e *Event) {
	if e.Kind == o.Kind {
		o.Sink.Emit(e)
	}
}
