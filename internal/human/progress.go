package human

import "strconv"

// Progress appends the common part of a progress line, from the carriage return
// to the time: bytes done in 15 columns, percent, rate, time. The rate is in kB/s
// (1024 bytes); seconds is the time that is shown, remaining or taken. The tail
// is the caller's.
func (s Numbers) Progress(dst []byte, done, size int64, rate, seconds float64) []byte {
	dst = append(dst, '\r')
	start := len(dst)
	dst = PadLeft(s.Human(dst, done), start, 15)
	dst = append(dst, ' ')
	start = len(dst)
	dst = PadLeft(strconv.AppendInt(dst, int64(Percent(done, size)), 10), start, 3)
	dst = s.Rate(append(dst, '%', ' '), rate)
	return Duration(append(dst, ' '), seconds)
}

// Percent returns how much of size is done: 100 only if all of it is, else the
// percentage rounded down. Nothing of nothing is 100.
func Percent(done, size int64) int {
	switch {
	case done == size:
		return 100
	case size == 0:
		return 0
	case done < 1<<56 && done > -1<<56:
		return int(100 * done / size)
	default:
		return int(100 * (float64(done) / float64(size)))
	}
}

// Rate appends a rate in kB/s (1024 bytes) in seven columns and its unit, which
// is MB/s above 1024 kB/s and GB/s above 1024 times that.
func (s Numbers) Rate(dst []byte, rate float64) []byte {
	unit := "kB/s"
	switch {
	case rate > 1024*1024:
		rate, unit = rate/(1024*1024), "GB/s"
	case rate > 1024:
		rate, unit = rate/1024, "MB/s"
	}
	start := len(dst)
	return append(PadLeft(s.fixed(dst, rate, 2), start, 7), unit...)
}

// Duration appends a time as H:MM:SS in ten columns or more; a negative one, or
// one above 9999 hours, shows as question marks.
func Duration(dst []byte, seconds float64) []byte {
	if !(seconds >= 0 && seconds <= 9999*3600) {
		return append(dst, "  ??:??:??"...)
	}
	v := int(seconds)
	start := len(dst)
	dst = PadLeft(strconv.AppendInt(dst, int64(v/3600), 10), start, 4)
	dst = twoDigits(append(dst, ':'), v/60%60)
	return twoDigits(append(dst, ':'), v%60)
}
