package codec

// windowSize is how far back deflate can refer.
const windowSize = 32 << 10

// shortMax is the longest stored deflate block, and so the unit in which the
// reference gives matched data to its inflater.
const shortMax = 1<<16 - 1

// A history holds the end of what a deflate stream has carried so far. It is a
// buffer that is filled from the front; when it is full its last window moves
// to the front.
type history struct {
	buf []byte // 3 windows
	n   int    // octets in use

	// repeat: of a block above shortMax, the second and later parts are its
	// beginning over again. Every rsync before protocol 31 did that, at both
	// ends, so one has to.
	repeat bool
}

func newHistory(protocol int) history {
	return history{buf: make([]byte, 3*windowSize), repeat: protocol < 31}
}

// window returns the last octets, at most windowSize.
func (h *history) window() []byte { return h.buf[max(0, h.n-windowSize):h.n] }

// room returns at least windowSize octets of free space, to be filled and then
// claimed with grow. What window or room returned before is no longer valid.
func (h *history) room() []byte {
	if len(h.buf)-h.n < windowSize {
		h.n = copy(h.buf, h.window())
	}
	return h.buf[h.n:]
}

// grow claims the first n octets of room.
func (h *history) grow(n int) { h.n += n }

// add appends p, of which only the end matters.
func (h *history) add(p []byte) {
	p = p[max(0, len(p)-windowSize):]
	h.n += copy(h.room(), p)
}

// addBlock appends a matched block.
func (h *history) addBlock(block []byte) {
	if !h.repeat {
		h.add(block)
		return
	}
	for left := len(block); left > 0; {
		n := min(left, shortMax)
		h.add(block[:n])
		left -= n
	}
}

func (h *history) reset() { h.n = 0 }
