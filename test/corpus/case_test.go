//go:build linux

package corpus

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"godwit/test/tree"
)

// A testCase is one line of the corpus. The keys are those of the file.
type testCase struct {
	ID         string               `json:"id"`
	AsRoot     bool                 `json:"as_root"`
	Umask      string               `json:"umask"`
	Source     []entry              `json:"source"`
	Dest       []entry              `json:"dest"`
	Alt        map[string][]entry   `json:"alt"` // trees for --link-dest and its kin, by name
	Options    []string             `json:"options"`
	Operands   []string             `json:"operands"`
	Stdout     []string             `json:"stdout"`
	Exit       int                  `json:"exit"`
	Result     map[string]resultRow `json:"result"`
	Backup     map[string]resultRow `json:"backup"` // bak/ beside the destination; empty: there is none
	SourceLeft []string             `json:"source_left"`
}

// An entry is something to make before the run.
type entry struct {
	path      string
	kind      byte // f d l p, or h: a hard link to the path in content
	mode      uint32
	uid, gid  int
	sec, nsec int64
	content   string // or the link's target
}

// fields unmarshals a JSON array into one variable for each element.
func fields(data []byte, into ...any) error {
	var raw []json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	if len(raw) != len(into) {
		return fmt.Errorf("%d fields instead of %d: %s", len(raw), len(into), data)
	}
	for i, r := range raw {
		if err := json.Unmarshal(r, into[i]); err != nil {
			return err
		}
	}
	return nil
}

func (e *entry) UnmarshalJSON(data []byte) error {
	var kind string
	err := fields(data, &e.path, &kind, &e.mode, &e.uid, &e.gid, &e.sec, &e.nsec, &e.content)
	if err == nil {
		e.kind = kind[0]
	}
	return err
}

// A resultRow is what must be found at a path after the run.
type resultRow struct {
	node tree.Node
	now  bool // last modified by the run itself
}

func (r *resultRow) UnmarshalJSON(data []byte) error {
	var kind string
	var twin *string
	var when json.RawMessage
	n := &r.node
	if err := fields(data, &kind, &n.Mode, &n.UID, &n.GID, &when, &n.Content, &twin); err != nil {
		return err
	}
	n.Type = kind[0]
	if twin != nil {
		n.Twin = *twin
	}
	if r.now = string(when) == `"now"`; r.now {
		return nil
	}
	return fields(when, &n.Sec, &n.Nsec)
}

// read reads the corpus; its first line describes the format.
func read(path string) ([]testCase, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	in := bufio.NewScanner(z)
	in.Buffer(nil, 1<<20)
	var cases []testCase
	for n := 1; in.Scan(); n++ {
		if n == 1 {
			var head struct{ Format int }
			if err := json.Unmarshal(in.Bytes(), &head); err != nil || head.Format != 1 {
				return nil, fmt.Errorf("%s: format %d, %v", path, head.Format, err)
			}
			continue
		}
		var c testCase
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", path, n, err)
		}
		cases = append(cases, c)
	}
	return cases, in.Err()
}

// build makes a tree. Owners are only set by root; the others own what they make.
func build(root string, entries []entry) error {
	chown := os.Getuid() == 0
	for _, e := range entries {
		p := filepath.Join(root, e.path)
		var err error
		switch e.kind {
		case 'd':
			err = os.MkdirAll(p, 0o700)
		case 'f':
			err = os.WriteFile(p, []byte(e.content), 0o600)
		case 'l':
			err = os.Symlink(e.content, p)
		case 'p':
			err = syscall.Mkfifo(p, 0o600)
		case 'h':
			err = os.Link(filepath.Join(root, e.content), p)
		default:
			err = fmt.Errorf("unknown type %q", e.kind)
		}
		if err == nil && e.kind != 'h' && chown {
			err = os.Lchown(p, e.uid, e.gid)
		}
		if err == nil && e.kind != 'h' && e.kind != 'l' && e.kind != 'd' {
			err = syscall.Chmod(p, e.mode)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", e.path, err)
		}
	}
	// Directories last and from the bottom up, since what is made inside changes them;
	// times after everything, since hard links share one.
	for i := len(entries) - 1; i >= 0; i-- {
		e := entries[i]
		p := filepath.Join(root, e.path)
		if e.kind == 'h' {
			continue
		}
		if e.kind == 'd' {
			if err := syscall.Chmod(p, e.mode); err != nil {
				return err
			}
		}
		ts := []unix.Timespec{{Sec: e.sec, Nsec: e.nsec}, {Sec: e.sec, Nsec: e.nsec}}
		if err := unix.UtimesNanoAt(unix.AT_FDCWD, p, ts, unix.AT_SYMLINK_NOFOLLOW); err != nil {
			return fmt.Errorf("%s: %w", e.path, err)
		}
	}
	return nil
}

// orderFree says whether an option list leaves the order of items open: hard
// links are reported as their groups complete.
func (c *testCase) orderFree() bool {
	for _, o := range c.Options {
		if strings.HasPrefix(o, "-") && !strings.HasPrefix(o, "--") && strings.Contains(o, "H") {
			return true
		}
	}
	return false
}
