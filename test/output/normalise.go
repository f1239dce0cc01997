// Package output makes what two runs print comparable: it replaces what may
// differ between runs of the same program by a name for it, and nothing else
// (docs/protocol/06-output.md §13.1).
package output

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Show makes the bytes of an output printable: a carriage return becomes ␍, an
// escape ␛, and a byte that is no UTF-8 \xHH.
func Show(raw []byte) string {
	var b strings.Builder
	for len(raw) > 0 {
		r, n := utf8.DecodeRune(raw)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, raw[0])
		case r == '\r':
			b.WriteRune('␍')
		case r == '\x1b':
			b.WriteRune('␛')
		default:
			b.WriteRune(r)
		}
		raw = raw[n:]
	}
	return b.String()
}

type rule struct {
	re *regexp.Regexp
	to string
}

const number = `-?[0-9][0-9.,]*[KMGTP]?`

// rules makes rules of pairs: a pattern and what takes the place of its matches.
func rules(pairs ...string) []rule {
	var out []rule
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, rule{regexp.MustCompile(pairs[i]), pairs[i+1]})
	}
	return out
}

// Normaliser knows where one run took place.
//
// Its rules are applied in order; repeated progress updates collapse between
// the two groups.
type Normaliser struct {
	before, after []rule
	swap          *strings.Replacer
}

// New gives a normaliser for a run of program in the directory work, which
// become <RSYNC> and <CWD>.
func New(work, program string) *Normaliser {
	pairs := []string{work, "<CWD>"}
	if real, err := filepath.EvalSymlinks(work); err == nil && real != work {
		pairs = append(pairs, real, "<CWD>")
	}
	n := &Normaliser{swap: strings.NewReplacer(append(pairs, program, "<RSYNC>")...)}
	n.before = rules(
		// Accidental lines of a process whose sibling died first.
		`(?m)^rsync: \[\w+\] (?:read|write) error: (?:Connection reset by peer|Broken pipe) \([0-9]+\)\n`, ``,
		`(?m)^rsync error: received SIGUSR1 \(code 19\).*\n`, ``,
		// The size of a directory depends on the file system.
		`(?m)^(d[rwxsStT-]{9}) +[0-9][0-9.,KMG]* ([0-9]{4}/)`, `${1} <DIRSIZE> ${2}`,
		` +[0-9]+\.[0-9]{2}[kMG]B/s +(?:[0-9]+:[0-9]{2}:[0-9]{2}|\?\?:\?\?:\?\?)`, ` <RATE> <TIME>`,
	)
	n.after = rules(
		`sent `+number+` bytes  received `+number+` bytes  `+number+` bytes/sec`,
		`sent <N> bytes  received <N> bytes  <RATE> bytes/sec`,
		`(sent) `+number+` bytes  (received) `+number+` bytes  (total size)`, `${1} <N> bytes  ${2} <N> bytes  ${3}`,
		`(speedup is) `+number, `${1} <X>`,
		`(?m)^(File list size|Total bytes sent|Total bytes received): `+number+`$`, `${1}: <N>`,
		`(?m)^(File list (?:generation|transfer) time): `+number+` seconds$`, `${1}: <TIME> seconds`,
		` at [^\s()]+\([0-9]+\) \[([A-Za-z]+)=[^\]]*\]`, ` at <SRC> [${1}=<VERSION>]`,
		`\((?:[1-9][0-9]*|0[0-9]+) bytes received so far\)`, `(<N> bytes received so far)`,
		`(?m)^[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} \[[0-9]+\] `, `<TIME> [<PID>] `,
		`io timeout after [0-9]+ seconds`, `io timeout after <TIME> seconds`,
		`(?m)^(rsync\[)[0-9]+(\] \()`, `${1}<PID>${2}`,
		`\bpid=[0-9]+`, `pid=<PID>`,
	)
	return n
}

// Text gives the comparable form of an output. An output that does not end in
// a newline ends in <NO-NL> and one.
func (n *Normaliser) Text(raw []byte) string {
	s := n.swap.Replace(Show(raw))
	for _, r := range n.before {
		s = r.re.ReplaceAllString(s, r.to)
	}
	s = collapse(s)
	for _, r := range n.after {
		s = r.re.ReplaceAllString(s, r.to)
	}
	if s != "" && !strings.HasSuffix(s, "\n") {
		s += "<NO-NL>\n"
	}
	return s
}

// collapse drops a progress update (a carriage return and what follows it) that
// repeats the one before: how often one is shown is a matter of speed.
func collapse(s string) string {
	if !strings.Contains(s, "␍") {
		return s
	}
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		parts := strings.Split(line, "␍")
		kept := parts[:1]
		for j, p := range parts[1:] {
			if j > 0 && p == parts[j] {
				continue
			}
			kept = append(kept, p)
		}
		lines[i] = strings.Join(kept, "␍")
	}
	return strings.Join(lines, "\n")
}
