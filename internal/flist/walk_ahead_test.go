package flist

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A tree that is deeper than readings may wait, with directories before and after each directory, and
// one with more entries than go together, is listed like the one that is not read ahead.
func TestReadAhead(t *testing.T) {
	dir := t.TempDir()
	var things []string
	path := "t"
	for depth := range 12 {
		for _, k := range []string{"a", "b", "k", "x", "y", "z"} {
			things = append(things, fmt.Sprintf("%s/%s%d/file: %d", path, k, depth, depth), fmt.Sprintf("%s/%s%d/sub/leaf", path, k, depth))
		}
		path += fmt.Sprintf("/k%d", depth)
	}
	for i := range 3*aheadEntries + 7 {
		things = append(things, fmt.Sprintf("t/many/f%04d", i), "t/many/x/y/z")
	}
	plant(t, dir, things...)
	for _, rules := range [][]string{nil, {"- leaf", "- f00*"}, {": .rules"}} {
		plant(t, dir, "t/k0/.rules: - y*")
		ahead := testWalk{incremental: true, rules: rules, cfg: recursing}.run(t, dir, "t/")
		all := testWalk{rules: rules, cfg: recursing}.run(t, dir, "t/")
		if ahead.err != nil || ahead.texts != "" {
			t.Fatalf("rules %q: %v, said %q", rules, ahead.err, ahead.texts)
		}
		if got, want := names(ahead), names(all); !slices.Equal(got, want) {
			t.Errorf("rules %q: %d names, want %d\n%s\nwant\n%s", rules, len(got), len(want), got, want)
		}
	}
}

var recursing = WalkConfig{Recurse: true}

func names(r *walked) []string {
	var all []string
	for _, f := range r.files {
		all = append(all, fmt.Sprintf("%s %o %d", f.Path(), f.Mode(), f.Size()))
	}
	slices.Sort(all)
	return all
}

// What goes wrong with a directory that is read ahead is said in its turn, and the rest goes on.
func TestReadAheadTrouble(t *testing.T) {
	dir := t.TempDir()
	plant(t, dir, "t/a/file", "t/b/file", "t/c/file", "t/d/file")
	gone := testWalk{incremental: true, cfg: recursing}
	gone.each = func(f File) error {
		if f.Path() == "b" {
			// b has been listed, and is gone when it is read.
			return os.RemoveAll(filepath.Join(dir, "t/b"))
		}
		return nil
	}
	r := gone.run(t, dir, "t/")
	if r.err != nil || !strings.Contains(r.texts, "directory has vanished") || !strings.Contains(r.texts, "/t/b\"") {
		t.Errorf("%v, said %q", r.err, r.texts)
	}
	if got := names(r); len(got) != 8 {
		t.Errorf("listed %q", got)
	}
}

// A walk that is given up leaves nothing open and nobody at work.
func TestReadAheadGivenUp(t *testing.T) {
	const fds = "/proc/self/fd"
	if _, err := os.ReadDir(fds); err != nil {
		t.Skip("open files cannot be counted: ", err)
	}
	dir := t.TempDir()
	var things []string
	for i := range 40 {
		things = append(things, fmt.Sprintf("t/d%02d/sub/file", i), fmt.Sprintf("t/d%02d/file", i))
	}
	plant(t, dir, things...)
	count := func() int {
		list, err := os.ReadDir(fds)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	before := count()
	enough := errors.New("enough")
	for stop := 1; stop < 60; stop += 7 {
		n := 0
		given := testWalk{incremental: true, cfg: recursing, each: func(File) error {
			if n++; n == stop {
				return enough
			}
			return nil
		}}
		r := given.run(t, dir, "t/")
		if r.err != enough {
			t.Fatalf("stop after %d: %v", stop, r.err)
		}
		r.w.Close()
		if after := count(); after != before {
			t.Fatalf("stop after %d: %d open files, %d before", stop, after, before)
		}
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	r := &reading{lots: make(chan *lot), stop: make(chan struct{})}
	r.refs.Store(2)
	cancel(enough)
	w := &Walker{}
	close(r.lots) // as the goroutine does when the context ends
	if err := w.listRead(ctx, r, &foundDir{}, ruleSet{}, nil); err != enough {
		t.Errorf("a walk that is cancelled ends with %v", err)
	}
}
