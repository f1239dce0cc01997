package batch

import (
	"bufio"
	"fmt"

	"godwit/internal/fsys"
	"godwit/internal/report"
	"godwit/internal/wire"
)

// scriptSuffix makes the name of the script from that of the batch file.
const scriptSuffix = ".sh"

// Recording is a batch file being written.
type Recording struct {
	log    *report.Log
	name   string
	flags  Flags
	file   *fsys.File
	script *fsys.File
	buf    *bufio.Writer
}

// Create makes the batch file called name and the script beside it, both empty. What fails is said
// through log, and the error ends the run.
func Create(op fsys.Operator, name string, flags Flags, log *report.Log) (*Recording, error) {
	const how = fsys.Create | fsys.Truncate
	script, err := op.OpenWrite(name+scriptSuffix, how, 0o700, nil)
	if err != nil {
		return nil, log.Fatal(report.BatchScriptOpenFailed, err, report.Full([]byte(name+scriptSuffix)))
	}
	file, err := op.OpenWrite(name, how, 0o600, nil)
	if err != nil {
		script.Close()
		return nil, log.Fatal(report.BatchOpenFailed, err, report.Full([]byte(name)))
	}
	return &Recording{log: log, name: name, flags: flags, file: file, script: script, buf: bufio.NewWriterSize(file, 64<<10)}, nil
}

// WriteScript writes the script and closes it.
func (r *Recording) WriteScript(text []byte) error {
	_, err := r.script.Write(text)
	if cerr := r.script.Close(); err == nil {
		err = cerr
	}
	r.script = nil
	if err != nil {
		return r.log.Fatal(report.BatchScriptWriteFailed, err, report.Str(r.name))
	}
	return nil
}

// Start writes the head, once the handshake has settled what belongs there.
func (r *Recording) Start(protocol int, compat wire.CompatFlags, seed int32) error {
	b := wire.AppendInt32(nil, int32(r.flags))
	b = wire.AppendInt32(b, int32(protocol))
	if protocol >= 30 {
		b = wire.AppendVarint(b, int32(compat))
	}
	_, err := r.Write(wire.AppendInt32(b, seed))
	return err
}

// Write records a part of the stream.
func (r *Recording) Write(p []byte) (int, error) {
	n, err := r.buf.Write(p)
	if err != nil {
		err = fmt.Errorf("batch file %s: %w", r.name, err)
	}
	return n, err
}

// Close completes the file.
func (r *Recording) Close() error {
	err := r.buf.Flush()
	if cerr := r.file.Close(); err == nil {
		err = cerr
	}
	if r.script != nil {
		r.script.Close()
	}
	return err
}
