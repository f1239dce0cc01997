package batch

import (
	"encoding/binary"
	"errors"
	"io"
	"sync"

	"godwit/internal/fsys"
	"godwit/internal/report"
)

// Replay is a batch file in place of a connection. It satisfies session.Conn: a session that is told
// that its input has no peer behind it reads the rest of the head as a handshake.
type Replay struct {
	// Flags are the options of the run that wrote the file.
	Flags Flags
	// Protocol is the version the file was written with.
	Protocol int

	in    io.ReadCloser
	head  []byte // read already, and still to be given
	close sync.Once
}

// Open opens the batch file called name, or stdin for "-", and reads the head's beginning. version
// is the highest protocol of this run. What fails is said through log, and the error ends the run.
func Open(op fsys.Operator, name string, stdin io.Reader, version int, log *report.Log) (*Replay, error) {
	r := &Replay{}
	if name == "-" {
		r.in = pump(stdin)
	} else {
		var st fsys.Stat
		f, err := op.OpenRead(name, &st)
		if err != nil {
			return nil, log.Fatal(report.BatchOpenFailed, err, report.Full([]byte(name)))
		}
		if !st.IsRegular() && st.Type() != fsys.ModeFIFO {
			f.Close()
			return nil, log.Fatal(report.BatchNotRegular, nil, report.Full([]byte(name)))
		}
		r.in = f
		if st.Type() == fsys.ModeFIFO {
			if err := f.SetBlocking(); err != nil {
				f.Close()
				return nil, log.Fatal(report.BatchOpenFailed, err, report.Full([]byte(name)))
			}
			r.in = pump(f)
		}
	}
	r.head = make([]byte, 8)
	if _, err := io.ReadFull(r.in, r.head); err != nil {
		r.Close()
		return nil, log.Fatal(report.ConnectionClosed, err, report.Int(0))
	}
	r.Flags = Flags(binary.LittleEndian.Uint32(r.head))
	protocol := int32(binary.LittleEndian.Uint32(r.head[4:]))
	r.head = r.head[4:]
	if int(protocol) > version {
		r.Close()
		return nil, log.Fatal(report.BatchTooNew, nil, report.Int(protocol), report.Int(version))
	}
	r.Protocol = int(protocol)
	return r, nil
}

// Read gives the head from the protocol on, then what follows it.
func (r *Replay) Read(p []byte) (int, error) {
	if len(r.head) > 0 {
		n := copy(p, r.head)
		r.head = r.head[n:]
		return n, nil
	}
	return r.in.Read(p)
}

// Write drops what would have gone to the sender.
func (r *Replay) Write(p []byte) (int, error) { return len(p), nil }

// Close closes the file and ends a Read that is under way.
func (r *Replay) Close() (err error) {
	r.close.Do(func() { err = r.in.Close() })
	return err
}

// pump makes a reader whose Close ends a Read that is under way, of one that has no such Close. The
// goroutine ends with its source, or with the first octets that come after the Close.
func pump(src io.Reader) io.ReadCloser {
	pr, pw := io.Pipe()
	go func() {
		_, err := io.Copy(pw, src)
		if c, ok := src.(io.Closer); ok {
			err = errors.Join(err, c.Close())
		}
		pw.CloseWithError(err)
	}()
	return pr
}
