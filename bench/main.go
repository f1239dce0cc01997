//go:build unix

// Bench measures godwit against stock rsync, cp -a and a tar pipe on the same
// work in one run, and prints medians, ratios and peak memory.
//
//	go run ./bench                        every job but the million files, on tmpfs and on disk
//	go run ./bench -jobs mail -rounds 7   one job, more rounds
//	go run ./bench -million               the million empty files too
//	go run ./bench -markdown out.md -svg out.svg
//
// Programs take turns A B C D D C B A, so that what drifts in the machine
// falls on all alike; the shown time is the median, with the shortest beside it.
// Peak memory is the largest resident size of any process that the command started,
// as Linux counts it: never less than what this program itself occupied (some 8 MB).
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	var (
		godwit   = flag.String("godwit", "", "the godwit to measure (default: built from ./cmd/godwit)")
		stock    = flag.String("stock", "rsync", "the stock rsync to compare with")
		names    = flag.String("jobs", "", "comma list of jobs (default: all that are affordable)")
		places   = flag.String("places", "tmpfs=/dev/shm,disk=bench/out", "comma list of name=directory to work in")
		rounds   = flag.Int("rounds", 4, "measurements of each program, an even number")
		scale    = flag.Float64("scale", 1, "size of the data relative to the full one")
		million  = flag.Bool("million", false, "also the tree of 1,000,000 empty files")
		markdown = flag.String("markdown", "", "write the table to this file as markdown")
		svg      = flag.String("svg", "", "write the ratios to this file as a picture")
	)
	flag.Parse()
	if *rounds < 2 || *rounds%2 != 0 {
		return fmt.Errorf("-rounds %d: not an even number", *rounds)
	}
	scratch, err := os.MkdirTemp("", "godwit-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	if *godwit == "" {
		*godwit = filepath.Join(scratch, "godwit")
		build := exec.Command("go", "build", "-trimpath", "-o", *godwit, "./cmd/godwit")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("go build: %w\n%s", err, out)
		}
	}
	if *godwit, err = filepath.Abs(*godwit); err != nil {
		return err
	}
	if *stock, err = exec.LookPath(*stock); err != nil {
		return err
	}
	var results []result
	for place := range strings.SplitSeq(*places, ",") {
		name, dir, ok := strings.Cut(place, "=")
		if !ok {
			return fmt.Errorf("-places %s: not name=directory", place)
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		work, err := os.MkdirTemp(dir, "godwit-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(work)
		if work, err = filepath.Abs(work); err != nil {
			return err
		}
		b := &bench{place: name, dir: work, godwit: *godwit, stock: *stock, rounds: *rounds, scale: *scale}
		for _, j := range jobs {
			chosen := *names == "" && (!j.costly || *million)
			for n := range strings.SplitSeq(*names, ",") {
				chosen = chosen || n == j.name
			}
			if !chosen {
				continue
			}
			r, err := b.measure(j)
			if err != nil {
				return fmt.Errorf("%s on %s: %w", j.name, name, err)
			}
			fmt.Print(r.text())
			results = append(results, r)
		}
		if err := os.RemoveAll(work); err != nil {
			return err
		}
	}
	if *markdown != "" {
		if err := os.WriteFile(*markdown, []byte(markdownTable(results)), 0o644); err != nil {
			return err
		}
	}
	if *svg != "" {
		return os.WriteFile(*svg, []byte(picture(results)), 0o644)
	}
	return nil
}
