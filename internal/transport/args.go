package transport

import (
	"io"

	"godwit/internal/exit"
)

// Arguments are the words that tell a server what to do: those of options.ServerArgs and the
// paths, quoted for their way (docs/protocol/01-connection.md §3.3, §10.1).
type Arguments struct {
	Words    []string // the first result of options.ServerArgs
	Secluded []string // its second result; nil without --secluded-args
	Paths    []string
	// Convert turns a word of the secluded part into the charset of the wire (--iconv); nil
	// leaves it as it is.
	Convert func(string) string
}

// ShellWords returns what goes onto the command line of a remote shell. With secluded arguments
// the rest follows on the connection (AppendSecluded).
func (a *Arguments) ShellWords() []string {
	words := append([]string(nil), a.Words...)
	if a.Secluded != nil {
		return words
	}
	return append(words, a.Paths...)
}

// AppendSecluded appends what a server with secluded arguments reads before anything else
// (docs/protocol/01-connection.md §10.3), nothing if they are not secluded. It ends its words
// with NUL at every protocol version.
func (a *Arguments) AppendSecluded(dst []byte) []byte {
	if a.Secluded == nil {
		return dst
	}
	for _, words := range [...][]string{a.Secluded, a.Paths} {
		for _, w := range words {
			if a.Convert != nil {
				w = a.Convert(w)
			}
			if w == "" {
				w = "." // an empty word would end the list
			}
			dst = append(append(dst, w...), 0)
		}
	}
	return append(dst, 0)
}

// AppendDaemon appends what a daemon is sent after its OK, for the negotiated version. An empty
// word, which would end the list, is left out.
func (a *Arguments) AppendDaemon(dst []byte, protocol int) []byte {
	end := wordEnd(protocol)
	for _, w := range a.ShellWords() {
		if w != "" {
			dst = append(append(dst, w...), end)
		}
	}
	return a.AppendSecluded(append(dst, end))
}

// wordEnd is what ends a word on a daemon connection.
func wordEnd(protocol int) byte {
	if protocol >= 30 {
		return 0
	}
	return '\n'
}

// The limits of what a peer may send as arguments. The reference takes as many words; it cuts
// words of over 5119 bytes, which here count against the sum only.
const (
	maxWords     = 15998
	maxWordBytes = 8 << 20
)

// ReadArgs reads the secluded arguments of a server: words that end with NUL, up to an empty one.
// The first is the program's name. No byte after them is taken.
func ReadArgs(r io.Reader) ([]string, error) { return readWords(r, 0, 0) }

// ReadDaemonArgs reads the arguments of a daemon's client, for the negotiated version. At
// versions that end words with LF, a CR ends one too. What a client with secluded arguments sends
// after them is for ReadArgs. More than 15,998 words are exit code 2; so is an unreasonable size.
// An end of the input before that of the list is io.ErrUnexpectedEOF.
func ReadDaemonArgs(r io.Reader, protocol int) ([]string, error) {
	if protocol >= 30 {
		return readWords(r, 0, 0)
	}
	return readWords(r, '\n', '\r')
}

func readWords(r io.Reader, end, other byte) ([]string, error) {
	var words []string
	word := make([]byte, 0, 256)
	one := make([]byte, 1)
	for total := 0; ; total++ {
		if _, err := io.ReadFull(r, one); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		switch c := one[0]; {
		case total >= maxWordBytes || len(words) >= maxWords:
			return nil, exit.Errorf(exit.Protocol, "too many daemon arguments")
		case c != end && c != other:
			word = append(word, c)
		case len(word) == 0:
			return words, nil
		default:
			words, word = append(words, string(word)), word[:0]
		}
	}
}
