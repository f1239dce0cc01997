// Package process holds what belongs to the process as a whole: environment, streams, identity,
// umask, start directory, signals. It is the only package besides cmd that asks the operating
// system about the process or changes it; everything below is handed values, so that two
// transfers can run side by side in one process.
package process

import (
	"os"
	"slices"
	"strings"
	"time"

	"godwit/internal/ids"
	"godwit/internal/report"
)

// Env is the process as the program finds it at start.
type Env struct {
	Args   []string // without the program's name
	Arg0   string
	Stdin  *os.File
	Stdout *os.File
	Stderr *os.File

	LookupEnv func(name string) (string, bool)
	Environ   []string
	Now       func() time.Time
	PID       int
	Umask     uint32
	StartDir  string
	Home      string
	Identity  ids.Identity
	Charset   report.Charset
	// Cleanup is what an end before its time leaves to do.
	Cleanup *Cleanup
	// Point is the decimal point of the locale.
	Point byte
	// OutTTY tells whether standard output is a terminal.
	OutTTY bool
	// InTTY tells whether standard input is one.
	InTTY bool
}

// Current returns the Env of this process. Where /proc does not tell the umask, reading it
// changes it for a moment: call it before any other goroutine runs.
func Current() (*Env, error) {
	id, err := ids.CurrentIdentity()
	if err != nil {
		return nil, err
	}
	dir, _ := os.Getwd() // a vanished start directory shows in the first name that needs it
	e := &Env{
		Args: os.Args[1:], Arg0: os.Args[0], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		LookupEnv: os.LookupEnv, Environ: os.Environ(), Now: time.Now, PID: os.Getpid(),
		Umask: umask(), StartDir: dir, Home: os.Getenv("HOME"), Identity: id, Point: '.',
		OutTTY: isTerminal(os.Stdout), InTTY: isTerminal(os.Stdin),
		Cleanup: &Cleanup{},
	}
	e.Charset = charset(e.LookupEnv)
	return e, nil
}

// Embedded returns the Env of a part of somebody else's process: it has no streams, no arguments and
// no terminal. Environ is the environment to use, nil for that of the process.
func Embedded(environ []string) (*Env, error) {
	id, err := ids.CurrentIdentity()
	if err != nil {
		return nil, err
	}
	dir, _ := os.Getwd() // as in Current
	lookup := os.LookupEnv
	if environ == nil {
		environ = os.Environ()
	} else {
		lookup = func(name string) (string, bool) {
			for _, v := range slices.Backward(environ) {
				if key, value, ok := strings.Cut(v, "="); ok && key == name {
					return value, true
				}
			}
			return "", false
		}
	}
	e := &Env{
		Arg0: "rsync", LookupEnv: lookup, Environ: environ, Now: time.Now, PID: os.Getpid(), Umask: umask(), StartDir: dir,
		Identity: id, Point: '.', Cleanup: &Cleanup{},
	}
	e.Home, _ = lookup("HOME")
	e.Charset = charset(lookup)
	return e, nil
}

// Get returns a variable of the environment, "" if it is not set.
func (e *Env) Get(name string) string {
	v, _ := e.LookupEnv(name)
	return v
}

// charset tells from the locale's variables which bytes may be shown as they are.
func charset(lookup func(string) (string, bool)) report.Charset {
	name := ""
	for _, v := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if s, _ := lookup(v); s != "" {
			name = s
			break
		}
	}
	_, enc, _ := strings.Cut(name, ".")
	enc, _, _ = strings.Cut(enc, "@")
	switch strings.ToLower(strings.ReplaceAll(enc, "-", "")) {
	case "utf8":
		return report.CharsetUTF8
	case "":
		return report.CharsetASCII
	}
	if strings.HasPrefix(strings.ToLower(enc), "iso") {
		return report.CharsetRaw
	}
	return report.CharsetASCII
}
