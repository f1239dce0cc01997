//go:build unix

package transfer_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"godwit/internal/exit"
	"godwit/internal/filter"
	"godwit/internal/fsys"
	"godwit/internal/human"
	"godwit/internal/ids"
	"godwit/internal/options"
	"godwit/internal/report"
	"godwit/internal/session"
	"godwit/internal/transfer"
	"godwit/internal/transport"
	"godwit/internal/wire"
)

// ends are the two ends of one transfer, in this process.
type ends struct {
	client, server transfer.Result
	said           *report.Collector
}

// run carries out a command line. Its remote operand ("h:PATH") is served by an end in this
// process over a pipe; without one both ends are those of a local copy with a hand-off.
func run(t *testing.T, args ...string) ends {
	t.Helper()
	e, err := try(t.Context(), args)
	if err != nil {
		t.Fatal(err)
	}
	if e.client.Code != exit.OK || e.server.Code != exit.OK {
		t.Fatalf("%q: client %d, server %d: %s", args, e.client.Code, e.server.Code, texts(e.said))
	}
	return e
}

func try(ctx context.Context, args []string) (ends, error) {
	near, far := transport.Pipe()
	return tryOver(ctx, args, near, far)
}

// tryOver is try with a connection of one's own.
func tryOver(ctx context.Context, args []string, near, far session.Conn) (ends, error) {
	p, err := prepare(args)
	e := ends{said: p.said}
	if err != nil {
		return e, err
	}
	defer p.close()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	p.client.Conn, p.server.Conn = near, far
	var wg sync.WaitGroup
	wg.Go(func() { e.server = transfer.Run(ctx, p.server) })
	e.client = transfer.Run(ctx, p.client)
	wg.Wait()
	return e, nil
}

// prepared is what two ends need to run a command line, but for their connection.
type prepared struct {
	client, server transfer.Setup
	said           *report.Collector
	closers        []func()
}

func (p *prepared) close() {
	for _, f := range p.closers {
		f()
	}
}

// prepare makes both ends of a command line.
func prepare(args []string) (*prepared, error) {
	e := &prepared{said: &report.Collector{}}
	cfg := &options.Config{Now: time.Now()}
	o, err := options.Parse(args, cfg)
	if err != nil {
		return e, err
	}
	shape, err := o.Shape()
	if err != nil {
		return e, err
	}
	id, err := ids.CurrentIdentity()
	if err != nil {
		return e, err
	}
	process := transfer.Process{
		Version: "test", PID: os.Getpid(), Umask: 0o022, StartDir: "/", Identity: id,
		Names: ids.NewCache(ids.NewSystem(ids.HostSources())), Numbers: human.Numbers{Level: 1, Point: '.'}, Now: time.Now,
	}
	op := fsys.Operator{UID: id.UID}
	env := filter.Env{Who: "client", Files: &transfer.RuleFiles{Operator: op}, Receiving: shape.Direction == options.Pull}
	rules, err := transfer.CollectRules(o, env)
	if err != nil {
		return e, err
	}
	client := transfer.Setup{
		Options: o, Rules: rules, Operator: op, Process: process, Router: &report.Router{Terminal: e.said},
		ClientCaps: wire.ParseClientCaps(o.CapabilityString(shape.Direction, options.Capabilities)),
	}
	server := transfer.Setup{Server: true, Operator: op, Process: process, ClientCaps: client.ClientCaps}
	server.Router = &report.Router{Terminal: e.said, Server: true}
	server.RuleEnv = filter.Env{Who: "server", Files: env.Files}
	switch shape.Direction {
	case options.LocalCopy:
		if server.Options, err = options.Derive(o, cfg); err != nil {
			return e, err
		}
		server.Options.Server = true
		handoff := session.NewHandoff()
		e.closers = append(e.closers, func() { handoff.Close() })
		twin := &transfer.Twin{}
		client.Local, client.Handoff, client.Twin = true, handoff, twin
		server.Local, server.Handoff, server.Twin = true, handoff, twin
		env.Who, env.Receiving = "receiver", true
		server.Rules = rules.Clone(env)
		client.Sender, client.Sources = true, shape.Sources
		server.Dest, server.HasDest = shape.Dest, shape.HasDest
	default:
		line, _ := options.ServerArgs(o, shape.Direction, options.Capabilities)
		if server.Options, err = options.Parse(line, cfg); err != nil {
			return e, fmt.Errorf("server: %q: %w", line, err)
		}
		if shape.Direction == options.Push {
			client.Sender, client.Sources = true, shape.Sources
			server.Dest, server.HasDest, server.Base = shape.Dest, true, "."
		} else {
			client.Dest, client.HasDest, client.Requested = shape.Dest, shape.HasDest, shape.Sources
			server.Sender, server.Sources, server.Base = true, shape.Sources, "."
		}
	}
	if o.FilesFromGiven && !o.FilesFromRemote {
		f, err := os.Open(o.FilesFrom)
		if err != nil {
			return e, err
		}
		e.closers = append(e.closers, func() { f.Close() })
		client.FilesFrom = io.Reader(f)
	}
	e.client, e.server = client, server
	return e, nil
}

