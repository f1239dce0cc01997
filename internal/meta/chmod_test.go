package meta

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"godwit/internal/fsys"
)

// The vectors of docs/protocol/03-transfer.md §14.2 (umask 027).
func TestChmodVectors(t *testing.T) {
	for _, c := range []struct {
		list             string
		dir, file, xfile uint32
	}{
		{"u=rwX,go=", 0o700, 0o600, 0o700},
		{"a+s", 0o6755, 0o6644, 0o6755},
		{"Du=rwx,Fgo-r", 0o755, 0o600, 0o711},
		{"o=u", 0o757, 0o646, 0o757},
		{"g+s,-t", 0o2755, 0o2644, 0o2755},
		{"Dg+s", 0o2755, 0o644, 0o755},
		{"u=s", 0o4055, 0o4044, 0o4055},
		{"F600", 0o755, 0o600, 0o600},
		{"+t", 0o1755, 0o1644, 0o1755},
		{"=rwX", 0o750, 0o640, 0o750},
	} {
		ch, err := ParseChmod(c.list, 0o027)
		if err != nil {
			t.Errorf("%q: %v", c.list, err)
			continue
		}
		for _, m := range []struct{ in, want uint32 }{
			{fsys.ModeDir | 0o755, fsys.ModeDir | c.dir},
			{fsys.ModeRegular | 0o644, fsys.ModeRegular | c.file},
			{fsys.ModeRegular | 0o755, fsys.ModeRegular | c.xfile},
			{fsys.ModeSymlink | 0o777, fsys.ModeSymlink | 0o777},
			{0, 0},
		} {
			if got := ch.Apply(m.in); got != m.want {
				t.Errorf("%q: %o → %o, want %o", c.list, m.in, got, m.want)
			}
		}
	}
}

