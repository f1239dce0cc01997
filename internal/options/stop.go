package options

import (
	"math"
	"strings"
	"time"
)

// --stop-after and --stop-at, docs/protocol/05-options.md §3.5 and §3.6. Both
// set the same deadline, in the clock of Config.Now.

func setStopAfter(s *scan, v string) error {
	minutes := atoi(v)
	now := s.cfg.Now
	if minutes <= 0 || minutes > (math.MaxInt64-max(now.Unix(), 0))/60 {
		return usageError("rsync: invalid --stop-after value: " + v)
	}
	s.o.StopAt = time.Unix(now.Unix()+minutes*60, 0).In(now.Location())
	return nil
}

func setStopAt(s *scan, v string) error {
	p, ok := parseStopAt(v)
	var at time.Time
	if ok {
		at, ok = p.next(s.cfg.Now)
	}
	switch {
	case !ok:
		return usageError("rsync: invalid --stop-at format: " + v)
	case !at.After(s.cfg.Now):
		return usageError("rsync: --stop-at time is not in the future: " + v)
	}
	s.o.StopAt = at
	return nil
}

// A partialTime is what a --stop-at value says; -1 stands for what it leaves
// open.
type partialTime struct{ year, month, day, hour, minute int }

// parseStopAt reads
//
//	date [ "T" [ time ] ] | "T" time | time
//	date = [ [ year sep ] month sep ] day
//	time = [ hour ] ":" minute
func parseStopAt(s string) (partialTime, bool) {
	p := partialTime{-1, -1, -1, -1, -1}
	bad := p
	var date []int
	number := func() (int, bool) {
		i := 0
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		n := atoi(s[:i])
		s = s[i:]
		return int(min(n, math.MaxInt32)), i > 0
	}
	clock := func(hour int, hasHour bool) (partialTime, bool) {
		if hasHour {
			p.hour = hour
		}
		if !strings.HasPrefix(s, ":") {
			return bad, false
		}
		s = s[1:]
		minute, ok := number()
		p.minute = minute
		if !ok || s != "" || minute > 59 || p.hour > 23 || (!hasHour && len(date) > 0) {
			return bad, false
		}
		return p, true
	}
	setDate := func() bool {
		for i, field := range []*int{&p.day, &p.month, &p.year} {
			if i < len(date) {
				*field = date[len(date)-1-i]
			}
		}
		return p.day != 0 && p.day <= 31 && p.month != 0 && p.month <= 12
	}
	for {
		n, ok := number()
		switch {
		case strings.HasPrefix(s, ":") && len(date) == 0:
			return clock(n, ok)
		case !ok && len(date) == 0 && (strings.HasPrefix(s, "T") || strings.HasPrefix(s, "t")):
			s = s[1:]
			hour, hasHour := number()
			return clock(hour, hasHour)
		case !ok || len(date) == 3:
			return bad, false
		}
		date = append(date, n)
		switch {
		case s == "":
			return p, setDate()
		case s[0] == 'T' || s[0] == 't':
			s = s[1:]
			if !setDate() {
				return bad, false
			}
			if s == "" {
				return p, true
			}
			hour, hasHour := number()
			return clock(hour, hasHour)
		case s[0] != '-' && s[0] != '/':
			return bad, false
		}
		s = s[1:]
	}
}

// next returns the time meant: missing parts of the date come from now and are
// advanced until the result lies in the future. It reports false for a day
// that never comes.
func (p partialTime) next(now time.Time) (time.Time, bool) {
	year, month, day := now.Date()
	hour, minute := max(p.hour, 0), max(p.minute, 0)
	loc := now.Location()
	at := func(y int, m time.Month, d, h int) time.Time { return time.Date(y, m, d, h, minute, 0, 0, loc) }
	switch {
	case p.year >= 0:
		y := p.year
		if y < 100 {
			for y += year - year%100; y < year; y += 100 {
			}
		}
		return at(y, time.Month(p.month), p.day, hour), true
	case p.month >= 0:
		for y := year; y <= year+8; y++ {
			t := at(y, time.Month(p.month), p.day, hour)
			if t.Day() == p.day && t.After(now) {
				return t, true
			}
		}
		return time.Time{}, false
	case p.day >= 0:
		for i := 0; i <= 24; i++ {
			t := at(year, month+time.Month(i), p.day, hour)
			if t.Day() == p.day && t.After(now) {
				return t, true
			}
		}
		return time.Time{}, false
	case p.hour >= 0:
		for i := 0; ; i++ {
			if t := at(year, month, day+i, hour); t.After(now) {
				return t, true
			}
		}
	}
	for i := 0; ; i++ {
		if t := at(year, month, day, now.Hour()+i); t.After(now) {
			return t, true
		}
	}
}