func texts(c *report.Collector) string {
	var b strings.Builder
	for _, e := range c.Events() {
		b.WriteString(e.Text)
	}
	return b.String()
}

// grow makes a source of several directories, and a destination that has an old state of a file
// and something of its own.
func grow(t *testing.T) (src, dst string) {
	t.Helper()
	top := t.TempDir()
	src, dst = filepath.Join(top, "src"), filepath.Join(top, "dst")
	var big strings.Builder
	for i := range 20000 {
		fmt.Fprintf(&big, "%d\n", i)
	}
	files := map[string]string{
		"src/a/one": "1\n", "src/a/b/two": "22\n", "src/a/b/c/three": "333\n", "src/empty": "", "src/big": big.String(),
		"dst/big": strings.Replace(big.String(), "\n777\n", "\nother\n", 1), "dst/own": "own\n", "dst/a/own": "own\n",
	}
	for name, text := range files {
		p := filepath.Join(top, name)
		must(t, os.MkdirAll(filepath.Dir(p), 0o755))
		must(t, os.WriteFile(p, []byte(text), 0o640))
		at := time.Unix(1_000_000_000+int64(len(name)), 0)
		must(t, os.Chtimes(p, at, at))
	}
	must(t, os.Link(filepath.Join(src, "a/one"), filepath.Join(src, "a/b/link")))
	must(t, os.Symlink("a/one", filepath.Join(src, "soft")))
	return src, dst
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// picture maps the names below a directory to what lies there.
func picture(t *testing.T, top string) map[string]string {
	t.Helper()
	pic := map[string]string{}
	must(t, filepath.WalkDir(top, func(p string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(top, p)
		info, err := d.Info()
		if err != nil {
			return err
		}
		switch {
		case d.Type()&os.ModeSymlink != 0:
			to, err := os.Readlink(p)
			pic[name] = "-> " + to
			return err
		case d.IsDir():
			pic[name] = info.Mode().String()
			return nil
		}
		b, err := os.ReadFile(p)
		pic[name] = fmt.Sprintf("%v %d %d links %q", info.Mode(), info.ModTime().Unix(), info.Sys().(*syscall.Stat_t).Nlink, b)
		return err
	}))
	return pic
}

func same(t *testing.T, got, want map[string]string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got[name] != want[name] {
			t.Errorf("%s: got %.120s, want %.120s", name, got[name], want[name])
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s: should not be there", name)
		}
	}
}

// ways are how two ends are joined: which operand is remote, and at what protocol.
func ways(t *testing.T, do func(t *testing.T, options []string, src, dst string)) {
	t.Run("local", func(t *testing.T) {
		t.Parallel()
		src, dst := grow(t)
		do(t, nil, src+"/", dst+"/")
	})
	for protocol := 27; protocol <= 32; protocol++ {
		for _, pull := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d/pull=%v", protocol, pull), func(t *testing.T) {
				t.Parallel()
				src, dst := grow(t)
				from, to := src+"/", "h:"+dst+"/"
				if pull {
					from, to = "h:"+src+"/", dst+"/"
				}
				do(t, []string{fmt.Sprintf("--protocol=%d", protocol)}, from, to)
			})
		}
	}
}

