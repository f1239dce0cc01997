package report

import (
	"bytes"
	"cmp"
	"strconv"
	"time"

	"godwit/internal/options"
)

// This file is the part of Log that speaks about the run as a whole: the
// header over the file list, progress, and the statistics.

// ListHeader is the line about the file list that is being built or received.
type ListHeader struct {
	log     *Log
	counted bool // running counts are shown
	open    bool // the line waits for its end
}

// ListStart says that the file list begins. Incremental says that incremental
// recursion is in use; many, that more than the named files is listed (-r, -d
// or a listing).
func (l *Log) ListStart(sending, incremental, many bool) *ListHeader {
	h := &ListHeader{log: l}
	verb := "receiving"
	if sending {
		verb = "building"
	}
	d := l.draft(KindText, LogOnly)
	d.buf = append(append(d.buf, verb...), " file list"...)
	l.show(d)
	level := l.cfg.Info[options.InfoFlist]
	switch {
	case l.cfg.Server || level < 1:
	case incremental:
		if sending {
			verb = "sending"
		}
		d = l.draft(KindText, Client)
		d.buf = append(append(d.buf, verb...), " incremental file list"...)
		l.say(d)
	case many:
		d = l.draft(KindOpen, Client)
		d.buf = append(append(d.buf, verb...), " file list ... "...)
		h.open, h.counted = true, level >= 2
		l.send(d)
		if sending {
			h.Count(0) // a receiver counts only what has arrived
		}
	}
	return h
}

// Count says that the list has n entries now; ListStart has shown that a sender's has none. Only
// each hundredth makes a difference.
func (h *ListHeader) Count(n int) {
	if !h.counted || n%100 != 0 {
		return
	}
	d := h.log.draft(KindText, Client)
	d.buf = append(d.buf, ' ')
	d.buf = strconv.AppendInt(d.buf, int64(n), 10)
	d.buf = append(d.buf, " files...\r"...)
	h.log.send(d)
}

// Done says that the list is complete with n entries.
func (h *ListHeader) Done(n int) {
	if !h.open {
		return
	}
	h.open = false
	if !h.counted {
		d := h.log.draft(KindClose, Client)
		d.buf = append(d.buf, "done"...)
		h.log.show(d)
		return
	}
	d := h.log.draft(KindClose, Client) // a receiver may not have counted before
	d.buf = strconv.AppendInt(d.buf, int64(n), 10)
	unit := " files to consider"
	if n == 1 {
		unit = " file to consider"
	}
	d.buf = append(d.buf, unit...)
	h.log.show(d)
}

// WantsProgress reports whether progress is shown or observed, so that the
// progress calls are worth making.
func (l *Log) WantsProgress() bool {
	if l.cfg.Server || l.cfg.DryRun {
		return false
	}
	return l.showsProgress() || l.router.observing()
}

func (l *Log) showsProgress() bool {
	return l.cfg.Info[options.InfoProgress] > 0 && !l.router.Quiet
}

// ProgressBegin says that the data of a file of the given size comes next;
// total is the size of all files known so far.
func (l *Log) ProgressBegin(size, total int64) {
	l.progress.Lock()
	defer l.progress.Unlock()
	l.meter.Begin(size, total)
}

// Progress says that done bytes of the current file have been processed. It is
// meant to be called for each chunk and does little but read the clock.
func (l *Log) Progress(done int64) {
	l.progress.Lock()
	defer l.progress.Unlock()
	now := l.cfg.Now()
	if !l.meter.Due(now) || l.cfg.Foreground != nil && !l.cfg.Foreground() {
		return
	}
	var p Progress
	if l.meter.Update(&p, done, now) {
		l.progressLine(&p)
	}
}

// ProgressEnd says that the data of the current file is complete.
func (l *Log) ProgressEnd(pos Position) {
	l.progress.Lock()
	defer l.progress.Unlock()
	var p Progress
	l.meter.Finish(&p, pos, l.cfg.Now())
	l.progressLine(&p)
}

