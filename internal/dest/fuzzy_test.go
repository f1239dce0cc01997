package dest

import (
	"os"
	"testing"
	"time"

	"godwit/internal/wire"
)

// Vectors of docs/protocol/03-transfer.md §10.5.
func TestDistance(t *testing.T) {
	tests := []struct {
		name, wanted string
		want         uint64
	}{
		{"foo-1.0.txt", "foo-1.1.txt", fuzzyUnit + 1},
		{"foo-1.0.txt", "f", 50*fuzzyUnit + 4788},
		{"same", "same", 0},
	}
	for _, tt := range tests {
		got := fuzzyScore([]byte(tt.name), []byte(tt.wanted), fuzzySuffix([]byte(tt.wanted)), 50*fuzzyUnit)
		if got != tt.want {
			t.Errorf("%s for %s: %d U + %d", tt.name, tt.wanted, got/fuzzyUnit, got%fuzzyUnit)
		}
	}
	if d := distance([]byte("aaaaaaaaaa"), []byte("a"), 8*fuzzyUnit); d != ruledOut {
		t.Errorf("a length that is ruled out gives %d", d)
	}
	if d := distance(nil, []byte("ab"), 0); d != 2*fuzzyUnit+'a'+'b' {
		t.Errorf("an empty name is %d away", d)
	}
}

func TestFuzzySuffix(t *testing.T) {
	for name, want := range map[string]string{
		"foo.txt": ".txt", "foo": "", ".foo": "", "..foo.c": ".c", "a.tar.gz": ".gz", "a.c.bak": ".c", "a.c~": ".c",
		"a.c.~12~": ".c", "a.c.old.orig": ".c", "a.c.12": ".c", "a.12": ".12", "a.3.12": ".12", "a.bak": "", "a.c.~12": ".~12",
	} {
		if got := string(fuzzySuffix([]byte(name))); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestFuzzy(t *testing.T) {
	w := newWorld(t)
	w.put("dst/d/foo-1.0.txt=old one", "dst/d/far away=x", "dst/d/empty.txt=", "dst/d/same time=1234567", "alt/d/foo-1.2.txt=older")
	w.check(os.Chtimes(w.dir+"/dst/d/same time", time.Time{}, time.Unix(1e9, 0)))
	s := w.files(entry{name: "d/foo-1.1.txt", size: 20}, entry{name: "d/renamed", size: 7, mtime: 1e9}, entry{name: "d/zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", size: 5})
	w.plan.Update.Fuzzy = 1
	_, h := w.open("dst")
	check := func(name, want string, where wire.Basis) {
		t.Helper()
		got, at, ok := h.Fuzzy(w.find(s, name))
		if string(got) != want || ok != (want != "") || at != where {
			t.Errorf("%s: %q at %#x", name, got, at)
		}
	}
	check("d/foo-1.1.txt", "foo-1.0.txt", wire.BasisFuzzy)
	check("d/renamed", "same time", wire.BasisFuzzy)
	check(w.find(s, "d/zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz").Path(), "", 0)

	used := w.files(entry{name: "d/foo-1.0.txt", size: 3}, entry{name: "d/foo-1.1.txt", size: 20})
	w.plan.Update.Fuzzy, w.plan.Update.Alt, w.plan.Update.AltDirs = 2, 2, []string{"../alt"}
	s = used
	_, h = w.open("dst")
	check("d/foo-1.1.txt", "foo-1.2.txt", wire.BasisFuzzy+1) // as near, and later
	h.FuzzyTaken(w.find(used, "d/foo-1.0.txt"))
	check("d/foo-1.1.txt", "foo-1.2.txt", wire.BasisFuzzy+1)
	if f, err := h.OpenBasis(w.find(s, "d/foo-1.1.txt"), wire.BasisFuzzy+1, []byte("/../foo-1.2.txt"), nil); err != nil {
		t.Error(err)
	} else {
		f.Close()
	}
}
