package report

import (
	"strconv"
	"time"

	"godwit/internal/human"
)

// Progress is where a transfer stands, as a value for observers.
type Progress struct {
	Bytes    int64         // done of Size
	Size     int64         // of the file, or of all files in whole-transfer mode
	Rate     float64       // bytes per second over the last updates
	Time     time.Duration // remaining, or for a final update what it took
	Final    bool          // a file is done
	Position Position      // valid if Final
}

// Position is where in the file list a transfer stands.
type Position struct {
	Transferred int64 // files transferred so far, this one included
	Index       int64 // of the entry in the order of the list, from 0
	Total       int64 // entries in the list as far as it is known
	Incomplete  bool  // more of the list is to come
	Size        int64 // sum of the sizes of all files known so far, in bytes
}

// The timing rules of docs/protocol/06-output.md §8.2.
const (
	updateEvery = time.Second             // least time between two updates of a line
	startWithin = 1500 * time.Millisecond // a file starts where the previous one ended if no longer ago
	windowSize  = 5                       // updates over which the rate is taken
)

// Meter makes progress lines. Its zero value is ready; Whole selects one
// running line for the whole transfer (--info=progress2). All times come from
// the caller.
type Meter struct {
	Whole   bool
	Numbers human.Numbers // number style of the byte counts

	window  [windowSize]sample
	oldest  int
	newest  int
	start   sample
	started bool
	last    time.Time // of the last progress event
	base    int64     // whole mode: sizes of the files that are done
	total   int64     // whole mode: size of all files known
	size    int64     // of the current file
	tail    int       // whole mode: length of the tail before, which the next one covers
}

type sample struct {
	at   time.Time
	done int64
}

// Begin starts a file of the given size. Total is the size of all files known
// so far; it matters in whole-transfer mode only.
func (m *Meter) Begin(size, total int64) {
	m.size, m.total = size, total
	if !m.Whole {
		m.started = false
	}
}

// Due reports whether an update now would make a line.
func (m *Meter) Due(now time.Time) bool {
	return !m.started || now.Sub(m.window[m.newest].at) >= updateEvery
}

// Update notes that done bytes of the current file have been processed and
// fills p if a line is due.
func (m *Meter) Update(p *Progress, done int64, now time.Time) bool {
	size := m.size
	if m.Whole {
		done += m.base
		size = m.total
	}
	switch {
	case !m.started:
		m.restart(done, now)
	case !m.Due(now):
		return false
	default:
		m.newest = (m.newest + 1) % windowSize
		if m.newest == m.oldest {
			m.oldest = (m.oldest + 1) % windowSize
		}
		m.window[m.newest] = sample{now, done}
	}
	m.last = now
	old := m.window[m.oldest]
	*p = Progress{Bytes: done, Size: size, Rate: rate(done-old.done, max(now.Sub(old.at), time.Millisecond))}
	p.Time = remaining(size-done, p.Rate)
	return true
}

// restart makes the first update of a file, or of the run, the start of the
// measurement, or the end of the previous file if that was a moment ago.
func (m *Meter) restart(done int64, now time.Time) {
	m.start = sample{now, done}
	if !m.Whole && !m.last.IsZero() && now.Sub(m.last) <= startWithin {
		m.start = sample{m.last, 0}
	}
	m.started = true
	m.window[0] = m.start
	m.oldest, m.newest = 0, 0
}

// Finish notes that the current file is done and fills p for its final line.
func (m *Meter) Finish(p *Progress, pos Position, now time.Time) {
	m.base += m.size
	done, size := m.size, m.size
	if m.Whole {
		done, size = m.base, pos.Size
	}
	m.final(p, done, size, pos, now)
	if !m.Whole {
		m.started = false
	}
}

// Phase fills p for the line that whole-transfer mode adds at the end of a
// list or a phase.
func (m *Meter) Phase(p *Progress, pos Position, now time.Time) {
	m.final(p, m.base, pos.Size, pos, now)
}

func (m *Meter) final(p *Progress, done, size int64, pos Position, now time.Time) {
	took := time.Duration(0)
	from := int64(0)
	if m.started {
		took, from = now.Sub(m.start.at), m.start.done
	}
	took = max(took, time.Millisecond)
	*p = Progress{Bytes: done, Size: size, Rate: rate(done-from, took), Time: took, Final: true, Position: pos}
	m.last = now
}

// rate returns bytes per second, counting whole milliseconds.
func rate(n int64, d time.Duration) float64 {
	ms := d.Milliseconds()
	if ms <= 0 {
		return 0
	}
	return float64(n) * 1000 / float64(ms)
}

// remaining estimates the time for n more bytes. It counts 1 kB/s as 1,000
// bytes a second although the rate shown is in units of 1,024: so does the
// reference, and the two must agree.
func remaining(n int64, rate float64) time.Duration {
	if rate == 0 {
		return 0
	}
	secs := float64(n) / (rate / 1024) / 1000
	if secs < 0 || secs > 9999*3600 {
		return -1
	}
	return time.Duration(secs * float64(time.Second))
}

// Append appends the line of p: a carriage return, the numbers, and for a
// final update the place in the list. Final lines of single files end in a
// newline.
func (m *Meter) Append(dst []byte, p *Progress) []byte {
	seconds := p.Time.Seconds()
	dst = m.Numbers.Progress(dst, p.Bytes, p.Size, p.Rate/1024, seconds)
	return m.appendTail(dst, p)
}

func (m *Meter) appendTail(dst []byte, p *Progress) []byte {
	if !p.Final {
		return append(dst, "  "...)
	}
	at := len(dst)
	dst = append(dst, " (xfr#"...)
	dst = strconv.AppendInt(dst, p.Position.Transferred, 10)
	word := ", to-chk="
	if p.Position.Incomplete {
		word = ", ir-chk="
	}
	dst = append(dst, word...)
	dst = strconv.AppendInt(dst, p.Position.Total-p.Position.Index-1, 10)
	dst = append(dst, '/')
	dst = strconv.AppendInt(dst, p.Position.Total, 10)
	dst = append(dst, ')')
	if !m.Whole {
		return append(dst, '\n')
	}
	tail := len(dst) - at
	for len(dst)-at < m.tail {
		dst = append(dst, ' ')
	}
	m.tail = tail
	return dst
}
