package daemon

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"sort"
	"strconv"
	"strings"

	"godwit/internal/daemonconf"
	"godwit/internal/ids"
)

// Hooks are commands of the configuration that run with the daemon's identity
// (docs/protocol/07-daemon.md §14). A worker gives that identity up before two of them are due:
// those are started before, as shells that wait for a word on their standard input. What they
// take there is checked and cannot be more than the values of the variables below, so that a
// worker gone wrong cannot make them do anything else.
type hooks struct {
	env   []string // of every hook
	pre   *waiting
	post  *waiting
	conv  *exec.Cmd
	names *ids.Converter
	ends  []io.Closer // of the converter's pipes
}

// waiting is a hook that has been started and waits.
type waiting struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out bytes.Buffer
}

// The scripts of waiting hooks. $1 is the command. The one before the transfer reads variables, a
// line each; a line that begins with + continues the value of the one before it, and a lone dot is
// the word to go.
const (
	preScript = `v= go=
while IFS= read -r l; do
	case $l in
	.) go=1; break;;
	+*) v="$v
${l#+}";;
	RSYNC_REQUEST=*|RSYNC_ARG[0-9]*=*) [ -n "$v" ] && export "$v"; v=$l;;
	esac
done
[ -n "$go" ] || exit 1
[ -n "$v" ] && export "$v"
exec "${RSYNC_SHELL:-/bin/sh}" -c "$1" </dev/null`

	postScript = `read -r a b || { a=-1 b=9; }
case $a$b in ''|*[!0-9-]*) a=-1 b=9;; esac
export RSYNC_EXIT_STATUS="$a" RSYNC_RAW_STATUS="$b"
"${RSYNC_SHELL:-/bin/sh}" -c "$1" </dev/null 3>&-`
)

// maxHookOutput is how much a failing hook may say.
const maxHookOutput = 5119

// maxVariable is the longest value of a hook's variable.
const maxVariable = 5119

// hookError carries what the client is told of a hook that failed.
type hookError struct {
	reply string
	err   error
}

func (e *hookError) Error() string { return e.reply }

// startHooks is step 17. An error of a command's text ends the connection at once.
func (c *connection) startHooks(ctx context.Context) (*hooks, error) {
	h := &hooks{}
	if _, off := c.d.Env.LookupEnv("RSYNC_NO_XFER_EXEC"); off {
		return h, nil
	}
	m := c.module
	early, pre := m.Text(daemonconf.EarlyExec), m.Text(daemonconf.PreXferExec)
	post, conv := m.Text(daemonconf.PostXferExec), m.Text(daemonconf.NameConverter)
	if err := m.Err(); err != nil {
		return h, err
	}
	h.env = c.hookEnv()
	var err error
	if post != "" {
		if h.post, err = wait(postScript, post, h.env, c.slot.lockFile()); err != nil {
			return h, &hookError{"@ERROR: fork failed", err}
		}
	}
	if early != "" {
		cmd := c.shell(early, append(h.env, "RSYNC_REQUEST=(NONE)"))
		cmd.Stdin = bytes.NewReader(c.early)
		if err := cmd.Start(); err != nil {
			return h, &hookError{"@ERROR: early exec preparation failed", err}
		}
		if err := cmd.Wait(); err != nil && !errors.Is(err, os.ErrClosed) {
			var status *exec.ExitError
			if errors.As(err, &status) {
				return h, &hookError{"@ERROR: early exec failed", errFailedHook}
			}
		}
	}
	if pre != "" {
		if h.pre, err = wait(preScript, pre, h.env, nil); err != nil {
			return h, &hookError{"@ERROR: pre-xfer exec preparation failed", err}
		}
	}
	if conv != "" {
		if err := h.startConverter(c, conv); err != nil {
			return h, &hookError{"@ERROR: name-converter exec preparation failed", err}
		}
	}
	return h, nil
}

// errFailedHook stands for the status of a command.
var errFailedHook = errors.New("the command failed")

