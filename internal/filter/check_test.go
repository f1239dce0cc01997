package filter

import (
	"fmt"
	"sync"
	"testing"
)

// bigList is 20 rules of the kinds people write.
func bigList(t testing.TB) *State {
	b := NewBuilder(Env{})
	for _, text := range []string{
		"- *.o", "- *.tmp", "- .git/", "- /build/", "- node_modules/", "+ keep/**/x", "- **/cache/**", "- *~", "- #*#",
		"- .DS_Store", "- Thumbs.db", "- /var/log/*.gz", "- a*b*c?d", "- [0-9][0-9]*.bak", "-p core", "- /home/*/.cache/***",
		"-/ /abs/path/file", "- x**y**z", "H secret", "-! */?*",
	} {
		if err := b.Filter(text); err != nil {
			t.Fatal(err)
		}
	}
	l, _, err := b.Finish(LocalSender, true)
	if err != nil {
		t.Fatal(err)
	}
	return l.Start("/srv/data")
}

func manyNames() [][]byte {
	var names [][]byte
	for i := range 1000 {
		names = append(names, fmt.Appendf(nil, "usr/share/doc/package-%d/examples/file%d.txt", i%97, i))
	}
	return names
}

func TestCheckDoesNotAllocate(t *testing.T) {
	st, names := bigList(t), manyNames()
	if n := testing.AllocsPerRun(10, func() {
		for _, name := range names {
			st.Check(name, File)
			st.Check(name, Directory)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkCheck60000(b *testing.B) {
	st, names := bigList(b), manyNames()
	b.ReportAllocs()
	for b.Loop() {
		for range 60 {
			for _, name := range names {
				st.Check(name, File)
			}
		}
	}
}

// TestStatesAreIndependent walks two branches at once from one state.
func TestStatesAreIndependent(t *testing.T) {
	files := fileMap{"/t/.rf": ": .more\n- all\n", "/t/a/.rf": "- a\n", "/t/a/.more": "- am\n", "/t/b/.rf": "!\n- b\n", "/t/b/.more": "- bm\n"}
	b := NewBuilder(Env{Files: files})
	if err := b.Filter(": .rf"); err != nil {
		t.Fatal(err)
	}
	l, _, err := b.Finish(PushClient, false)
	if err != nil {
		t.Fatal(err)
	}
	top := enter(t, l.Start("/t"), "/t")
	want := map[string]string{"a": "a am all", "b": "b"}
	var wg sync.WaitGroup
	for dir, excluded := range want {
		wg.Go(func() {
			for range 100 {
				st, err := top.Enter("/t/" + dir)
				if err != nil {
					t.Error(err)
					return
				}
				got := ""
				for _, name := range []string{"a", "b", "am", "bm", "all"} {
					if st.Check([]byte(dir+"/"+name), File) == Excluded {
						got += " " + name
					}
				}
				if got[1:] != excluded {
					t.Errorf("in %s: %q", dir, got)
					return
				}
			}
		})
	}
	wg.Wait()
	if top.Check([]byte("a"), File) != Undecided || top.Check([]byte("all"), File) != Excluded {
		t.Error("the state of the parent has changed")
	}
}

func TestXattrRules(t *testing.T) {
	b := NewBuilder(Env{})
	for _, text := range []string{"-x user.k1", "-x! user.*", "- a"} {
		if err := b.Filter(text); err != nil {
			t.Fatal(err)
		}
	}
	l, _, err := b.Finish(PushClient, false)
	if err != nil {
		t.Fatal(err)
	}
	st := l.Start("/")
	if !l.HasXattrRules() || st.Check([]byte("user.k1"), Xattr) != Excluded || st.Check([]byte("user.k2"), Xattr) != Undecided ||
		st.Check([]byte("trusted.x"), Xattr) != Excluded || st.Check([]byte("user.k1"), File) != Undecided ||
		st.Check([]byte("a"), Xattr) != Excluded {
		t.Error("xattr rules and names mix")
	}
}

func TestVanishing(t *testing.T) {
	b := NewBuilder(Env{Receiving: true})
	if err := b.Filter("-p *.o"); err != nil {
		t.Fatal(err)
	}
	l, _, err := b.Finish(LocalReceiver, false)
	if err != nil {
		t.Fatal(err)
	}
	st := l.Start("/")
	if st.Check([]byte("x.o"), File) != Excluded || st.Vanishing().Check([]byte("x.o"), File) != Undecided {
		t.Error("perishable rule")
	}
}
