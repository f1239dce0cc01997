//go:build unix

package fsys

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
)

func TestLeafOperations(t *testing.T) {
	eachVariant(t, func(t *testing.T, root *Root, dir string) {
		d := root.Anchor()
		var st Stat
		f, err := d.CreateExcl("f", 0o600)
		must(t, err)
		_, err = f.Write([]byte("hello"))
		must(t, err)
		must(t, f.Close())
		wantErr(t, "second close", f.Close(), fs.ErrClosed)

		must(t, d.Symlink("f", "l"))
		must(t, d.Mkdir("sub", 0o755))
		sub, err := root.Dir([]byte("sub"))
		must(t, err)
		must(t, d.Link("f", sub, "hard"))
		must(t, d.Lstat("f", &st))
		if st.Nlink != 2 || st.Size != 5 || st.Mode != ModeRegular|0o600 || !st.IsRegular() {
			t.Errorf("%+v", st)
		}
		must(t, d.Link("l", sub, "hardlink"))
		must(t, sub.Lstat("hardlink", &st))
		if !st.IsSymlink() || st.Nlink != 2 {
			t.Errorf("a link linked: %+v", st)
		}

		must(t, d.SetTimes("f", Time{Sec: 1 << 31, Nsec: 7}, Time{Sec: -1, Nsec: 999_999_999}))
		must(t, d.Lstat("f", &st))
		if st.Atime != (Time{1 << 31, 7}) || st.Mtime != (Time{-1, 999_999_999}) {
			t.Errorf("times %+v", st)
		}
		must(t, d.SetTimes("f", Omit(), Time{Sec: 5}))
		must(t, d.Lstat("f", &st))
		if st.Atime != (Time{1 << 31, 7}) || st.Mtime != (Time{Sec: 5}) {
			t.Errorf("times %+v", st)
		}
		must(t, d.SetTimes("l", Omit(), Time{Sec: 77}))
		must(t, d.Lstat("l", &st))
		if st.Mtime.Sec != 77 {
			t.Errorf("time of a link: %+v", st.Mtime)
		}

		must(t, d.Chmod("f", 0o4751))
		must(t, d.Lstat("f", &st))
		if st.Mode != ModeRegular|0o4751 {
			t.Errorf("mode %o", st.Mode)
		}
		if runtime.GOOS == "linux" {
			wantErr(t, "chmod of a link", d.Chmod("l", 0o600), syscall.ELOOP)
			must(t, d.Lstat("f", &st))
			if st.Mode != ModeRegular|0o4751 {
				t.Errorf("chmod went through the link: %o", st.Mode)
			}
		}
		must(t, d.Chmod("sub", 0o700))
		must(t, d.Chmod(".", 0o750))
		must(t, d.Fstat(&st))
		if st.Mode != ModeDir|0o750 {
			t.Errorf("mode of the root %o", st.Mode)
		}
		must(t, d.Chown("l", KeepID, KeepID))
		must(t, d.Chown("f", uint32(os.Getuid()), KeepID))

		buf := make([]byte, 100)
		n, err := d.Readlink("l", buf)
		if err != nil || string(buf[:n]) != "f" {
			t.Errorf("Readlink: %q, %v", buf[:n], err)
		}
		n, err = d.ReadlinkZ([]byte("l\x00"), buf)
		if err != nil || string(buf[:n]) != "f" {
			t.Errorf("ReadlinkZ: %q, %v", buf[:n], err)
		}
		must(t, d.Symlink(strings.Repeat("x", 100), "long"))
		_, err = d.Readlink("long", buf)
		wantErr(t, "target too long", err, syscall.ENAMETOOLONG)
		_, err = d.Readlink("f", buf)
		wantErr(t, "no link", err, syscall.EINVAL)

		_, err = d.OpenRead("l", 0, nil)
		wantErr(t, "open of a link", err, syscall.ELOOP)
		_, err = d.OpenWrite("l", Truncate, 0, nil)
		wantErr(t, "write through a link", err, syscall.ELOOP)
		_, err = d.OpenDir("l")
		wantErr(t, "a link as directory", err, syscall.ELOOP, syscall.ENOTDIR)
		must(t, d.Stat("l", &st))
		if !st.IsRegular() {
			t.Errorf("Stat through a link: %+v", st)
		}

		must(t, d.Rename("f", sub, "g"))
		wantErr(t, "moved", d.Lstat("f", &st), fs.ErrNotExist)
		f, err = sub.OpenReadZ([]byte("g\x00"), NoAtime, &st)
		must(t, err)
		if st.Size != 5 {
			t.Errorf("stat of what was opened: %+v", st)
		}
		data, err := io.ReadAll(f)
		if string(data) != "hello" || err != nil {
			t.Errorf("%q, %v", data, err)
		}
		must(t, f.Close())

		wantErr(t, "rmdir of a full one", d.Rmdir("sub"), syscall.ENOTEMPTY, syscall.EEXIST)
		wantErr(t, "unlink of a directory", d.Unlink("sub"), syscall.EISDIR, syscall.EPERM)
		wantErr(t, "rmdir of a file", sub.Rmdir("g"), syscall.ENOTDIR)
		for _, name := range []string{"g", "hard", "hardlink"} {
			must(t, sub.Unlink(name))
		}
		must(t, sub.Close())
		must(t, d.Rmdir("sub"))
		must(t, d.Access("l", AccessExists))
		wantErr(t, "access", d.Access("none", AccessRead), fs.ErrNotExist)
	})
}

