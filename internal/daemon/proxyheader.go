package daemon

import (
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"strconv"
	"strings"
)

// errProxyHeader is the error of a PROXY header that cannot be right.
var errProxyHeader = errors.New("malformed PROXY header")

// The two beginnings of a PROXY header, and the limits of its length.
const (
	proxySignature = "\r\n\r\n\x00\r\nQUIT\n"
	proxyWord      = "PROXY"
	maxProxyLine   = 107
	maxProxyBody   = 216
)

// readProxyHeader reads what a proxy says about the client (docs/protocol/07-daemon.md §12.4, docs/protocol/01-connection.md §15.5).
// The address is not valid if that of the socket counts. No byte behind the header is taken.
func readProxyHeader(r io.Reader) (netip.Addr, error) {
	head := make([]byte, len(proxySignature), maxProxyLine)
	if _, err := io.ReadFull(r, head); err != nil {
		return netip.Addr{}, err
	}
	switch {
	case string(head) == proxySignature:
		return readProxyV2(r)
	case strings.HasPrefix(string(head), proxyWord):
		return readProxyV1(r, head)
	}
	return netip.Addr{}, errProxyHeader
}

// readProxyV2 reads the binary form behind its signature.
func readProxyV2(r io.Reader) (netip.Addr, error) {
	var fix [4]byte
	if _, err := io.ReadFull(r, fix[:]); err != nil {
		return netip.Addr{}, err
	}
	command, family, size := fix[0], fix[1], int(binary.BigEndian.Uint16(fix[2:]))
	if command>>4 != 2 || command&15 > 1 || size > maxProxyBody {
		return netip.Addr{}, errProxyHeader
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(r, body); err != nil {
		return netip.Addr{}, err
	}
	if command&15 == 0 { // the proxy speaks for itself
		return netip.Addr{}, nil
	}
	switch {
	case family == 0x11 && size == 12:
		return netip.AddrFrom4([4]byte(body)), nil
	case family == 0x21 && size == 36:
		return netip.AddrFrom16([16]byte(body)).Unmap(), nil
	case family == 0x11 || family == 0x21:
		return netip.Addr{}, errProxyHeader
	}
	return netip.Addr{}, nil
}

// readProxyV1 reads the rest of the text form.
func readProxyV1(r io.Reader, line []byte) (netip.Addr, error) {
	if i := strings.IndexByte(string(line), '\n'); i >= 0 && i != len(line)-1 {
		return netip.Addr{}, errProxyHeader
	}
	for line[len(line)-1] != '\n' {
		if len(line) >= maxProxyLine {
			return netip.Addr{}, errProxyHeader
		}
		n := len(line)
		line = line[:n+1]
		if _, err := io.ReadFull(r, line[n:]); err != nil {
			return netip.Addr{}, err
		}
	}
	text, ok := strings.CutSuffix(string(line), "\r\n")
	rest := strings.TrimPrefix(text, proxyWord)
	if !ok || rest == "" || !blank(rest[0]) {
		return netip.Addr{}, errProxyHeader
	}
	rest = rest[1:]
	if strings.HasPrefix(rest, "UNKNOWN") {
		return netip.Addr{}, nil
	}
	words := strings.FieldsFunc(rest, func(c rune) bool { return c < 0x80 && blank(byte(c)) })
	if len(words) != 5 || len(strings.Join(words, " ")) != len(rest) {
		return netip.Addr{}, errProxyHeader
	}
	src, err1 := netip.ParseAddr(words[1])
	dst, err2 := netip.ParseAddr(words[2])
	six := words[0] == "TCP6"
	if err1 != nil || err2 != nil || !six && words[0] != "TCP4" || src.Zone() != "" || dst.Zone() != "" ||
		src.Is6() != six || dst.Is6() != six || !validPort(words[3]) || !validPort(words[4]) {
		return netip.Addr{}, errProxyHeader
	}
	return src.Unmap(), nil
}

func blank(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

func validPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n != 0 && s[0] != '+'
}
