//go:build !mips && !mipsle && !mips64 && !mips64le && !sparc64

package errno_test

import (
	_ "embed"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"godwit/internal/errno"
)

// glibc holds number and text of every errno, as printed by a program that
// calls strerror.
//
//go:embed testdata/glibc-strerror.txt
var glibc string

func TestLinuxTexts(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(glibc), "\n")
	if len(lines) < 134 {
		t.Fatalf("only %d texts", len(lines))
	}
	for i, line := range lines {
		number, text, _ := strings.Cut(line, " ")
		if number != fmt.Sprint(i) {
			t.Fatalf("line %d is about %s", i, number)
		}
		if got := errno.Message(syscall.Errno(i)); got != text {
			t.Errorf("message of %d = %q, want %q", i, got, text)
		}
		if got, want := errno.Text(syscall.Errno(i)), text+" ("+number+")"; got != want {
			t.Errorf("text of %d = %q, want %q", i, got, want)
		}
	}
}