func TestSpecials(t *testing.T) {
	dir := t.TempDir()
	d := openRoot(t, dir, RootOptions{}).Anchor()
	var st Stat
	err := d.Mknod("fifo", ModeFIFO|0o600, 0, 0)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip("no nodes here")
	}
	must(t, err)
	f, err := d.OpenRead("fifo", 0, &st) // would hang without O_NONBLOCK
	must(t, err)
	if st.Type() != ModeFIFO || !st.IsSpecial() {
		t.Errorf("%+v", st)
	}
	must(t, f.SetBlocking())
	must(t, f.Close())
	if runtime.GOOS == "linux" {
		lateWriter(t, d, filepath.Join(dir, "fifo"))
		must(t, d.Mknod("sock", ModeSocket|0o600, 0, 0))
		must(t, d.Lstat("sock", &st))
		if st.Type() != ModeSocket {
			t.Errorf("%+v", st)
		}
	}
	if os.Geteuid() == 0 && runtime.GOOS == "linux" {
		if err := d.Mknod("dev", ModeChar|0o600, 400, 70000); err != nil {
			t.Skip("devices are not allowed here:", err)
		}
		must(t, d.Lstat("dev", &st))
		if !st.IsDevice() || st.RdevMajor != 400 || st.RdevMinor != 70000 {
			t.Errorf("%+v", st)
		}
	}
}

func TestCreateTemp(t *testing.T) {
	dir := t.TempDir()
	d := openRoot(t, dir, RootOptions{}).Anchor()
	var st Stat
	for _, base := range []string{"foo", strings.Repeat("n", 255), strings.Repeat("é", 127)} {
		f, name, err := d.CreateTemp([]byte(base), BesideTarget, 0o600)
		must(t, err)
		must(t, f.Stat(&st))
		if st.Mode != ModeRegular|0o600 {
			t.Errorf("mode %o", st.Mode)
		}
		must(t, f.Close())
		must(t, d.Rename(name, d, base))
	}
	got, err := TryNumbered([]byte(".foo"), 41, func(name string) error {
		if name == ".foo.41" {
			must(t, d.Mkdir(name, 0o700))
		}
		return d.Symlink("x", name)
	})
	if got != ".foo.42" || err != nil {
		t.Errorf("TryNumbered: %q, %v", got, err)
	}
	tries := 0
	_, err = TryNumbered([]byte("x"), 1, func(string) error { tries++; return syscall.EEXIST })
	if err != syscall.EEXIST || tries != 100 {
		t.Errorf("%d tries, %v", tries, err)
	}
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	d := openRoot(t, dir, RootOptions{}).Anchor()
	f, err := d.CreateExcl("f", 0o644)
	must(t, err)
	defer f.Close()
	_, err = f.WriteAt([]byte("world"), 6)
	must(t, err)
	_, err = f.Write([]byte("hello "))
	must(t, err)
	_, err = f.Seek(0, io.SeekStart)
	must(t, err)
	data, err := io.ReadAll(f)
	if string(data) != "hello world" || err != nil {
		t.Errorf("%q, %v", data, err)
	}
	buf := make([]byte, 20)
	n, err := f.ReadAt(buf, 6)
	if string(buf[:n]) != "world" || err != io.EOF {
		t.Errorf("ReadAt: %q, %v", buf[:n], err)
	}
	if n, err := f.Read(nil); n != 0 || err != nil {
		t.Errorf("Read(nil) = %d, %v", n, err)
	}
	must(t, f.Truncate(3))
	must(t, f.Sync())
	must(t, f.Chmod(0o400))
	must(t, f.Chown(KeepID, KeepID))
	if err := f.SetTimes(Omit(), Time{Sec: 99}); !errors.Is(err, errors.ErrUnsupported) {
		must(t, err)
	}
	var st Stat
	must(t, f.Stat(&st))
	if st.Size != 3 || st.Mode != ModeRegular|0o400 {
		t.Errorf("%+v", st)
	}
	must(t, d.Sync())
}

