//go:build unix

package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

// All data is made from fixed seeds: two runs measure the same bytes.

var when = time.Unix(1_700_000_000, 0)

// bigFile writes size bytes that no codec shrinks.
func bigFile(path string, size int64) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	noise := rand.NewChaCha8([32]byte{1})
	chunk := make([]byte, 1<<16)
	for size > 0 {
		n := min(size, int64(len(chunk)))
		_, _ = noise.Read(chunk[:n])
		if _, err := w.Write(chunk[:n]); err != nil {
			f.Close()
			return err
		}
		size -= n
	}
	if err := w.Flush(); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Chtimes(path, when, when)
}

// editFile overwrites a hundred bytes in each of so many places.
func editFile(path string, size int64, places int) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	spots := rand.New(rand.NewPCG(2, 2))
	for range places {
		if _, err := f.WriteAt([]byte(fmt.Sprintf("%-100d", spots.Int64())), spots.Int64N(size-100)); err != nil {
			f.Close()
			return err
		}
	}
	if err := f.Close(); err != nil {
		return err
	}
	later := when.Add(time.Hour)
	return os.Chtimes(path, later, later)
}

// mailServer makes maildirs with mails of one to twelve kilobytes, most in cur/.
func mailServer(root string, maildirs, mails int) error {
	dice := rand.New(rand.NewPCG(3, 3))
	body := make([]byte, 12<<10)
	for i := range body {
		body[i] = "the quick brown fox jumps over\n"[i%31]
	}
	for box := range maildirs {
		dir := filepath.Join(root, fmt.Sprintf("user%03d", box))
		for _, sub := range []string{"cur", "new", "tmp"} {
			if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
				return err
			}
		}
		for n := range mails / maildirs {
			name := filepath.Join(dir, "cur", fmt.Sprintf("17%08d.M%dP%d.host:2,S", n, dice.IntN(1e6), dice.IntN(3e4)))
			if n%10 == 0 {
				name = filepath.Join(dir, "new", fmt.Sprintf("17%08d.M%dP%d.host", n, dice.IntN(1e6), dice.IntN(3e4)))
			}
			head := fmt.Appendf(nil, "Message-ID: <%x@host>\n\n", dice.Uint64())
			mail := append(head, body[:1024+dice.IntN(len(body)-1024)]...)
			if err := os.WriteFile(name, mail, 0o600); err != nil {
				return err
			}
			if err := os.Chtimes(name, when, when); err != nil {
				return err
			}
		}
	}
	return nil
}

// emptyFiles makes count empty files, a thousand in each directory.
func emptyFiles(root string, count int) error {
	for i := range count {
		dir := filepath.Join(root, fmt.Sprintf("d%04d", i/1000))
		if i%1000 == 0 {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("f%03d", i%1000)), nil, 0o644); err != nil {
			return err
		}
	}
	return nil
}
