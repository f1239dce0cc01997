package fsys

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"
	"time"
)

// walkSource reads a whole Source into "path type content" lines.
func walkSource(t *testing.T, s Source) []string {
	t.Helper()
	ctx := context.Background()
	var lines []string
	var visit func(path []byte)
	visit = func(path []byte) {
		d, err := s.OpenDir(ctx, path)
		if err != nil {
			t.Fatalf("OpenDir(%q): %v", path, err)
		}
		defer d.Close()
		list, err := d.Scan(ctx, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer list.Close()
		ents := make([]DirEnt, 3)
		for {
			n, err := list.Next(ents)
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range ents[:n] {
				if z := e.NameZ(); z[len(z)-1] != 0 {
					t.Errorf("%q does not end in NUL", z)
				}
				var st Stat
				if err := d.Lstat(string(e.Name), &st); err != nil {
					t.Fatal(err)
				}
				p := AppendJoin(nil, path, e.Name)
				line := string(p)
				switch {
				case st.IsDir():
					visit(p)
					line += "/"
				case st.IsSymlink():
					buf := make([]byte, PathMax)
					n, err := d.Readlink(string(e.Name), buf)
					if err != nil {
						t.Fatal(err)
					}
					line += " -> " + string(buf[:n])
				default:
					f, err := d.OpenRead(ctx, string(e.Name), 0, &st)
					if err != nil {
						t.Fatal(err)
					}
					data, err := io.ReadAll(f)
					if err != nil || int64(len(data)) != st.Size {
						t.Errorf("%q: %d bytes of %d, %v", p, len(data), st.Size, err)
					}
					f.Close()
					line += " " + string(data)
				}
				lines = append(lines, line)
			}
		}
	}
	visit(nil)
	slices.Sort(lines)
	return lines
}

var sourceTree = fstest.MapFS{
	"a/b/c.txt": {Data: []byte("deep"), Mode: 0o640, ModTime: time.Unix(1700000000, 5)},
	"a/empty":   {Mode: fs.ModeDir | 0o700},
	"top":       {Data: []byte("top"), Mode: 0o4755},
	"é":         {Data: []byte("x")},
	"w":         {}, "x": {}, "y": {}, "z": {},
}

var sourceLines = []string{"a/", "a/b/", "a/b/c.txt deep", "a/empty/", "top top", "w ", "x ", "y ", "z ", "é x"}

func TestFSSource(t *testing.T) {
	s := FSSource(sourceTree)
	defer s.Close()
	if got := walkSource(t, s); !slices.Equal(got, sourceLines) {
		t.Errorf("%q", got)
	}
	if s.Knows() != (Facts{}) {
		t.Errorf("knows %+v", s.Knows())
	}
	ctx := context.Background()
	d, err := s.OpenDir(ctx, []byte("a/b"))
	if err != nil {
		t.Fatal(err)
	}
	var st Stat
	if err := d.Lstat("c.txt", &st); err != nil {
		t.Fatal(err)
	}
	if st.Mode != ModeRegular|0o640 || st.Mtime != (Time{1700000000, 5}) || st.Size != 4 || st.Nlink != 1 {
		t.Errorf("%+v", st)
	}
	for name, want := range map[string]error{"none": fs.ErrNotExist, "..": fs.ErrInvalid, "x/y": fs.ErrInvalid} {
		err := d.Lstat(name, &st)
		if name == "none" && !errors.Is(err, want) || name != "none" && err == nil {
			t.Errorf("Lstat(%q): %v", name, err)
		}
	}
	if _, err := d.GetXattr("c.txt", "user.x", nil); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("xattr: %v", err)
	}
	for _, p := range []string{"/a", "..", "a/../a", "top", "none"} {
		if _, err := s.OpenDir(ctx, []byte(p)); err == nil {
			t.Errorf("OpenDir(%q) worked", p)
		}
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.OpenDir(ended, nil); err != context.Canceled {
		t.Errorf("after the end: %v", err)
	}
}

func TestRootSource(t *testing.T) {
	dir := t.TempDir()
	d, err := Operator{FollowAll: true}.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{"a", "a/b", "a/empty"} {
		parent, leaf, err := (&Root{anchor: d, held: map[string]*heldDir{}, opt: RootOptions{Held: 1}}).Parent([]byte(p))
		if err != nil {
			t.Fatal(err)
		}
		if err := parent.Mkdir(string(leaf), 0o755); err != nil {
			t.Fatal(err)
		}
		parent.Close()
	}
	s := RootSource(NewRoot(d, RootOptions{}))
	defer s.Close()
	for p, file := range sourceTree {
		if file.Mode.IsDir() {
			continue
		}
		dir, leaf := Split([]byte(p))
		sd, err := s.OpenDir(context.Background(), dir)
		if err != nil {
			t.Fatal(err)
		}
		held, ok := HeldDir(sd)
		if !ok {
			t.Fatal("not a held directory")
		}
		f, err := held.CreateExcl(string(leaf), 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(file.Data); err != nil {
			t.Fatal(err)
		}
		f.Close()
		sd.Close()
	}
	if got := walkSource(t, s); !slices.Equal(got, sourceLines) {
		t.Errorf("%q", got)
	}
}
