//go:build unix

// Package tree takes and compares pictures of directory trees, as the outer
// test layers judge a copy: content, type, mode, owner, group, time to the
// nanosecond, link target, device numbers, extended attributes, and which
// names are one file.
package tree

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"
)

// Node is what a picture knows of one name.
type Node struct {
	// Type is f, d, l, p, s, c or b.
	Type     byte
	Mode     uint32 // with set-id and sticky bits
	UID, GID uint32
	Sec      int64
	Nsec     int64
	// Content is a file's content (or, when long, its size and SHA-256), or the
	// target of a symlink.
	Content string
	// Twin is the first path in order that is the same file; "" when there is none.
	Twin string
	// Rdev is the number of a device.
	Rdev uint64
	// Xattrs are the extended attributes, name=value, in order, ACLs among them.
	Xattrs []string
}

// Tree maps paths, "." being the root, to nodes. A root that is not there
// gives an empty tree.
type Tree map[string]Node

// Read takes a picture of the tree at root.
func Read(root string) (Tree, error) {
	t := Tree{}
	type id struct{ dev, ino uint64 }
	groups := map[id][]string{}
	err := filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			if os.IsNotExist(err) && path == root {
				return filepath.SkipAll
			}
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		var st syscall.Stat_t
		if err := syscall.Lstat(path, &st); err != nil {
			return &os.PathError{Op: "lstat", Path: path, Err: err}
		}
		n, err := read(path, &st)
		if err != nil {
			return err
		}
		t[rel] = n
		if st.Nlink > 1 && n.Type != 'd' {
			k := id{uint64(st.Dev), st.Ino}
			groups[k] = append(groups[k], rel)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, names := range groups {
		if len(names) < 2 {
			continue // its other names are outside the tree
		}
		sort.Strings(names)
		for _, name := range names {
			n := t[name]
			n.Twin = names[0]
			t[name] = n
		}
	}
	return t, nil
}

func read(path string, st *syscall.Stat_t) (Node, error) {
	n := Node{Mode: uint32(st.Mode) & 0o7777, UID: st.Uid, GID: st.Gid}
	n.Sec, n.Nsec = modified(st)
	var err error
	switch st.Mode & syscall.S_IFMT {
	case syscall.S_IFDIR:
		n.Type = 'd'
	case syscall.S_IFREG:
		n.Type = 'f'
		n.Content, err = content(path, st.Size)
	case syscall.S_IFLNK:
		n.Type = 'l'
		n.Content, err = os.Readlink(path)
	case syscall.S_IFIFO:
		n.Type = 'p'
	case syscall.S_IFSOCK:
		n.Type = 's'
	case syscall.S_IFCHR:
		n.Type, n.Rdev = 'c', uint64(st.Rdev)
	case syscall.S_IFBLK:
		n.Type, n.Rdev = 'b', uint64(st.Rdev)
	}
	if err == nil {
		n.Xattrs, err = xattrs(path)
	}
	return n, err
}

// content gives a short file whole and a long one as a digest.
func content(path string, size int64) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if size <= 256 {
		b, err := io.ReadAll(f)
		return string(b), err
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d bytes, sha256 %s", size, hex.EncodeToString(h.Sum(nil)[:8])), nil
}

// Text renders the picture with a line for each name in order. Times from since on
// read "now": they are the time at which the run happened to set them.
func (t Tree) Text(since time.Time) string {
	var names []string
	for name := range t {
		names = append(names, name)
	}
	sort.Strings(names)
	var b strings.Builder
	for _, name := range names {
		b.WriteString(visible(name) + "  " + t[name].text(since) + "\n")
	}
	return b.String()
}

func (n Node) text(since time.Time) string {
	s := fmt.Sprintf("%c%04o %d:%d ", n.Type, n.Mode, n.UID, n.GID)
	if n.Now(since) {
		s += "now"
	} else {
		s += fmt.Sprintf("%d.%09d", n.Sec, n.Nsec)
	}
	switch n.Type {
	case 'f', 'l':
		s += " " + visible(n.Content)
	case 'c', 'b':
		s += fmt.Sprintf(" dev %#x", n.Rdev)
	}
	if n.Twin != "" {
		s += " = " + visible(n.Twin)
	}
	for _, x := range n.Xattrs {
		s += " {" + visible(x) + "}"
	}
	return s
}

// Now says whether the node was last modified at since or later. The file system's
// clock may lag behind ours by a tick.
func (n Node) Now(since time.Time) bool {
	return !time.Unix(n.Sec, n.Nsec).Before(since.Add(-50 * time.Millisecond))
}

// visible quotes a text that would not stand on a line as it is.
func visible(s string) string {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) || s == "" {
		return fmt.Sprintf("%q", s)
	}
	return s
}
