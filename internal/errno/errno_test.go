package errno_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"godwit/internal/errno"
)

func TestWrapped(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	_, openErr := os.Open(missing)
	renameErr := os.Rename(missing, missing+"2")
	for _, err := range []error{
		openErr,
		renameErr,
		fmt.Errorf("while testing: %w", openErr),
		os.NewSyscallError("open", syscall.ENOENT),
		syscall.ENOENT,
		fs.ErrNotExist,
		&fs.PathError{Op: "open", Path: "x", Err: fs.ErrNotExist},
	} {
		if got := errno.Text(err); got != "No such file or directory (2)" {
			t.Errorf("Text(%#v) = %q", err, got)
		}
		if got := errno.Message(err); got != "No such file or directory" {
			t.Errorf("Message(%#v) = %q", err, got)
		}
	}
}

func TestPortable(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{fs.ErrPermission, "Permission denied"},
		{fs.ErrExist, "File exists"},
		{fs.ErrInvalid, "Invalid argument"},
		{fs.ErrClosed, "Bad file descriptor"},
		{io.ErrUnexpectedEOF, "unexpected EOF"},
		{errors.New("own words"), "own words"},
		{nil, "Success"},
	} {
		if got := errno.Message(c.err); got != c.want {
			t.Errorf("Message(%v) = %q, want %q", c.err, got, c.want)
		}
	}
	if got := errno.Text(errors.New("own words")); got != "own words" {
		t.Errorf("an error without number = %q", got)
	}
	if got := errno.Text(nil); got != "Success (0)" {
		t.Errorf("Text(nil) = %q", got)
	}
	if e, ok := errno.Of(fmt.Errorf("x: %w", os.ErrDeadlineExceeded)); e != syscall.ETIMEDOUT || !ok {
		t.Errorf("deadline = %v, %v", e, ok)
	}
	if _, ok := errno.Of(io.EOF); ok {
		t.Error("io.EOF has a number")
	}
}

// TestResolver checks the forms that package net gives to failures, and the
// texts that the reference prints on Linux for the same.
func TestResolver(t *testing.T) {
	if runtime.GOOS == "darwin" {
		t.Skip("the texts are those of another C library")
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{&net.DNSError{Err: "no such host", Name: "no.such.invalid", IsNotFound: true}, "Name or service not known"},
		{&net.DNSError{Err: "i/o timeout", IsTimeout: true, IsTemporary: true}, "Temporary failure in name resolution"},
		{&net.DNSError{Err: "server misbehaving", IsTemporary: true}, "Temporary failure in name resolution"},
		{&net.DNSError{Err: "server misbehaving"}, "Non-recoverable failure in name resolution"},
		{&net.DNSError{Err: "unknown port", Name: "tcp/foo", IsNotFound: true}, "Servname not supported for ai_socktype"},
		{&net.AddrError{Err: "invalid port", Addr: "-1"}, "Servname not supported for ai_socktype"},
		{&net.AddrError{Err: "no suitable address found", Addr: "::1"}, "Address family for hostname not supported"},
		{&net.AddrError{Err: "no suitable address found", Addr: "v6.example"}, "No address associated with hostname"},
		{&net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}, "Name or service not known"},
		{&net.ParseError{Type: "IP address", Text: "127.0.0.999"}, "Name or service not known"},
		{os.NewSyscallError("connect", syscall.EACCES), "Permission denied"},
	} {
		if got := errno.Resolver(c.err); got != c.want {
			t.Errorf("Resolver(%v) = %q, want %q", c.err, got, c.want)
		}
	}
	if _, err := net.LookupPort("tcp", "no-such-service"); errno.Resolver(err) != "Servname not supported for ai_socktype" {
		t.Errorf("look-up of a service: %#v", err)
	}
	if _, err := net.ResolveIPAddr("ip4", "::1"); errno.Resolver(err) != "Address family for hostname not supported" {
		t.Errorf("look-up of an address of the other family: %#v", err)
	}
}