func TestHoles(t *testing.T) {
	dir := t.TempDir()
	d := openRoot(t, dir, RootOptions{}).Anchor()
	f, err := d.CreateExcl("f", 0o644)
	must(t, err)
	defer f.Close()
	const page = 64 << 10
	_, err = f.WriteAt(bytes.Repeat([]byte("x"), page), 4*page)
	must(t, err)
	off, err := f.SeekData(0)
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) || off != 4*page {
		t.Skip("no holes here:", off, err)
	}
	must(t, err)
	if off, err = f.SeekHole(4 * page); off != 5*page || err != nil {
		t.Errorf("hole at %d, %v", off, err)
	}
	_, err = f.SeekData(5 * page)
	wantErr(t, "no data behind", err, syscall.ENXIO)
	if err := f.PunchHole(4*page, page); !errors.Is(err, errors.ErrUnsupported) {
		must(t, err)
		buf := make([]byte, page)
		_, err = f.ReadAt(buf, 4*page)
		if !bytes.Equal(buf, make([]byte, page)) || err != nil {
			t.Errorf("hole not zero, %v", err)
		}
	}
	if err := f.Allocate(0, 8*page, true); !errors.Is(err, errors.ErrUnsupported) {
		must(t, err)
		var st Stat
		must(t, f.Stat(&st))
		if st.Size != 5*page || st.Blocks*512 < 8*page {
			t.Errorf("%+v", st)
		}
	}
}

func TestCopyRange(t *testing.T) {
	dir := t.TempDir()
	d := openRoot(t, dir, RootOptions{}).Anchor()
	want := bytes.Repeat([]byte("0123456789abcdef"), 1<<12)
	must(t, os.WriteFile(dir+"/src", want, 0o600))
	src, err := d.OpenRead("src", 0, nil)
	must(t, err)
	defer src.Close()
	dst, err := d.CreateExcl("dst", 0o600)
	must(t, err)
	defer dst.Close()
	for off := int64(0); ; {
		n, err := dst.CopyRange(off, src, off, 1<<40)
		if err != nil {
			t.Skip("the kernel does not copy here:", err)
		}
		if n == 0 {
			break
		}
		off += n
	}
	got, err := os.ReadFile(dir + "/dst")
	if !bytes.Equal(got, want) || err != nil {
		t.Errorf("%d bytes copied, %v", len(got), err)
	}
	if err := dst.Clone(src); err == nil {
		got, _ = os.ReadFile(dir + "/dst")
		if !bytes.Equal(got, want) {
			t.Error("clone differs")
		}
	}
}

func TestXattr(t *testing.T) {
	eachVariant(t, func(t *testing.T, root *Root, dir string) {
		if !xattrsKnown {
			t.Skip("no extended attributes on this system")
		}
		d := root.Anchor()
		must(t, os.WriteFile(dir+"/f", nil, 0o600))
		must(t, os.Mkdir(dir+"/dir", 0o700))
		must(t, os.Symlink("f", dir+"/l"))
		if err := d.SetXattr("f", "user.x", []byte("value")); err != nil {
			t.Skip("no extended attributes here:", err)
		}
		buf := make([]byte, 1024)
		n, err := d.GetXattr("f", "user.x", buf)
		if string(buf[:n]) != "value" || err != nil {
			t.Errorf("%q, %v", buf[:n], err)
		}
		n, err = d.GetXattr("f", "user.x", nil)
		if n != 5 || err != nil {
			t.Errorf("size %d, %v", n, err)
		}
		_, err = d.GetXattr("f", "user.x", buf[:2])
		wantErr(t, "small buffer", err, syscall.ERANGE)
		_, err = d.GetXattr("f", "user.none", buf)
		wantErr(t, "no such attribute", err, ErrNoAttr)
		_, err = d.GetXattr("none", "user.x", buf)
		wantErr(t, "no such file", err, fs.ErrNotExist)
		must(t, d.SetXattr("f", "user.empty", nil))
		n, err = d.ListXattr("f", buf)
		names := strings.Split(strings.TrimRight(string(buf[:n]), "\x00"), "\x00")
		for _, want := range []string{"user.x", "user.empty"} {
			if !slices.Contains(names, want) {
				t.Errorf("%q, %v: no %s", names, err, want)
			}
		}
		must(t, d.SetXattr("dir", "user.x", []byte{0, 255}))
		must(t, d.SetXattr(".", "user.x", []byte("root")))

		// A link never leads to its target.
		if _, err := d.GetXattr("l", "user.x", buf); err == nil {
			t.Error("an attribute was read through a link")
		}
		if err := d.SetXattr("l", "user.y", []byte("1")); err == nil {
			t.Error("a user attribute was set on a link")
		}
		must(t, d.RemoveXattr("f", "user.x"))
		wantErr(t, "removed", d.RemoveXattr("f", "user.x"), ErrNoAttr)

		f, err := d.OpenRead("f", 0, nil)
		must(t, err)
		defer f.Close()
		must(t, f.SetXattr("user.z", []byte("zz")))
		n, err = f.GetXattr("user.z", buf)
		if string(buf[:n]) != "zz" || err != nil {
			t.Errorf("%q, %v", buf[:n], err)
		}
		if n, err = f.ListXattr(buf); n == 0 || err != nil {
			t.Errorf("list %d, %v", n, err)
		}
		must(t, f.RemoveXattr("user.z"))
	})
}

