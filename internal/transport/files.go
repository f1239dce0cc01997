package transport

import (
	"errors"
	"os"
)

// Files is a connection made of two files, one for each direction. It satisfies session.Conn as
// far as the files are of a kind that the system can wait for (pipes, sockets, terminals): those
// are what connections are made of.
type Files struct{ in, out *os.File }

// Read returns what the peer has written.
func (f *Files) Read(p []byte) (int, error) { return f.in.Read(p) }

// Write sends p to the peer.
func (f *Files) Write(p []byte) (int, error) { return f.out.Write(p) }

// CloseWrite ends the direction to the peer.
func (f *Files) CloseWrite() error {
	if err := f.out.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

// Close ends both directions, and any Read or Write under way.
func (f *Files) Close() error {
	err := f.CloseWrite()
	if e := f.in.Close(); err == nil && !errors.Is(e, os.ErrClosed) {
		err = e
	}
	return err
}
