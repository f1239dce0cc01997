package receiver_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"godwit/internal/fsys"
	"godwit/internal/session"
)

// Inside one process a whole file comes as an open file; the stream has its item and sum head only.
func TestHandoff(t *testing.T) {
	for _, size := range []int64{5, 0, 4} { // as many as there are, fewer (it grew), too many (it shrank)
		s := newScript(31, 0).tree()
		s.item(1, 0xa000).ints(0, 0, 0, 0).item(2, 0xa000).ints(0, 0, 0, 0).done(3).bye()
		r := start(t, s, "-t")
		h := session.NewHandoff()
		defer h.Close()
		r.s.SetHandoff(h)
		src := t.TempDir()
		root, err := fsys.OpenRoot(src, fsys.Operator{UID: uint32(os.Geteuid())}, fsys.RootOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		before := r.s.BytesRead()
		carried := int64(0)
		for i, data := range []string{"hello", strings.Repeat("z", 100000)} {
			name := string(rune('a' + i))
			if err := os.WriteFile(filepath.Join(src, name), []byte(data), 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := root.Anchor().OpenRead(name, 0, nil)
			if err != nil {
				t.Fatal(err)
			}
			n := int64(len(data))
			if i == 0 && size == 4 {
				n++ // it was longer when it was opened
			} else if i == 0 && size == 0 {
				n--
			}
			carried += n + 4*((n+32767)/32768) + 4 + 16
			if err := h.Offer(t.Context(), r.s, session.Handed{NDX: int32(i + 1), File: f, Size: n}); err != nil {
				t.Fatal(err)
			}
		}
		r.request(1, 2)
		told := r.finish()
		want := "success 1, success 2, phase 1"
		first := "hello"
		switch size {
		case 0:
			first = "hell"
		case 4:
			want = "redo 1, success 2, phase 1"
		}
		if !strings.HasPrefix(told, want) {
			t.Errorf("told %s", told)
		}
		if b, err := os.ReadFile(r.path("src/a")); size != 4 && string(b) != first {
			t.Errorf("got %q, %v", b, err)
		}
		if got := r.get("src/b"); len(got) != 100000 {
			t.Errorf("got %d octets", len(got))
		}
		st, err := os.Stat(r.path("src/b"))
		if err != nil || st.ModTime().Unix() != 1000 || st.Mode().Perm() != 0o644 {
			t.Errorf("%v %v", st, err)
		}
		// Four octets more for a frame header.
		if got := r.s.BytesRead() - before; got < carried {
			t.Errorf("counted %d, want at least %d", got, carried)
		}
	}
}
