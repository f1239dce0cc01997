package ids

import (
	"bufio"
	"context"
	"io"
	"strconv"
	"strings"
	"sync"

	"godwit/internal/exit"
)

// Converter asks a daemon's "name converter" program: one line of question,
// one line of answer, strictly alternating.
//
// A write failure ends the session with exit code 10. No answer (end of
// input) means unknown, and so does an answer that isn't what was asked for.
// It is safe for concurrent use.
type Converter struct {
	// Reject is told the line to print about a name that is not asked because
	// it holds control characters. It may be nil.
	Reject func(line string)

	mu sync.Mutex
	w  io.Writer
	r  *bufio.Reader
}

// maxQuestion is the reference's limit of one question with its end of line.
const maxQuestion = 1024

// NewConverter returns a look-up that writes questions to w, each in one
// Write, and reads answers from r.
func NewConverter(r io.Reader, w io.Writer) *Converter {
	return &Converter{w: w, r: bufio.NewReader(r)}
}

var _ Lookup = (*Converter)(nil)

// The verbs of the questions, indexed by Kind.
var (
	askName = [2]string{User: "uid ", Group: "gid "}
	askID   = [2]string{User: "usr ", Group: "grp "}
)

// Name implements [Lookup].
func (c *Converter) Name(_ context.Context, kind Kind, id uint32) (string, error) {
	return c.ask(askName[kind] + strconv.FormatUint(uint64(id), 10))
}

// ID implements [Lookup].
func (c *Converter) ID(_ context.Context, kind Kind, name string) (uint32, bool, error) {
	if strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		if c.Reject != nil {
			c.Reject("invalid name-converter token: " + name)
		}
		return 0, false, nil
	}
	answer, err := c.ask(askID[kind] + name)
	if err != nil || !allDigits(answer) {
		return 0, false, err
	}
	id, convErr := strconv.ParseUint(answer, 10, 32)
	return uint32(id), convErr == nil, nil
}

func (c *Converter) ask(question string) (string, error) {
	if len(question)+1 >= maxQuestion {
		return "", exit.Errorf(exit.Unsupported, "namecvt_call() request was too large.")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := io.WriteString(c.w, question+"\n"); err != nil {
		return "", exit.Errorf(exit.SocketIO, "Connection to name-converter failed.")
	}
	line, err := c.r.ReadSlice('\n')
	if err == nil {
		return strings.TrimRight(string(line), "\r\n"), nil
	}
	// A line longer than the buffer is no id and no name, and a broken
	// program must not make us gather memory: skip to its end.
	for err == bufio.ErrBufferFull {
		_, err = c.r.ReadSlice('\n')
	}
	return "", nil
}
