package transport

import (
	"bytes"
	"context"
	"io"

	"godwit/internal/errno"
	"godwit/internal/exit"
	"godwit/internal/fsys"
)

// PasswordSource says where a password comes from (docs/protocol/01-connection.md §9.5): from
// File if it is given, else from the environment, else from the user.
type PasswordSource struct {
	// File is --password-file, "" if not given and "-" for the first line of Stdin.
	File  string
	Stdin io.Reader
	// Files opens File and knows who we are.
	Files fsys.Operator
	// LookupEnv looks up RSYNC_PASSWORD.
	LookupEnv func(string) (string, bool)
	// Prompt asks the user, without an echo. An error of it, or none to ask, is an empty password,
	// as in the reference.
	Prompt func(ctx context.Context, prompt string) ([]byte, error)
	Role   string // for error messages
}

// passwordFile is how much of a password file counts.
const passwordFile = 511

// Read returns the password. Errors are those of File, with exit code 1; for Dialogue.Password.
func (s *PasswordSource) Read(ctx context.Context) ([]byte, error) {
	if s.File != "" {
		return s.fromFile()
	}
	if s.LookupEnv != nil {
		if v, ok := s.LookupEnv("RSYNC_PASSWORD"); ok {
			return []byte(v), nil
		}
	}
	if s.Prompt == nil {
		return nil, nil
	}
	password, err := s.Prompt(ctx, "Password: ")
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, nil
	}
	return password, nil
}

func (s *PasswordSource) fromFile() ([]byte, error) {
	var text []byte
	var err error
	if s.File == "-" {
		text, err = firstLine(s.Stdin)
	} else {
		text, err = s.readFile()
	}
	if err != nil {
		return nil, err
	}
	if i := bytes.IndexByte(text, 0); i >= 0 {
		text = text[:i]
	}
	text = bytes.TrimLeft(text, "\r\n")
	if i := bytes.IndexAny(text, "\r\n"); i >= 0 {
		text = text[:i]
	}
	if len(text) == 0 {
		return nil, exit.Errorf(exit.Syntax, "ERROR: failed to read a password from %s", s.File)
	}
	return text, nil
}

func (s *PasswordSource) readFile() ([]byte, error) {
	var st fsys.Stat
	f, err := s.Files.OpenRead(s.File, &st)
	if err != nil {
		return nil, exit.Errorf(exit.Syntax, "rsync: [%s] could not open password file %s: %s", s.Role, s.File, errno.Text(err))
	}
	defer f.Close()
	switch {
	case checksModes && st.Mode&0o6 != 0:
		return nil, exit.Errorf(exit.Syntax, "ERROR: password file must not be other-accessible")
	case checksModes && s.Files.UID == 0 && st.UID != 0:
		return nil, exit.Errorf(exit.Syntax, "ERROR: password file must be owned by root when running as root")
	}
	// It may be a pipe, whose writer is not there yet.
	if err := f.SetBlocking(); err != nil {
		return nil, exit.Errorf(exit.Syntax, "rsync: [%s] could not open password file %s: %s", s.Role, s.File, errno.Text(err))
	}
	text := make([]byte, passwordFile)
	n, err := io.ReadFull(f, text)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, exit.Errorf(exit.Syntax, "ERROR: failed to read a password from %s", s.File)
	}
	return text[:n], nil
}

// firstLine reads up to the end of a line and no further: the rest of standard input may be for
// --files-from.
func firstLine(r io.Reader) ([]byte, error) {
	var line []byte
	if r == nil {
		return nil, nil
	}
	one := make([]byte, 1)
	for len(line) < passwordFile {
		if _, err := io.ReadFull(r, one); err != nil || one[0] == '\n' {
			break
		}
		line = append(line, one[0])
	}
	return line, nil
}

// EarlyInput is the most that --early-input may send.
const EarlyInput = 5120

// ReadEarlyInput reads the file of --early-input. Failures have exit code 5; for
// Dialogue.EarlyInput.
func ReadEarlyInput(files fsys.Operator, name, role string) ([]byte, error) {
	cannot := func(err error) error {
		return exit.Errorf(exit.StartClient, "rsync: [%s] failed to open %s: %s", role, name, errno.Text(err))
	}
	f, err := files.OpenRead(name, nil)
	if err != nil {
		return nil, cannot(err)
	}
	defer f.Close()
	if err := f.SetBlocking(); err != nil {
		return nil, cannot(err)
	}
	text, err := io.ReadAll(io.LimitReader(f, EarlyInput+1))
	switch {
	case err != nil:
		return nil, cannot(err)
	case len(text) > EarlyInput:
		return nil, exit.Errorf(exit.StartClient, "%s is > %d bytes.", name, EarlyInput)
	}
	return text, nil
}
