package daemon

import (
	"slices"
	"strings"

	"godwit/internal/exit"
	"godwit/internal/fsys"
	"godwit/internal/options"
	"godwit/internal/transport"
)

// request is what a client asks of a module: its arguments, taken apart (steps 22 and 24).
type request struct {
	options *options.Options
	// words are the arguments as the parser saw them, without paths; paths those as sent.
	words, paths []string
	// fault is why the options do not do.
	fault *exit.Error
}

// readRequest reads and parses the arguments.
func (c *connection) readRequest(cfg *options.Config) (*request, error) {
	words, err := transport.ReadDaemonArgs(c.conn, c.agreed)
	if err != nil {
		return nil, err
	}
	r := &request{}
	r.split(words, true)
	r.options, err = options.Parse(asServer(r.words), cfg)
	if err == nil && r.options.Action == options.ActionReadArgs {
		if words, err = transport.ReadArgs(c.conn); err != nil {
			return nil, err
		}
		if len(words) > 0 {
			words = words[1:] // the program's name
		}
		first := r.words
		r.split(words, false)
		r.options, err = options.Resume(r.options, append(r.words[:len(r.words):len(r.words)], "."), cfg)
		r.words = append(first, r.words...)
	}
	if err != nil {
		r.fault = refusal(err)
		r.options = bare(words, cfg)
	}
	return r, nil
}

// asServer returns the words as those of a server, which this process is whatever they say. The
// paths are replaced by a dot: they are no business of the parser.
func asServer(words []string) []string {
	var args []string
	if !slices.Contains(words, "--server") {
		args = append(args, "--server")
	}
	return append(append(args, words...), ".")
}

// split divides the words at the lone dot. The options before it have come through the client's
// quoting for a shell.
func (r *request) split(words []string, quoted bool) {
	r.words, r.paths = words, nil
	for i, w := range words {
		if w == "." {
			r.words, r.paths = words[:i:i], words[i+1:]
			break
		}
	}
	if !quoted {
		return
	}
	plain := make([]string, len(r.words))
	for i, w := range r.words {
		plain[i] = unquote(w)
	}
	r.words = plain
}

// unquote takes one level of backslashes off a word.
func unquote(w string) string {
	if !strings.Contains(w, `\`) {
		return w
	}
	b := make([]byte, 0, len(w))
	for i := 0; i < len(w); i++ {
		if w[i] == '\\' && i+1 < len(w) {
			i++
		}
		b = append(b, w[i])
	}
	return string(b)
}

// refusal words an option error for the client (docs/protocol/07-daemon.md §11.6).
func refusal(err error) *exit.Error {
	text := err.Error()
	if !strings.HasPrefix(text, "rsync: ") {
		text = "rsync: " + text
	}
	return &exit.Error{Code: exit.Unsupported, Text: text, Err: err}
}

// bare returns what can be said of options that do not parse: enough for the handshake.
func bare(words []string, cfg *options.Config) *options.Options {
	o, err := options.Default(&options.Config{LookupEnv: cfg.LookupEnv, Now: cfg.Now})
	if err != nil {
		o = &options.Options{}
	}
	o.Server = true
	for _, w := range words {
		o.Sender = o.Sender || w == "--sender" && !(cfg.Refusal != nil && (cfg.Refusal.Refuses("server") || cfg.Refusal.Refuses("sender")))
	}
	return o
}

// maxRequest is the length from which no more paths go into the text of a request.
const maxRequest = 1024

// text is the request for log and hooks, "" without any path.
func (r *request) text() string {
	var b strings.Builder
	for i, p := range r.paths {
		if b.Len() >= maxRequest {
			break
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(p)
	}
	return b.String()
}

// emptyList tells whether the client waits for a list of names first: it pushes and names a file
// of ours with --files-from.
func (r *request) emptyList() bool {
	if r.options.Sender {
		return false
	}
	for _, w := range r.words {
		if strings.HasPrefix(w, "--files-from") {
			return true
		}
	}
	return false
}

// operands turns the paths into names inside the module: without the module's name, cleaned, and
// with wildcards expanded (docs/protocol/04-filters-and-walk.md §13.6).
func (r *request) operands(x *expander) []string {
	var out []string
	prefix := x.module
	for _, p := range r.paths {
		p = strings.TrimPrefix(p, prefix)
		parts := []string{p}
		if !r.options.Secluded {
			parts = strings.Split(p, " "+prefix+"/")
		}
		for i, part := range parts {
			if i == 0 && !x.sanitize && len(parts) == 0 {
				continue
			}
			out = append(out, x.expand(part)...)
		}
	}
	return out
}

// sanitizer cleans the paths of options, for a module that is not all its worker sees.
func sanitizer(p *place) func(string) string {
	if !p.sanitize() {
		return func(name string) string { return name }
	}
	return func(name string) string {
		return string(fsys.AppendSanitized(nil, []byte(name), fsys.Sanitizing{Root: []byte(p.dir)}))
	}
}
