package session_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"godwit/internal/fsys"
	"godwit/internal/session"
	"godwit/internal/transport"
)

// A receiver that has ended takes nothing more: the sender must not wait for it.
func TestHandoffLeave(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "f"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	root, err := fsys.OpenRoot(dir, fsys.Operator{}, fsys.RootOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	h := session.NewHandoff()
	defer h.Close()
	x, _ := transport.Pipe()
	s := session.New(t.Context(), x, session.Settings{})
	for i := range 2 * session.MaxHandoff {
		f, err := root.Anchor().OpenRead("f", 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		if i == session.MaxHandoff {
			h.Leave()
		}
		if err := h.Offer(context.Background(), s, session.Handed{NDX: int32(i), File: f}); err != nil {
			t.Fatal(err)
		}
	}
}
