//go:build linux

// Package daemon holds the program's daemon and its client to stock rsync's, as programs: the same
// configuration, the same client commands, and then the same output, exit code, tree and log.
//
// Parameters are tested by rows (rows_*_test.go), one or more for each name in the table of
// internal/daemonconf. A row's configuration marks the lines it is about, and a test proves with
// stock alone that a row notices when such a line is missing. The other tests are about clients
// and daemons in numbers: every version, digest and direction between the two programs, crowds of
// connections, and processes that are killed.
package daemon

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"godwit/test/program"
)

// asSay makes the test binary a raw client of a daemon, for scripts.
const asSay = "GODWIT_TEST_SAY"

func TestMain(m *testing.M) {
	if os.Getenv(asSay) != "" {
		os.Exit(say(os.Args[1:]))
	}
	os.Exit(program.Main(m))
}

// greeting is what a present client says first.
const greeting = "@RSYNCD: 32.0 sha512 sha256 sha1 md5 md4\n"

// say sends bytes to the daemon at $PORT and prints what it says, without its greeting and up to
// "@RSYNCD: OK"; what follows is read to the end, and only its size told. Arguments are what to
// send, with escapes as in Go; -raw leaves out our own greeting, -then runs a command once the
// daemon has said OK.
func say(args []string) int {
	text, then := greeting, ""
	for ; len(args) > 0; args = args[1:] {
		switch {
		case args[0] == "-raw":
			text = ""
			continue
		case args[0] == "-then" && len(args) > 1:
			then, args = args[1], args[1:]
			continue
		}
		part, err := strconv.Unquote(`"` + args[0] + `"`)
		if err != nil {
			fmt.Fprintln(os.Stderr, "say:", err)
			return 2
		}
		text += part
	}
	c, err := net.Dial("tcp4", net.JoinHostPort("127.0.0.1", os.Getenv("PORT")))
	if err != nil {
		fmt.Fprintln(os.Stderr, "say:", err)
		return 1
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(program.Limit))
	if _, err := io.WriteString(c, text); err != nil {
		fmt.Println("closed early")
	}
	in := bufio.NewReader(c)
	for {
		line, err := in.ReadString('\n')
		if line != "" && line != greeting {
			fmt.Print(line)
		}
		if err != nil {
			fmt.Println("closed")
			return 0
		}
		if line == "@RSYNCD: OK\n" {
			break
		}
	}
	if then != "" {
		cmd := exec.Command("sh", "-c", then)
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Run(); err != nil {
			fmt.Println(err)
		}
		_, _ = io.WriteString(c, "--server\x00--zork\x00.\x00.\x00\x00") // an end that is logged in one way only
		_, _ = io.Copy(io.Discard, in)
		return 0
	}
	n, _ := io.Copy(io.Discard, in)
	if strings.Contains(text, "\x00\x00") { // it was a request
		fmt.Println("then", n > 0, "closed")
	}
	return 0
}
