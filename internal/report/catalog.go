package report

import (
	"strings"

	"godwit/internal/errno"
	"godwit/internal/exit"
	"godwit/internal/options"
)

// Msg names a message of the catalogue (docs/protocol/06-output.md §2.3 and
// §12): a text, its class, and what it does to the run. The texts are data, in
// the tables messages_*.go; roles name a message and give its arguments.
type Msg uint16

// entry is one message. In its text each {} stands for the next argument and
// {role} for the role that speaks.
type entry struct {
	class   Class
	form    form
	text    string
	code    exit.Code    // what the run ends with, 0 if it goes on
	trouble exit.Trouble // what is remembered if it goes on
	gate    gate
}

// form is the frame around a text (docs/protocol/06-output.md §1.4).
type form uint8

const (
	plain  form = iota // the text as it stands
	prefix             // rsync: TEXT
	system             // rsync: [ROLE] TEXT: STRERROR (ERRNO)
)

// gate is the condition under which a message is said at all.
type gate struct {
	kind    gateKind
	info    options.InfoFlag
	debug   options.DebugFlag
	level   options.Level
	orItems bool // or the item format has %i
}

type gateKind uint8

const (
	always gateKind = iota
	byInfo
	byDebug
)

// at returns the gate for an info flag at a level.
func at(f options.InfoFlag, level options.Level) gate {
	return gate{kind: byInfo, info: f, level: level}
}

// atOrItems is at for messages that -i shows as well.
func atOrItems(f options.InfoFlag, level options.Level) gate {
	return gate{kind: byInfo, info: f, level: level, orItems: true}
}

// atDebug returns the gate for a debug flag at a level.
func atDebug(f options.DebugFlag, level options.Level) gate {
	return gate{kind: byDebug, debug: f, level: level}
}

// The catalogue has sections, one table each; a Msg is section and place.
const (
	sectionRun Msg = iota << 8
	sectionOperands
	sectionConnection
	sectionList
	sectionReceivedList
	sectionDestination
	sectionGenerator
	sectionFile
	sectionAttributes
	sectionRules
	sectionDaemon
	sectionDebug
	sectionEnd
)

// place masks the part of a Msg that is the index into its section's table.
const place = 0xff

// lookup returns the entry of a message. A Msg that is not in the catalogue is
// a bug of the caller and panics.
func lookup(m Msg) *entry {
	i := m & place
	switch m &^ place {
	case sectionRun:
		return &runMessages[i]
	case sectionOperands:
		return &operandMessages[i]
	case sectionConnection:
		return &connectionMessages[i]
	case sectionList:
		return &listMessages[i]
	case sectionReceivedList:
		return &receivedListMessages[i]
	case sectionDestination:
		return &destinationMessages[i]
	case sectionGenerator:
		return &generatorMessages[i]
	case sectionFile:
		return &fileMessages[i]
	case sectionAttributes:
		return &attributeMessages[i]
	case sectionRules:
		return &ruleMessages[i]
	case sectionDaemon:
		return &daemonMessages[i]
	}
	return &debugMessages[i]
}

// Class returns the class of a message.
func (m Msg) Class() Class { return lookup(m).class }

// Code returns the exit code with which a run ends because of a message, or 0
// if it goes on.
func (m Msg) Code() exit.Code { return lookup(m).code }

// Trouble returns what a message leaves behind if the run goes on: TroubleIO
// also stops deletions, and the peer has to hear of it.
func (m Msg) Trouble() exit.Trouble { return lookup(m).trouble }

// Template returns the text of a message with {} in place of the arguments.
func (m Msg) Template() string { return lookup(m).text }

// WantsMsg reports whether a message would be said, so that its arguments are
// worth making.
func (l *Log) WantsMsg(m Msg) bool {
	g := &lookup(m).gate
	switch g.kind {
	case byInfo:
		return l.cfg.Info[g.info] >= g.level || g.orItems && l.cfg.Format.Itemizes()
	case byDebug:
		return l.cfg.Debug[g.debug] >= g.level
	}
	return true
}

// Say says a message of the catalogue, if its flag is on, and notes its
// trouble in any case.
func (l *Log) Say(m Msg, args ...Arg) { l.say1(m, nil, args) }

// Fail says that a system call failed; the cause is appended in the words of
// the C library. It is also right for messages without a cause.
func (l *Log) Fail(m Msg, cause error, args ...Arg) { l.say1(m, cause, args) }

// Fatal says a message and returns the error with which the run ends. The
// error has nothing more to say.
func (l *Log) Fatal(m Msg, cause error, args ...Arg) error {
	l.say1(m, cause, args)
	return &exit.Error{Code: m.Code(), Err: cause}
}

// Render returns the line of a message without saying it.
func (l *Log) Render(m Msg, cause error, args ...Arg) string {
	return string(l.appendMessage(nil, lookup(m), cause, args))
}

func (l *Log) say1(m Msg, cause error, args []Arg) {
	e := lookup(m)
	if e.trouble != 0 {
		l.router.Note(e.trouble)
	}
	if !l.WantsMsg(m) {
		return
	}
	d := l.draft(KindText, e.class)
	d.event.Msg = m
	d.buf = l.appendMessage(d.buf, e, cause, args)
	l.say(d)
}

func (l *Log) appendMessage(dst []byte, e *entry, cause error, args []Arg) []byte {
	switch e.form {
	case prefix:
		dst = append(dst, "rsync: "...)
	case system:
		dst = append(dst, "rsync: ["...)
		dst = append(dst, l.role.String()...)
		dst = append(dst, "] "...)
	}
	text := e.text
	for {
		i := strings.IndexByte(text, '{')
		if i < 0 {
			break
		}
		dst = append(dst, text[:i]...)
		text = text[i:]
		if rest, ok := strings.CutPrefix(text, "{role}"); ok {
			dst = append(dst, l.role.String()...)
			text = rest
			continue
		}
		text = text[len("{}"):]
		if len(args) > 0 {
			dst = l.appendArg(dst, args[0])
			args = args[1:]
		}
	}
	dst = append(dst, text...)
	if e.form == system && cause != nil {
		dst = append(dst, ": "...)
		dst = append(dst, errno.Text(cause)...)
	}
	return dst
}
