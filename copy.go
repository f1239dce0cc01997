package godwit

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"time"

	"godwit/internal/client"
	"godwit/internal/exit"
	"godwit/internal/fsys"
	"godwit/internal/meta"
	"godwit/internal/options"
	"godwit/internal/process"
	"godwit/internal/report"
	"godwit/internal/session"
)

// release is the version that messages and peers see.
const release = "3.5.0"

// Job is one copy, or one listing.
type Job struct {
	// Options are those of the program, such as "-a" or "--exclude=*.o", in their order.
	// --copy-as, --daemon and --server, which are for processes, are refused.
	Options []string
	// Sources are the operands in front of the last one: local paths, "host:path",
	// "host::module/path" or "rsync://host/module/path". A trailing slash means the contents.
	Sources []string
	// Dest is the last operand. Without one the sources are listed and nothing is written.
	Dest string

	// FS, if set, is the tree that Sources are paths in, "." for all of it. What an [fs.FS] does
	// not know is not carried: owners, links, extended attributes.
	FS fs.FS
	// Connect, if set, reaches hosts in place of the remote shell: it has command run by the
	// shell of the host and returns the command's standard input and output. Host may begin with
	// "user@". Close must end a Read or Write under way.
	Connect func(ctx context.Context, host, command string) (io.ReadWriteCloser, error)
	// Password, if set, is asked for the password of a daemon where neither --password-file nor
	// RSYNC_PASSWORD gives one.
	Password func(ctx context.Context, prompt string) ([]byte, error)

	// Events, if set, is told what happens, one call at a time. An event and what it points to may
	// be kept.
	Events func(Event)
	// Input is what "-" stands for where an option names a file. Output and Errors get what the
	// program would print; nil discards it.
	Input          io.Reader
	Output, Errors io.Writer
	// Environ is the environment for variables such as RSYNC_RSH, and of programs that are
	// started; nil is that of the process.
	Environ []string
}

// Result is what a job did. The numbers are those of --stats (docs/protocol/06-output.md §7.3).
type Result struct {
	Files, Created, Deleted int64 // entries: in the list, new at the destination, removed there
	Transferred             int64 // regular files whose data was sent
	Size                    int64 // bytes of everything in the list
	TransferredSize         int64 // bytes of the files transferred, whole
	Literal, Matched        int64 // bytes of them that were sent, and that were found at the destination
	Sent, Received          int64 // bytes on the connection
	Elapsed                 time.Duration
}

// Copy carries out a job. The error is an [*Error] that says how the program would have ended; one
// with [Error.Partial] means that everything but what was reported is in place. The result is
// never nil; its numbers are zero if the transfer did not come to its end.
func Copy(ctx context.Context, job Job) (*Result, error) {
	res := &Result{}
	env, err := process.Embedded(job.Environ)
	if err != nil {
		return res, &Error{Code: Partial, Text: err.Error()}
	}
	watch := &watcher{tell: job.Events, result: res}
	o, cfg, err := job.parse(env)
	if err != nil {
		return res, err
	}
	c := client.Config{
		Env: env, Options: o, Parser: cfg, Version: release,
		Stdin: orEmpty(job.Input), Stdout: orDiscard(job.Output), Stderr: orDiscard(job.Errors), Prompt: job.password,
		Observer: watch,
	}
	if job.FS != nil {
		c.Source = fsys.FSSource(job.FS)
	}
	if job.Connect != nil {
		c.Connect = func(ctx context.Context, host, command string) (session.Conn, error) {
			return job.Connect(ctx, host, command)
		}
	}
	run, stop := interruptible(ctx)
	defer stop()
	code := client.Run(run, c)
	return res, watch.failure(ctx, int(code))
}

// interruptible returns a context whose end has the meaning that a signal has for the program.
func interruptible(ctx context.Context) (context.Context, func()) {
	run, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	detach := context.AfterFunc(ctx, func() { cancel(&exit.Error{Code: exit.Signal, Err: ctx.Err()}) })
	return run, func() {
		detach()
		cancel(context.Canceled)
	}
}

// parse reads the options and operands as the program does.
func (job *Job) parse(env *process.Env) (*options.Options, *options.Config, error) {
	cfg := parserConfig(env)
	args := slices.Clone(job.Options)
	if job.Events != nil && job.Output == nil {
		// The far end tells of what it does without data only to a client that asks.
		args = append([]string{"--itemize-changes"}, args...)
	}
	args = append(args, "--")
	args = append(args, job.Sources...)
	if job.Dest != "" {
		args = append(args, job.Dest)
	}
	o, err := options.Parse(args, cfg)
	if err != nil {
		return nil, nil, optionsError(err)
	}
	switch {
	case o.Action != options.ActionTransfer, o.Server:
		return nil, nil, &Error{Code: Usage, Text: "godwit: options that are no part of a copy"}
	case o.CopyAs != "":
		return nil, nil, &Error{Code: Usage, Text: "godwit: --copy-as would change the identity of the process"}
	case job.FS != nil && (o.FilesFromGiven || len(job.Sources) > 0 && job.remoteSource()):
		return nil, nil, &Error{Code: Usage, Text: "godwit: sources in an fs.FS are paths in it"}
	}
	return o, cfg, nil
}

func (job *Job) remoteSource() bool {
	return slices.ContainsFunc(job.Sources, func(s string) bool { return options.ParseOperand(s).Kind != options.Local })
}

func (job *Job) password(ctx context.Context, prompt string) ([]byte, error) {
	if job.Password == nil {
		return nil, errors.New("no password")
	}
	return job.Password(ctx, prompt)
}

// parserConfig is what the option parser needs to know of the process.
func parserConfig(env *process.Env) *options.Config {
	return &options.Config{
		LookupEnv: env.LookupEnv, Now: env.Now(),
		CheckChmod: func(spec string) bool {
			_, err := meta.ParseChmod(spec, env.Umask)
			return err == nil
		},
	}
}

func orEmpty(r io.Reader) io.Reader {
	if r == nil {
		return eof{}
	}
	return r
}

func orDiscard(w io.Writer) io.Writer {
	if w == nil {
		return io.Discard
	}
	return w
}

// eof is an empty input.
type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }

// set takes the numbers over.
func (r *Result) set(t *report.Totals) {
	*r = Result{
		Files: t.Files.Total, Created: t.Created.Total, Deleted: t.Deleted.Total, Transferred: t.Transferred, Size: t.Size,
		TransferredSize: t.TransferredSize, Literal: t.Literal, Matched: t.Matched, Sent: t.Sent, Received: t.Received, Elapsed: t.Elapsed,
	}
}