// hookEnv is the environment of hooks: the daemon's, and what is known of the connection.
func (c *connection) hookEnv() []string {
	var env []string
	for _, v := range c.d.Env.Environ {
		name, _, _ := strings.Cut(v, "=")
		if _, own := c.vars[name]; !own {
			env = append(env, v)
		}
	}
	names := make([]string, 0, len(c.vars))
	for name := range c.vars {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		env = append(env, name+"="+clip(c.vars[name]))
	}
	return env
}

// clip makes a text fit for a variable.
func clip(v string) string {
	if i := strings.IndexByte(v, 0); i >= 0 {
		v = v[:i]
	}
	return v[:min(len(v), maxVariable)]
}

// shell returns the command that runs a hook's text.
func (c *connection) shell(text string, env []string) *exec.Cmd {
	sh := "/bin/sh"
	if s, ok := c.d.Env.LookupEnv("RSYNC_SHELL"); ok && s != "" {
		sh = s
	}
	return &exec.Cmd{Path: sh, Args: []string{sh, "-c", text}, Env: env}
}

// wait starts a waiting hook. held, if not nil, stays open as long as it runs.
func wait(script, text string, env []string, held *os.File) (*waiting, error) {
	w := &waiting{cmd: &exec.Cmd{Path: "/bin/sh", Args: []string{"/bin/sh", "-c", script, "sh", text}, Env: env}}
	if held != nil {
		w.cmd.ExtraFiles = []*os.File{held}
	}
	w.cmd.Stdout = &limited{w: &w.out, max: maxHookOutput}
	var err error
	if w.in, err = w.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	return w, w.cmd.Start()
}

// limited keeps the beginning of what is written to it.
type limited struct {
	w   *bytes.Buffer
	max int
}

func (l *limited) Write(p []byte) (int, error) {
	l.w.Write(p[:max(0, min(len(p), l.max-l.w.Len()))])
	return len(p), nil
}

// startConverter starts the name converter.
func (h *hooks) startConverter(c *connection, text string) error {
	cmd := c.shell(text, append(h.env, "RSYNC_REQUEST=(NONE)"))
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	h.conv, h.ends = cmd, []io.Closer{in, out}
	h.names = ids.NewConverter(out, in)
	h.names.Reject = c.log.fault
	return nil
}

// runPre lets the pre-xfer hook run, now that the request is known (step 23). It returns the text
// for the client if the hook fails, "" if it agrees.
func (h *hooks) runPre(request string, args []string) string {
	w := h.pre
	if w == nil {
		return ""
	}
	b := bufio.NewWriter(w.in)
	put := func(name, value string) {
		_, _ = b.WriteString(name + "=" + strings.ReplaceAll(clip(value), "\n", "\n+") + "\n")
	}
	put("RSYNC_REQUEST", request)
	for i, a := range args {
		put("RSYNC_ARG"+strconv.Itoa(i), a)
	}
	_, _ = b.WriteString(".\n")
	// A hook that does not read is judged by its status.
	_ = b.Flush()
	_ = w.in.Close()
	err := w.cmd.Wait()
	h.pre = nil
	var status *exec.ExitError
	if err == nil || !errors.As(err, &status) {
		return ""
	}
	code := status.ExitCode()
	if code < 0 {
		code = 1 // a shell reports its own end by a signal like that
	}
	text := "pre-xfer exec returned failure (" + strconv.Itoa(code<<8) + ")"
	if w.out.Len() > 0 {
		text += ":\n" + strings.TrimRight(strings.ReplaceAll(w.out.String(), "\r\n", "\n"), "\n")
	}
	return text
}

// finish ends all hooks that still wait, and waits for what runs. The post-xfer hook learns how
// the connection ended.
func (h *hooks) finish(code int) {
	if h.pre != nil { // it was never to run
		_ = h.pre.in.Close()
		_ = h.pre.cmd.Wait()
	}
	if h.conv != nil {
		for _, e := range h.ends {
			_ = e.Close()
		}
		_ = h.conv.Wait()
	}
	if h.post != nil {
		_, _ = io.WriteString(h.post.in, strconv.Itoa(code)+" "+strconv.Itoa(code<<8)+"\n")
		_ = h.post.in.Close()
		_ = h.post.cmd.Wait()
	}
}
