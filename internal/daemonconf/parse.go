package daemonconf

import "bytes"

// A parser reads the text of one file (docs/protocol/07-daemon.md §3) and hands what it finds to a
// handler, in order.
type parser struct {
	text []byte
	pos  int
	line int // of the byte at pos, from 1
	at   int // the line on which the current item began
	to   handler
}

// handler takes the items of a file. An error ends the file.
type handler interface {
	section(name string) (stop bool, err error)
	param(name, value string) error
	directive(name, arg string) (stop bool, err error)
	// ignored is told of a line that means nothing.
	ignored(text string)
	// broken words a fault that ends the load.
	broken(text string) error
}

// eof is what next returns at the end of the text, and for a NUL.
const eof = -1

func (p *parser) next() int {
	if p.pos >= len(p.text) {
		return eof
	}
	c := p.text[p.pos]
	p.pos++
	if c == '\n' {
		p.line++
	}
	if c == 0 {
		return eof
	}
	return int(c)
}

// unread gives back what next returned last.
func (p *parser) unread(c int) {
	if c == eof && (p.pos == 0 || p.text[p.pos-1] != 0) {
		return // the end of the text is still ahead
	}
	p.pos--
	if c == '\n' {
		p.line--
	}
}

// skipWhite returns the next byte that is not white.
func (p *parser) skipWhite() int {
	for {
		c := p.next()
		if c == eof || !white(byte(c)) {
			return c
		}
	}
}

// run reads the file. stop is set when a section header ended a load that wants globals only.
func (p *parser) run() (stop bool, err error) {
	for err == nil && !stop {
		c := p.skipWhite()
		p.at = p.line
		switch c {
		case eof:
			return false, nil
		case '\n':
			continue
		case '\\': // what follows counts
			continue
		case '#', ';':
			for c != '\n' {
				if c = p.next(); c == eof {
					return false, nil
				}
			}
		case '[':
			stop, err = p.header()
		case '&':
			stop, err = p.directive()
		default:
			p.unread(c)
			err = p.param()
		}
	}
	return stop, err
}

// word is a name as it is collected: runs of white space count as one blank.
type word []byte

func (w *word) add(c byte) {
	if !white(c) {
		*w = append(*w, c)
	} else if n := len(*w); n > 0 && (*w)[n-1] != ' ' {
		*w = append(*w, ' ')
	}
}

func (w word) trimmed() []byte { return bytes.TrimRight(w, " ") }

// continued reports whether the word's line goes on after its end, and drops the mark of that.
func (w *word) continued() bool {
	t := w.trimmed()
	if n := len(t); n > 0 && t[n-1] == '\\' {
		*w = (*w)[:n-1]
		return true
	}
	return false
}

// header reads a section header behind its bracket.
func (p *parser) header() (stop bool, err error) {
	var name word
	for c := p.skipWhite(); c != ']'; c = p.next() {
		switch c {
		case eof:
			return false, p.to.broken("params.c:Section() - Unexpected EOF in the config file: " + string(name))
		case '\n':
			if !name.continued() {
				return false, p.to.broken("params.c:Section() - Badly formed line in config file: " + string(name.trimmed()))
			}
		default:
			name.add(byte(c))
		}
	}
	if len(name.trimmed()) == 0 {
		return false, p.to.broken("params.c:Section() - Empty section name in config file.")
	}
	if stop, err = p.to.section(string(name.trimmed())); err != nil || stop {
		return stop, err
	}
	for c := p.next(); c != '\n'; c = p.next() {
		if c == eof {
			p.unread(c)
			return false, nil
		}
	}
	return false, nil
}

// name reads up to the end of a parameter's or a directive's name. ok is false if the line means
// nothing.
func (p *parser) name(ends string) (name string, end int, ok bool) {
	var w word
	for {
		c := p.next()
		switch {
		case c == eof:
			p.to.ignored("params.c:Parameter() - Unexpected end-of-file at: " + string(w))
			return "", c, false
		case bytes.IndexByte([]byte(ends), byte(c)) >= 0:
			return string(w.trimmed()), c, true
		case c != '\n':
			w.add(byte(c))
		case !w.continued():
			p.to.ignored("params.c:Parameter() - Ignoring badly formed line in config file: " + string(w.trimmed()))
			return "", c, false
		}
	}
}

func (p *parser) param() error {
	name, _, ok := p.name("=")
	switch {
	case !ok:
		return nil
	case name == "":
		return p.to.broken("params.c:Parameter() - Invalid parameter name in config file.")
	}
	return p.to.param(name, p.value(p.skipWhite()))
}

func (p *parser) directive() (stop bool, err error) {
	p.pos-- // the & is part of the name in messages
	name, end, ok := p.name("= \t")
	if !ok {
		return false, nil
	}
	c := end
	if end != '=' {
		c = p.skipWhite()
	}
	if c == '=' {
		c = p.skipWhite()
	}
	return p.to.directive(name[1:], p.value(c))
}

// value reads a value from its first byte that is not white, c, to the end of its line.
func (p *parser) value(c int) string {
	var b []byte
	kept := 0 // what was read before the last continuation is not trimmed
	for ; c != eof; c = p.next() {
		switch c {
		case '\r':
		case '\n':
			t := bytes.TrimRight(b[kept:], whites)
			if n := len(t); n == 0 || t[n-1] != '\\' {
				return string(b[:kept+n])
			}
			b = b[:kept+len(t)-1]
			kept = len(b)
		default:
			b = append(b, byte(c))
		}
	}
	return string(b[:kept+len(bytes.TrimRight(b[kept:], whites))])
}