func scanAll(t testing.TB, d *Dir, s *Scanner, batch int) []string {
	t.Helper()
	must(t, d.Scan(s, 0))
	defer s.Close()
	ents := make([]DirEnt, batch)
	var names []string
	var st, byName Stat
	for {
		n, err := s.Next(ents)
		if err == io.EOF {
			break
		}
		must(t, err)
		for i := range ents[:n] {
			e := &ents[i]
			must(t, d.LstatZ(e.NameZ(), &st))
			must(t, d.Lstat(string(e.Name), &byName))
			if e.Type != 0 && e.Type != st.Type() || e.Ino != 0 && e.Ino != st.Ino || st != byName {
				t.Errorf("%q: entry %+v, stat %+v", e.Name, e, st)
			}
			names = append(names, string(e.Name))
		}
	}
	slices.Sort(names)
	return names
}

func TestScan(t *testing.T) {
	dir := t.TempDir()
	root := openRoot(t, dir, RootOptions{})
	before := countFDs(t)
	var want []string
	for i := range 3000 {
		name := strings.Repeat("n", i%200) + "\xff" + strings.Repeat("m", i/200)
		want = append(want, name)
		must(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	must(t, os.Mkdir(dir+"/..d", 0o700))
	must(t, os.Symlink("x", dir+"/...l"))
	want = append(want, "..d", "...l")
	slices.Sort(want)
	var s Scanner
	for _, batch := range []int{1, 7, 5000} {
		if got := scanAll(t, root.Anchor(), &s, batch); !slices.Equal(got, want) {
			t.Errorf("batches of %d: %d names, want %d", batch, len(got), len(want))
		}
	}
	sub, err := root.Dir([]byte("..d"))
	must(t, err)
	if got := scanAll(t, sub, &s, 10); len(got) != 0 {
		t.Errorf("empty directory: %q", got)
	}
	must(t, sub.Close())
	if _, err := s.Next(make([]DirEnt, 1)); err == nil || err == io.EOF {
		t.Errorf("Next after Close: %v", err)
	}
	root.ForgetAll()
	if after := countFDs(t); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

func TestOpenInPlace(t *testing.T) {
	dir := t.TempDir()
	d := openRoot(t, dir, RootOptions{}).Anchor()
	var st Stat
	f, err := d.OpenInPlace("new", 0, &st)
	must(t, err)
	must(t, f.Close())
	if st.Mode != ModeRegular|0o600 {
		t.Errorf("mode %o", st.Mode)
	}
	must(t, os.WriteFile(dir+"/ro", []byte("old"), 0o444))
	f, err = d.OpenInPlace("ro", ReadWrite, &st)
	must(t, err)
	_, err = f.WriteAt([]byte("new"), 0)
	must(t, err)
	must(t, f.Close())
	must(t, d.Lstat("ro", &st))
	if data, _ := os.ReadFile(dir + "/ro"); string(data) != "new" || st.Mode != ModeRegular|0o444 {
		t.Errorf("%q, mode %o", data, st.Mode)
	}
	must(t, os.Symlink("ro", dir+"/l"))
	_, err = d.OpenInPlace("l", 0, nil)
	wantErr(t, "through a link", err, syscall.ELOOP)
}

// lateWriter reads a FIFO whose writer comes after the reader.
func lateWriter(t *testing.T, d *Dir, path string) {
	t.Helper()
	f, err := d.OpenRead("fifo", 0, nil)
	must(t, err)
	defer f.Close()
	wrote := make(chan error, 1)
	go func() { wrote <- os.WriteFile(path, []byte("late"), 0) }()
	must(t, f.AwaitData())
	must(t, f.SetBlocking())
	data, err := io.ReadAll(f)
	must(t, err)
	must(t, <-wrote)
	if string(data) != "late" {
		t.Errorf("read %q", data)
	}
}
