package godwit_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"godwit"
)

// tree writes files below a new directory: name to content, a slash at the end makes a directory.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(path, 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// contents lists a tree as name=content.
func contents(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		out = append(out, filepath.ToSlash(rel)+"="+string(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func wantTree(t *testing.T, dir string, want ...string) {
	t.Helper()
	if got := contents(t, dir); !slices.Equal(got, want) {
		t.Fatalf("%s holds %q, want %q", dir, got, want)
	}
}

// recorder keeps events.
type recorder struct{ events []godwit.Event }

func (r *recorder) add(e godwit.Event) { r.events = append(r.events, e) }

// names lists the entries of one kind of event.
func (r *recorder) names(k godwit.Kind) []string {
	var out []string
	for _, e := range r.events {
		if e.Kind == k {
			out = append(out, e.Entry.Name)
		}
	}
	slices.Sort(out)
	return out
}

func TestCopyTellsWhatItDoes(t *testing.T) {
	src := tree(t, map[string]string{"a": "one", "d/b": "two", "e/": ""})
	dst := tree(t, map[string]string{"old": "x", "a": "was longer"})
	var rec recorder
	res, err := godwit.Copy(t.Context(), godwit.Job{
		Options: []string{"-a", "--delete"}, Sources: []string{src + "/"}, Dest: dst, Events: rec.add,
	})
	if err != nil {
		t.Fatal(err)
	}
	wantTree(t, dst, "a=one", "d/b=two")
	if got := rec.names(godwit.Changed); !slices.Equal(got, []string{".", "a", "d", "d/b", "e"}) && !slices.Equal(got, []string{"a", "d", "d/b", "e"}) {
		t.Errorf("changed: %q", got)
	}
	if got := rec.names(godwit.Deleted); !slices.Equal(got, []string{"old"}) {
		t.Errorf("deleted: %q", got)
	}
	for _, e := range rec.events {
		if e.Kind == godwit.Changed && e.Entry.Name == "d/b" && (!e.Change.Data || !e.Change.New || e.Entry.Size != 3 || !e.Entry.Mode.IsRegular()) {
			t.Errorf("d/b: %+v", e)
		}
		if e.Kind == godwit.Changed && e.Entry.Name == "d" && (e.Change.Data || !e.Change.New || !e.Entry.Mode.IsDir()) {
			t.Errorf("d: %+v", e)
		}
	}
	if res.Transferred != 2 || res.Deleted != 1 || res.Literal != 6 || res.Created != 3 {
		t.Errorf("%+v", res)
	}
}

func TestList(t *testing.T) {
	src := tree(t, map[string]string{"a": "one", "d/b": "two"})
	var rec recorder
	if _, err := godwit.Copy(t.Context(), godwit.Job{Options: []string{"-r"}, Sources: []string{src + "/"}, Events: rec.add}); err != nil {
		t.Fatal(err)
	}
	if got := rec.names(godwit.Listed); !slices.Equal(got, []string{".", "a", "d", "d/b"}) {
		t.Errorf("listed: %q", got)
	}
}

func TestCopyFromFS(t *testing.T) {
	source := fstest.MapFS{
		"site/index.html": {Data: []byte("<p>"), Mode: 0o640, ModTime: time.Unix(1e9, 0)},
		"site/css/x.css":  {Data: []byte("p{}")},
		"other":           {Data: []byte("no")},
	}
	dst := t.TempDir()
	job := godwit.Job{Options: []string{"-rpt"}, Sources: []string{"site/"}, Dest: dst, FS: source}
	if _, err := godwit.Copy(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	wantTree(t, dst, "css/x.css=p{}", "index.html=<p>")
	st, err := os.Stat(filepath.Join(dst, "index.html"))
	if err != nil || st.ModTime().Unix() != 1e9 || st.Mode().Perm() != 0o640 {
		t.Errorf("%v %v", st, err)
	}
	res, err := godwit.Copy(t.Context(), job)
	if err != nil || res.Transferred != 0 {
		t.Errorf("again: %+v %v", res, err)
	}
}

func TestErrors(t *testing.T) {
	src := tree(t, map[string]string{"a": "one"})
	for _, c := range []struct {
		what    string
		job     godwit.Job
		code    godwit.Code
		partial bool
		text    string
	}{
		{"missing source", godwit.Job{Options: []string{"-r"}, Sources: []string{src + "/none", src + "/a"}, Dest: t.TempDir()}, godwit.Partial, true, "No such file"},
		{"unknown option", godwit.Job{Options: []string{"--no-such"}, Sources: []string{src}, Dest: "x"}, godwit.Usage, false, "unknown option"},
		{"operand that looks like one", godwit.Job{Sources: []string{"--version"}, Dest: t.TempDir()}, godwit.Partial, true, "No such file"},
		{"process option", godwit.Job{Options: []string{"--copy-as=nobody"}, Sources: []string{src}, Dest: "x"}, godwit.Usage, false, "identity"},
		{"server", godwit.Job{Options: []string{"--server"}, Sources: []string{"."}, Dest: "x"}, godwit.Usage, false, "no part"},
		{"nobody listens", godwit.Job{Sources: []string{"rsync://127.0.0.1:1/m/"}, Dest: t.TempDir()}, godwit.SocketIO, false, "Connection refused"},
		{"hosts have no fs.FS", godwit.Job{Sources: []string{"h:x"}, Dest: "x", FS: fstest.MapFS{}}, godwit.Usage, false, "fs.FS"},
	} {
		_, err := godwit.Copy(t.Context(), c.job)
		var e *godwit.Error
		if !errors.As(err, &e) || e.Code != c.code || e.Partial() != c.partial || !strings.Contains(e.Text, c.text) {
			t.Errorf("%s: %#v", c.what, err)
		}
	}
}

// channel is what an SSH library gives: Connect runs a command by Serve at the other end of it.
type host struct {
	server godwit.Server
	served sync.WaitGroup
	err    error
}

func (h *host) connect(ctx context.Context, name, command string) (io.ReadWriteCloser, error) {
	if name != "somebody@host" {
		return nil, errors.New("unknown host " + name)
	}
	near, far := net.Pipe()
	h.served.Go(func() { h.err = godwit.Serve(ctx, far, command, h.server) })
	return near, nil
}

func TestServeBothWays(t *testing.T) {
	root := tree(t, map[string]string{"in/mail": "hello", "secret": "no"})
	h := &host{server: godwit.Server{Root: root}}
	dst := t.TempDir()
	pull := godwit.Job{Options: []string{"-a"}, Sources: []string{"somebody@host:in/"}, Dest: dst, Connect: h.connect}
	if _, err := godwit.Copy(t.Context(), pull); err != nil {
		t.Fatal(err)
	}
	h.served.Wait()
	if h.err != nil {
		t.Fatal(h.err)
	}
	wantTree(t, dst, "mail=hello")

	if err := os.WriteFile(filepath.Join(dst, "new"), []byte("mail"), 0o600); err != nil {
		t.Fatal(err)
	}
	var rec recorder
	push := godwit.Job{Options: []string{"-a"}, Sources: []string{dst + "/"}, Dest: "somebody@host:out", Connect: h.connect, Events: rec.add}
	if _, err := godwit.Copy(t.Context(), push); err != nil {
		t.Fatal(err)
	}
	h.served.Wait()
	wantTree(t, root, "in/mail=hello", "out/mail=hello", "out/new=mail", "secret=no")
	if got := rec.names(godwit.Changed); !slices.Contains(got, "new") {
		t.Errorf("changed: %q", got)
	}
}

func TestServeStaysInside(t *testing.T) {
	outer := tree(t, map[string]string{"secret": "no", "root/a": "a"})
	root := filepath.Join(outer, "root")
	for _, c := range []struct {
		what   string
		server godwit.Server
		job    godwit.Job
	}{
		{"up", godwit.Server{Root: root}, godwit.Job{Options: []string{"-r"}, Sources: []string{"somebody@host:../"}, Dest: t.TempDir()}},
		{"push to read-only", godwit.Server{Root: root, ReadOnly: true}, godwit.Job{Sources: []string{filepath.Join(root, "a")}, Dest: "somebody@host:b"}},
		{"pull from write-only", godwit.Server{Root: root, WriteOnly: true}, godwit.Job{Sources: []string{"somebody@host:a"}, Dest: t.TempDir()}},
		{"delete", godwit.Server{Root: root, NoDelete: true}, godwit.Job{Options: []string{"-r", "--delete"}, Sources: []string{t.TempDir() + "/"}, Dest: "somebody@host:."}},
	} {
		h := &host{server: c.server}
		c.job.Connect = h.connect
		_, err := godwit.Copy(t.Context(), c.job)
		h.served.Wait()
		if err == nil || h.err == nil {
			t.Errorf("%s: client %v, server %v", c.what, err, h.err)
		}
		for _, name := range contents(t, outer) {
			if name != "secret=no" && name != "root/a=a" {
				t.Errorf("%s: %s", c.what, name)
			}
		}
		if c.job.Dest != "somebody@host:b" && c.job.Dest != "somebody@host:." {
			wantTree(t, c.job.Dest)
		}
	}
	if err := godwit.Serve(t.Context(), nopCloser{&bytes.Buffer{}}, "rm -rf /", godwit.Server{Root: root}); err == nil {
		t.Error("a command that is no rsync was accepted")
	}
}

type nopCloser struct{ io.ReadWriter }

func (nopCloser) Close() error { return nil }

// slowFS holds its reader until the context is over.
type slowFS struct {
	fstest.MapFS
	reading chan struct{}
	ctx     context.Context
}

func (s slowFS) Open(name string) (fs.File, error) {
	f, err := s.MapFS.Open(name)
	if name == "big" {
		return slowFile{f, s}, err
	}
	return f, err
}

type slowFile struct {
	fs.File
	fs slowFS
}

func (f slowFile) Read(p []byte) (int, error) {
	select {
	case f.fs.reading <- struct{}{}:
	default:
	}
	<-f.fs.ctx.Done()
	return 0, f.fs.ctx.Err()
}

func TestCancelLeavesNothingBehind(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	source := slowFS{fstest.MapFS{"big": {Data: make([]byte, 1<<20)}}, make(chan struct{}, 1), ctx}
	dst := t.TempDir()
	go func() {
		<-source.reading
		cancel()
	}()
	_, err := godwit.Copy(ctx, godwit.Job{Options: []string{"-r"}, Sources: []string{"."}, Dest: dst, FS: source})
	var e *godwit.Error
	if !errors.As(err, &e) || e.Code != godwit.Interrupted || !errors.Is(err, context.Canceled) {
		t.Fatalf("%#v", err)
	}
	wantTree(t, dst)
}

func TestManyJobsAtOnce(t *testing.T) {
	files := map[string]string{}
	for i := range 200 {
		files["d"+string(rune('a'+i%7))+"/f"+strings.Repeat("x", i%50)+string(rune('a'+i%26))] = strings.Repeat("data", i)
	}
	src := tree(t, files)
	want := contents(t, src)
	var wg sync.WaitGroup
	for range 8 {
		dst := t.TempDir()
		wg.Go(func() {
			if _, err := godwit.Copy(t.Context(), godwit.Job{Options: []string{"-a"}, Sources: []string{src + "/"}, Dest: dst}); err != nil {
				t.Error(err)
			}
			if got := contents(t, dst); !slices.Equal(got, want) {
				t.Error("trees differ")
			}
		})
	}
	wg.Wait()
}