func TestChmodGrammar(t *testing.T) {
	for _, bad := range []string{
		"foo", "", "D", "F", "u", ",", "u+x,", "8", "10000", "77777", "u755", "D755x", "DFu+x",
		"u+gr", "u+xg", "u=rwx,g=DF", "Fx+r", "u+ur", "DF644", "ux", "u+x-w",
	} {
		_, err := ParseChmod(bad, 0)
		var ce *ChmodError
		if !errors.As(err, &ce) || err.Error() != "Invalid argument passed to --chmod ("+bad+")" {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, good := range []string{"D2775,F664", "+x", "a+s,Fo-w", "07777", "u=g,g-o", "ug=u", "Du=rwx,755", "o=", "uDg+x"} {
		if _, err := ParseChmod(good, 0); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

func TestChmodAppendIsConcatenation(t *testing.T) {
	clause := rapid.StringMatching(`[DF]?[ugoa]{0,2}[-+=]([rwxXst]{0,3}|[ugo])|[DF]?[0-7]{1,4}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := clause.Draw(t, "a"), clause.Draw(t, "b")
		ca, err := ParseChmod(a, 0o022)
		if err != nil {
			t.Fatal(err)
		}
		cb, err := ParseChmod(b, 0o022)
		if err != nil {
			t.Fatal(err)
		}
		both, err := ParseChmod(a+","+b, 0o022)
		if err != nil {
			t.Fatal(err)
		}
		mode := fsys.ModeRegular | rapid.Uint32Max(fsys.ModeBits).Draw(t, "mode")
		if x, y := both.Apply(mode), ca.Append(cb).Apply(mode); x != y {
			t.Fatalf("%o and %o", x, y)
		}
	})
}

// stock returns the reference program, or skips.
func stock(t *testing.T) string {
	t.Helper()
	p, err := exec.LookPath("rsync")
	if err != nil {
		t.Skip("the reference program is not installed")
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	return p
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// The reference edits modes in the same way.
func TestChmodAsReference(t *testing.T) {
	rsync := stock(t)
	src := t.TempDir()
	modes := []uint32{0o000, 0o644, 0o755, 0o4755, 0o2644, 0o1640, 0o7777, 0o601, 0o010, 0o6444, 0o246}
	for _, m := range modes {
		f, d := filepath.Join(src, fmt.Sprintf("f%o", m)), filepath.Join(src, fmt.Sprintf("d%o", m))
		if err := os.WriteFile(f, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
		run(t, "chmod", fmt.Sprintf("%o", m), f)
		run(t, "chmod", fmt.Sprintf("%04o", m), d)
	}
	for i, list := range []string{
		"u=t", "a=t", "o=t", "=st", "go=t", "u=s", "g=s", "o=s", "=s", "a=s", "=t", "u+st", "g-s", "go-st", "+X", "a=X", "-x,+X", "=", "u=", "go=",
		"u=g", "g=u", "o=g", "=u", "ug=o", "a=g", "+g", "-u", "g+o", "u-o", "Dg=u,Fo=", "D755,F4640", "u=rwxs,g=t", "=rwx", "+w", "-w",
		"a=rst", "ug=rs", "o+s", "go+s", "uo=s", "D+t,F-s", "u=g,g=u", "a=Xs",
	} {
		dst := filepath.Join(t.TempDir(), fmt.Sprint(i))
		run(t, "sh", "-c", `umask 027; exec "$0" -rp --chmod="$1" "$2/" "$3"`, rsync, list, src, dst)
		ch, err := ParseChmod(list, 0o027)
		if err != nil {
			t.Fatal(err)
		}
		dir := openDir(t, dst)
		for _, m := range modes {
			for kind, name := range map[uint32]string{fsys.ModeRegular: "f", fsys.ModeDir: "d"} {
				var st fsys.Stat
				if err := dir.Lstat(fmt.Sprintf("%s%o", name, m), &st); err != nil {
					t.Fatal(err)
				}
				if got := ch.Apply(kind | m); got != st.Mode {
					t.Errorf("%q on %s%o: %o, reference %o", list, name, m, got, st.Mode)
				}
			}
		}
		run(t, "rm", "-rf", dst)
	}
}

func openDir(t *testing.T, path string) *fsys.Dir {
	t.Helper()
	d, err := fsys.Operator{FollowAll: true}.OpenDir(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func TestDestMode(t *testing.T) {
	const reg, dir = fsys.ModeRegular, fsys.ModeDir
	plain, perms, exec := ModeRules{}, ModeRules{Perms: true}, ModeRules{Executability: true}
	for _, c := range []struct {
		what       string
		rules      ModeRules
		entry, old uint32
		exists     bool
		want       uint32
	}{
		{"perms", perms, reg | 0o4711, reg | 0o600, true, reg | 0o4711},
		{"perms, new", perms, reg | 0o4777, 0, false, reg | 0o4777},
		{"kept", plain, reg | 0o711, reg | 0o4640, true, reg | 0o4640},
		{"new: umask, no set-id", plain, reg | 0o6777, 0, false, reg | 0o755},
		{"new directory", plain, dir | 0o2777, 0, false, dir | 0o755},
		{"x taken", exec, reg | 0o644, reg | 0o755, true, reg | 0o644},
		{"x given to readers", exec, reg | 0o711, reg | 0o640, true, reg | 0o750},
		{"x left", exec, reg | 0o777, reg | 0o610, true, reg | 0o610},
		{"directories have their own x", exec, dir | 0o755, dir | 0o600, true, dir | 0o600},
		{"other type stands in", plain, reg | 0o644, fsys.ModeFIFO | 0o666, true, reg | 0o666},
	} {
		if got := c.rules.DestMode(c.entry, c.old, c.exists, 0o755); got != c.want {
			t.Errorf("%s: %o, want %o", c.what, got, c.want)
		}
	}
	if got := plain.InheritSetGID(dir|0o755, dir|0o2700); got != dir|0o2755 {
		t.Errorf("setgid not inherited: %o", got)
	}
	if got := perms.InheritSetGID(dir|0o755, dir|0o2700); got != dir|0o755 {
		t.Errorf("setgid inherited in spite of --perms: %o", got)
	}
}

func TestSameTime(t *testing.T) {
	at := func(s int64, n int32) fsys.Time { return fsys.Time{Sec: s, Nsec: n} }
	for _, c := range []struct {
		a, b   fsys.Time
		window int
		want   bool
	}{
		{at(5, 1), at(5, 2), 0, true}, {at(5, 1), at(5, 2), -1, false}, {at(5, 1), at(5, 1), -1, true},
		{at(5, 0), at(6, 0), 0, false}, {at(5, 0), at(6, 0), 1, true}, {at(6, 0), at(5, 0), 1, true}, {at(5, 0), at(7, 0), 1, false},
		{at(-1<<63, 0), at(1<<63-1, 0), 1 << 30, false},
	} {
		if got := SameTime(c.a, c.b, c.window); got != c.want {
			t.Errorf("%v %v window %d: %v", c.a, c.b, c.window, got)
		}
	}
}