func local(operand string) string { return strings.TrimPrefix(operand, "h:") }

func TestMirror(t *testing.T) {
	ways(t, func(t *testing.T, options []string, src, dst string) {
		run(t, append(options, "-aH", "--delete", "--no-whole-file", src, dst)...)
		want := picture(t, local(src))
		same(t, picture(t, local(dst)), want)
		again := run(t, append(options, "-aH", "--delete", "--no-whole-file", src, dst)...)
		if n := max(again.client.Totals.Transferred, again.server.Totals.Transferred); n != 0 {
			t.Errorf("a second run transfers %d files", n)
		}
	})
}

func TestDryRunTouchesNothing(t *testing.T) {
	ways(t, func(t *testing.T, options []string, src, dst string) {
		before := picture(t, local(dst))
		run(t, append(options, "-aHn", "--delete", src, dst)...)
		same(t, picture(t, local(dst)), before)
	})
}

func TestDeltaSendsWhatDiffers(t *testing.T) {
	ways(t, func(t *testing.T, options []string, src, dst string) {
		e := run(t, append(options, "-a", "--no-whole-file", src+"big", dst)...)
		n := e.client.Totals
		if n.Literal+n.Matched == 0 { // the server of a pull counted
			n = e.server.Totals
		}
		if n.Matched < 100_000 || n.Literal == 0 || n.Literal > 5_000 {
			t.Errorf("%d bytes matched, %d sent", n.Matched, n.Literal)
		}
		want := picture(t, local(src))["big"]
		if got := picture(t, local(dst))["big"]; got != want {
			t.Errorf("big differs: %.80s, want %.80s", got, want)
		}
	})
}

func TestListOnly(t *testing.T) {
	ways(t, func(t *testing.T, options []string, src, dst string) {
		before := picture(t, local(dst))
		e := run(t, append(options, "-r", "--list-only", src, dst)...)
		same(t, picture(t, local(dst)), before)
		if local(dst) == dst { // a list that the client itself prints
			if said := texts(e.said); !strings.Contains(said, "a/b/c/three") {
				t.Errorf("listed: %q", said)
			}
		}
	})
}

// TestFilesFrom has names that stand with the client: those of a pull are forwarded, raw up to
// protocol 30.
func TestFilesFrom(t *testing.T) {
	ways(t, func(t *testing.T, options []string, src, dst string) {
		names := filepath.Join(t.TempDir(), "names")
		must(t, os.WriteFile(names, []byte("a/b/two\nempty\n\na/one\n"), 0o644))
		run(t, append(options, "-a", "--files-from="+names, src, dst)...)
		got, want := picture(t, local(dst)), picture(t, local(src))
		for _, name := range []string{"a/b/two", "empty"} {
			if got[name] != want[name] {
				t.Errorf("%s: got %q, want %q", name, got[name], want[name])
			}
		}
		for _, name := range []string{"soft", "a/b/c", "a/b/link"} {
			if _, ok := got[name]; ok {
				t.Errorf("%s was not asked for", name)
			}
		}
		if _, ok := got["a/one"]; !ok {
			t.Error("a/one is missing")
		}
	})
}

// TestSideBySide runs transfers in one process at the same time: none may know of another.
func TestSideBySide(t *testing.T) {
	var wg sync.WaitGroup
	for range 2 {
		src, dst := grow(t)
		src2, dst2 := grow(t)
		for _, args := range [][]string{{"-aH", "--delete", src + "/", dst + "/"}, {"-aHz", "--delete", "h:" + src2 + "/", dst2 + "/"}} {
			wg.Go(func() {
				e, err := try(t.Context(), args)
				if err != nil || e.client.Code != exit.OK || e.server.Code != exit.OK {
					t.Errorf("%q: %v, client %d, server %d: %s", args, err, e.client.Code, e.server.Code, texts(e.said))
				}
			})
		}
		defer func() {
			same(t, picture(t, dst), picture(t, src))
			same(t, picture(t, dst2), picture(t, src2))
		}()
	}
	wg.Wait()
}
