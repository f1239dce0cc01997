package report

import (
	"bytes"
	"sync/atomic"

	"godwit/internal/exit"
	"godwit/internal/options"
)

// Router decides where a text goes: to the terminal, to the log, to the peer,
// or nowhere (docs/protocol/06-output.md §1.2). Its fields are set before the
// first event; the peer may come and go later.
type Router struct {
	Mode         options.StderrMode
	Server       bool    // the other end of the connection shows our texts to the user
	Daemon       bool    // serving a module, by socket or by remote shell
	SocketDaemon bool    // serving a module by socket: there is no stderr of our own
	Quiet        bool    // drop Info and Client
	Charset      Charset // what the terminal may show
	Terminal     Sink    // stdout and stderr; may be nil
	Log          Sink    // log file or syslog; may be nil
	Observer     Sink    // sees events as values, whatever is printed; may be nil

	// FromUTF8 appends a text of class ErrorUTF8 in the local charset; nil
	// means that it is UTF-8 too.
	FromUTF8 func(dst, text []byte) []byte

	peer    atomic.Pointer[peerLink]
	serving atomic.Bool
	trouble atomic.Uint32
}

type peerLink struct {
	peer     Peer
	protocol int
}

// SetPeer tells a server's Router that multiplexed messages can now be sent;
// nil says that they no longer can.
func (r *Router) SetPeer(p Peer, protocol int) {
	if p == nil {
		r.peer.Store(nil)
		return
	}
	r.peer.Store(&peerLink{p, protocol})
}

// Serve tells a daemon's Router that the text stage of the conversation is
// over: from now on messages also go to the client.
func (r *Router) Serve() { r.serving.Store(true) }

// Note remembers trouble that decides the exit code.
func (r *Router) Note(t exit.Trouble) { r.trouble.Or(uint32(t)) }

// Trouble returns what has been noted so far. TroublePartial is noted for
// every text of class ErrorXfer, relayed ones included.
func (r *Router) Trouble() exit.Trouble { return exit.Trouble(r.trouble.Load()) }

// observing reports whether events are wanted as values.
func (r *Router) observing() bool { return r.Observer != nil }

func (r *Router) observe(e *Event) {
	if r.Observer != nil {
		r.Observer.Emit(e)
	}
}

// Emit implements [Sink]: it routes the text of an event.
func (r *Router) Emit(e *Event) {
	all := r.Mode == options.StderrAll
	class := e.Class
	if all && r.SocketDaemon && class != Client {
		class = LogOnly
	}
	switch class {
	case ErrorUTF8:
		if r.FromUTF8 != nil {
			e.Text = r.FromUTF8(nil, e.Text)
		}
		class = Error
	case ErrorSocket:
		class = Error
	}
	e.Text = cut(e.Text)
	e.Class = class
	if class == Client {
		class = Info
	} else if r.Log != nil {
		r.Log.Emit(e)
	}
	if class == LogOnly || r.Daemon && !r.serving.Load() {
		return
	}
	if class == ErrorXfer {
		r.Note(exit.TroublePartial)
	}
	toErr := class.onStderr()
	if class == Info {
		if r.Quiet {
			return
		}
		toErr = all
	}
	if r.Server && !all && !(r.Mode == options.StderrErrors && toErr) {
		if link := r.peer.Load(); link != nil {
			link.peer.Send(e.Role, class.Tag(link.protocol), e.Text)
			return
		}
		if r.SocketDaemon {
			return
		}
		toErr = true
	}
	if r.Terminal != nil {
		e.Stderr = toErr
		if !e.Converted {
			e.Charset = r.Charset
		}
		r.Terminal.Emit(e)
	}
}

// cutMark ends a text that was too long.
const cutMark = "[...]"

// cut shortens a text that is longer than a message may be. The text's own
// bytes are overwritten at the cut.
func cut(text []byte) []byte {
	if len(text) <= maxText {
		return text
	}
	end := cutMark
	if bytes.HasSuffix(text, newline) {
		end += "\n"
	}
	text = text[:maxText]
	copy(text[maxText-len(end):], end)
	return text
}

var newline = []byte{'\n'}
