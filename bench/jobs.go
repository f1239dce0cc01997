//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// A job is one piece of work that several programs can do. In commands, $S is
// the source directory, $D the destination, $P the program.
type job struct {
	name, what string
	costly     bool
	// source makes the source tree.
	source func(b *bench, dir string) error
	// before puts the destination in its state before each measurement, as shell.
	before string
	// rsync is the command for godwit and stock rsync; others maps further
	// programs to theirs.
	rsync  string
	others map[string]string
}

// copies are the ways of copying a tree that know nothing of what is there.
var copies = map[string]string{
	"cp":  `cp -a "$S/." "$D/"`,
	"tar": `tar -C "$S" -cf - . | tar -C "$D" -xpf -`,
}

func big(b *bench, dir string) error { return bigFile(filepath.Join(dir, "big"), b.sized(1<<30)) }

func edited(b *bench, dir string) error {
	if err := big(b, dir); err != nil {
		return err
	}
	old := filepath.Join(b.dir, "old")
	if err := os.MkdirAll(old, 0o755); err != nil {
		return err
	}
	if out, err := exec.Command("cp", "-a", filepath.Join(dir, "big"), filepath.Join(old, "big")).CombinedOutput(); err != nil {
		return fmt.Errorf("cp: %w: %s", err, out)
	}
	return editFile(filepath.Join(dir, "big"), b.sized(1<<30), 200)
}

func mail(b *bench, dir string) error { return mailServer(dir, 300, int(b.sized(60_000))) }

func empties(b *bench, dir string) error { return emptyFiles(dir, int(b.sized(1_000_000))) }

const (
	fresh = `rm -rf "$D"; mkdir "$D"`
	done  = `[ -e "$D/.done" ] || { cp -a "$S/." "$D/"; touch "$D/.done"; }`
)

var jobs = []job{
	{name: "big", what: "a file of 1 GB, copied", source: big, before: fresh, rsync: `"$P" -a "$S/" "$D/"`, others: copies},
	{name: "edited", what: "the file changed in 200 places, brought up to date by delta", source: edited,
		before: fresh + `; cp -a "$S/../old/big" "$D/big"`, rsync: `"$P" -a --no-whole-file "$S/" "$D/"`},
	{name: "edited-inplace", what: "the same in place", source: edited,
		before: fresh + `; cp -a "$S/../old/big" "$D/big"`, rsync: `"$P" -a --no-whole-file --inplace "$S/" "$D/"`},
	{name: "mail", what: "300 maildirs with 60,000 mails, copied", source: mail, before: fresh, rsync: `"$P" -a "$S/" "$D/"`, others: copies},
	{name: "mail-again", what: "the same tree again, nothing to do", source: mail, before: done, rsync: `"$P" -a "$S/" "$D/"`},
	{name: "mail-checksum", what: "the same with -c", source: mail, before: done, rsync: `"$P" -ac "$S/" "$D/"`},
	{name: "million", what: "1,000,000 empty files, copied", costly: true, source: empties, before: fresh, rsync: `"$P" -a "$S/" "$D/"`, others: copies},
	{name: "million-again", what: "the same again, nothing to do", costly: true, source: empties, before: done, rsync: `"$P" -a "$S/" "$D/"`},
}

// bench is one place to work in.
type bench struct {
	place, dir    string
	godwit, stock string
	rounds        int
	scale         float64
}

func (b *bench) sized(full int64) int64 { return max(1000, int64(float64(full)*b.scale)) }

// sample is one measurement.
type sample struct {
	wall, cpu time.Duration
	rss       int64 // bytes
}

type contestant struct {
	name    string
	samples []sample
}

func (c *contestant) walls() []time.Duration {
	var w []time.Duration
	for _, s := range c.samples {
		w = append(w, s.wall)
	}
	slices.Sort(w)
	return w
}

func (c *contestant) shortest() time.Duration { return c.walls()[0] }

func (c *contestant) median() time.Duration {
	w := c.walls()
	return (w[(len(w)-1)/2] + w[len(w)/2]) / 2
}

func (c *contestant) cpu() time.Duration {
	var sum time.Duration
	for _, s := range c.samples {
		sum += s.cpu
	}
	return sum / time.Duration(len(c.samples))
}

func (c *contestant) peak() int64 {
	var most int64
	for _, s := range c.samples {
		most = max(most, s.rss)
	}
	return most
}

// result is what one job gave in one place; the first contestant is godwit, the second stock.
type result struct {
	job         job
	place       string
	contestants []*contestant
}

func (b *bench) measure(j job) (result, error) {
	r := result{job: j, place: b.place, contestants: []*contestant{{name: "godwit"}, {name: "rsync"}}}
	for _, name := range []string{"cp", "tar"} {
		if j.others[name] != "" {
			r.contestants = append(r.contestants, &contestant{name: name})
		}
	}
	src := filepath.Join(b.dir, "src")
	dst := filepath.Join(b.dir, "dst")
	for _, d := range []string{src, dst, filepath.Join(b.dir, "old")} {
		if err := os.RemoveAll(d); err != nil {
			return r, err
		}
	}
	for _, d := range []string{src, dst} {
		if err := os.Mkdir(d, 0o755); err != nil {
			return r, err
		}
	}
	if err := j.source(b, src); err != nil {
		return r, fmt.Errorf("making the data: %w", err)
	}
	for round := range b.rounds {
		order := slices.Clone(r.contestants)
		if round%2 == 1 {
			slices.Reverse(order)
		}
		for _, c := range order {
			command, program := j.rsync, b.stock
			switch c.name {
			case "godwit":
				program = b.godwit
			case "cp", "tar":
				command = j.others[c.name]
			}
			env := append(os.Environ(), "S="+src, "D="+dst, "P="+program)
			if _, err := shell(j.before, env); err != nil {
				return r, fmt.Errorf("preparing: %w", err)
			}
			s, err := shell(command, env)
			if err != nil {
				return r, fmt.Errorf("%s: %w", c.name, err)
			}
			c.samples = append(c.samples, s)
		}
	}
	return r, nil
}

// shell runs a command line and measures it.
func shell(command string, env []string) (sample, error) {
	cmd := exec.Command("sh", "-ec", command)
	cmd.Env = env
	start := time.Now()
	out, err := cmd.CombinedOutput()
	s := sample{wall: time.Since(start)}
	if err != nil {
		return s, fmt.Errorf("%s: %w\n%s", command, err, out)
	}
	s.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return s, errors.New("no resource usage")
	}
	s.rss = usage.Maxrss * 1024 // of the largest of the processes waited for, the shell's children too
	return s, nil
}
