package transfer

import (
	"io"
	"time"

	"godwit/internal/fsys"
	"godwit/internal/options"
	"godwit/internal/report"
)

// OpenLog opens the file of --log-file and gives it to the router; the returned Closer is nil
// without one. A file that cannot be opened is a warning (docs/protocol/06-output.md §6.2).
func OpenLog(o *options.Options, op fsys.Operator, router *report.Router, log *report.Log, pid int, now func() time.Time) io.Closer {
	if o.LogFile == "" {
		return nil
	}
	f, err := op.OpenWrite(o.LogFile, fsys.Create|fsys.Append, 0o644, nil)
	if err != nil {
		log.Fail(report.LogFileFailed, err, report.Str(o.LogFile))
		log.Say(report.IgnoringLogFile)
		return nil
	}
	router.Log = report.NewLogFile(f, pid, now)
	return f
}
