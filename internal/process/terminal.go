package process

import (
	"context"
	"os"

	"golang.org/x/term"
)

// isTerminal tells whether f is a terminal.
func isTerminal(f *os.File) bool { return f != nil && term.IsTerminal(int(f.Fd())) }

// Prompt asks the user for a secret on the controlling terminal, without an echo.
func (e *Env) Prompt(ctx context.Context, prompt string) ([]byte, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer tty.Close()
	if _, err := tty.WriteString(prompt); err != nil {
		return nil, err
	}
	secret, err := term.ReadPassword(int(tty.Fd()))
	_, _ = tty.WriteString("\n")
	return secret, err
}
