package rrsync

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"godwit/internal/fsys"
)

// logName is the log, in the directory we were started in. It is written only
// if it is there.
const logName = "rrsync.log"

// appendLog adds a line about an allowed command. Trouble with the log stops
// nobody.
func appendLog(env Env, argv []string) {
	d, err := fsys.Operator{UID: env.UID}.OpenDir(env.StartDir)
	if err != nil {
		return
	}
	defer d.Close()
	var st fsys.Stat
	if d.Lstat(logName, &st) != nil || !st.IsRegular() {
		return
	}
	f, err := d.OpenWrite(logName, fsys.Append, 0, &st)
	if err != nil {
		return
	}
	defer f.Close()
	if st.IsRegular() {
		fmt.Fprintf(f, "%s %-16s %s\n", env.Now().Format("15:04:05"), clientHost(env), tuple(append([]string{"rsync"}, argv...)))
	}
}

// clientHost is the address of the client.
func clientHost(env Env) string {
	conn, _ := env.LookupEnv("SSH_CONNECTION")
	host, _, _ := strings.Cut(conn, " ")
	if host == "" {
		return "unknown"
	}
	return strings.TrimPrefix(host, "::ffff:")
}

// tuple writes words as the log has them.
func tuple(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return "(" + strings.Join(quoted, ", ") + ")"
}

// quote writes a string between quotation marks so that no byte of it can be
// taken for anything else: those that do not print are escaped.
func quote(s string) string {
	mark := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		mark = '"'
	}
	b := []byte{mark}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			b = fmt.Appendf(b, `\udc%02x`, s[i])
		case r == '\\' || r == rune(mark):
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r < ' ' || r >= 0x7f && r < 0xa1:
			b = fmt.Appendf(b, `\x%02x`, r)
		default:
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return string(append(b, mark))
}