// ProgressSkipped says that a dry run would have transferred a file of the given size. Only the
// numbers of the whole transfer show it.
func (l *Log) ProgressSkipped(size int64) {
	l.progress.Lock()
	defer l.progress.Unlock()
	l.meter.base += size
}

// ProgressPhase says that a part of the list or a phase has ended, which makes
// a line only where progress is that of the whole transfer.
func (l *Log) ProgressPhase(pos Position) {
	l.progress.Lock()
	defer l.progress.Unlock()
	if !l.meter.Whole || l.cfg.Server {
		return
	}
	var p Progress
	l.meter.Phase(&p, pos, l.cfg.Now())
	l.progressLine(&p)
}

// Status shows once how far the transfer is, as a signal may ask for at the end
// of a file where no progress is shown: the file's name unless it has been
// listed, and a line for the whole transfer. Done is the size of all files
// transferred, started when the first of them was begun.
func (l *Log) Status(name []byte, done int64, started time.Time, pos Position) {
	if l.cfg.Server || l.cfg.Info[options.InfoProgress] > 0 {
		return
	}
	if l.cfg.Info[options.InfoName] < 1 && !l.cfg.Format.Itemizes() {
		d := l.draft(KindText, Client)
		d.buf = append(d.buf, name...)
		l.say(d)
	}
	m := Meter{Whole: true, Numbers: l.cfg.Human, base: done, started: true, start: sample{at: started}}
	var p Progress
	m.Phase(&p, pos, l.cfg.Now())
	d := l.draft(KindProgress, Client)
	d.buf = m.Append(d.buf, &p)
	l.show(d)
}

// DeletionPass ends a pass of deletions before or after the transfer: it wipes
// the running count off the line.
func (l *Log) DeletionPass() {
	if l.cfg.Server || l.cfg.Info[options.InfoFlist] < 2 {
		return
	}
	d := l.draft(KindText, Client)
	d.buf = append(appendBlanks(d.buf, 20), '\r')
	l.send(d)
}

func (l *Log) progressLine(p *Progress) {
	d := l.draft(KindProgress, Client)
	if l.router.observing() {
		seen := *p
		d.event.Progress = &seen
		l.router.observe(&d.event)
	}
	if l.showsProgress() {
		d.buf = l.meter.Append(d.buf, p)
		l.send(d)
		return
	}
	d.event = Event{}
	l.pool.Put(d)
}

// Summary says the numbers of the run. A server only logs them; a client shows
// what the STATS level asks for, and logs a line of its own where that is
// nothing. Of a failed run the sending end always logs that line, the other one
// never.
func (l *Log) Summary(t *Totals) {
	if l.router.observing() {
		d := l.draft(KindTotals, Info)
		d.event.Totals = t
		l.router.observe(&d.event)
		d.event = Event{}
		l.pool.Put(d)
	}
	level := l.cfg.Info[options.InfoStats]
	st := totalsStyle{numbers: l.cfg.Human, protocol: cmp.Or(t.Protocol, l.cfg.Protocol)}
	if level >= 2 && !l.cfg.Server {
		l.block(appendStatsLines(nil, t, st))
	}
	shown := level >= 1 && !l.cfg.Server
	if shown {
		l.block(appendSummaryLines(nil, t, st))
	}
	if t.Failed && !t.Sending || shown && !t.Failed {
		return
	}
	d := l.draft(KindTotals, LogOnly)
	d.buf = appendLogSummary(d.buf, t)
	l.send(d)
}

// block shows an empty line and then each of the lines. Only the lines are
// logged.
func (l *Log) block(lines []byte) {
	l.show(l.draft(KindTotals, Client))
	for line := range bytes.Lines(lines) {
		d := l.draft(KindTotals, Info)
		d.buf = append(d.buf, line...)
		l.send(d)
	}
}
