package daemon

import (
	"context"
	"net/netip"
	"strconv"
	"strings"

	"godwit/internal/errno"
	"godwit/internal/filter"
)

// The names of clients that have none.
const (
	nameUnknown      = "UNKNOWN"      // the look-up failed
	nameUndetermined = "UNDETERMINED" // nobody looked
)

// peer is a client as hosts lists and log lines know it.
type peer struct {
	Name string
	Addr netip.Addr
}

// resolver is the system's name service, as far as a daemon needs it.
type resolver interface {
	LookupAddr(ctx context.Context, addr string) ([]string, error)
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// hostLists decides who may use a module (docs/protocol/07-daemon.md §12).
type hostLists struct {
	resolver resolver
	forward  bool                                        // "forward lookup"
	netgroup func(ctx context.Context, g, h string) bool // nil: there are none
	log      func(line string)
}

// allowed decides by both lists. The client may get a name by it.
func (h *hostLists) allowed(ctx context.Context, p *peer, allow, deny string) bool {
	if allow != "" {
		if h.matches(ctx, p, allow, false) {
			return true
		}
		if deny == "" {
			return false
		}
	}
	return deny == "" || !h.matches(ctx, p, deny, true)
}

// matches reports whether a list names the client. What cannot be resolved counts as failing gives
// it: a doubt denies.
func (h *hostLists) matches(ctx context.Context, p *peer, list string, doubt bool) bool {
	list = strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, list)
	for _, token := range strings.FieldsFunc(list, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' }) {
		if h.matchesName(ctx, p, token, doubt) || h.matchesAddr(p.Addr, token) {
			return true
		}
	}
	return false
}

func (h *hostLists) matchesName(ctx context.Context, p *peer, token string, doubt bool) bool {
	if group, ok := strings.CutPrefix(token, "@"); ok && group != "" {
		return h.netgroup != nil && h.netgroup(ctx, group, p.Name)
	}
	if filter.CompileFoldedWildcard(token).MatchString(p.Name) {
		return true
	}
	if !h.forward || strings.ContainsAny(token, ":/*?[") || numeric(token) {
		return false
	}
	addrs, err := h.resolver.LookupNetIP(ctx, "ip4", token)
	if err != nil || len(addrs) == 0 {
		return doubt
	}
	for _, a := range addrs {
		if a.Unmap() == p.Addr {
			if p.Name == nameUndetermined {
				p.Name = token
			}
			return true
		}
	}
	return false
}

// numeric reports whether s is made of digits and dots.
func numeric(s string) bool {
	return strings.Trim(s, "0123456789.") == ""
}

// matchesAddr matches ADDR, ADDR/BITS and ADDR/MASK.
func (h *hostLists) matchesAddr(client netip.Addr, token string) bool {
	text, mask, masked := strings.Cut(token, "/")
	if !numeric(text) && !strings.Contains(text, ":") {
		return false
	}
	addr, ok := parseNumeric(text)
	if !ok {
		if text == "" {
			text = token
		}
		h.log("error matching address " + text + ": Name or service not known")
		return false
	}
	if !masked {
		return addr == client
	}
	if addr.Is4() != client.Is4() || addr.Zone() != "" && addr.Zone() != client.Zone() {
		return false
	}
	bits, ok := maskBits(mask, addr)
	if !ok {
		h.log("malformed mask in " + token)
		return false
	}
	a, c := addr.AsSlice(), client.AsSlice()
	for i := range a {
		if (a[i]^c[i])&bits[i] != 0 {
			return false
		}
	}
	return true
}

// maskBits returns the mask that BITS or, for IPv4, MASK stands for.
func maskBits(text string, addr netip.Addr) ([]byte, bool) {
	size := addr.BitLen() / 8
	if addr.Is4() && strings.Contains(text, ".") {
		parts := strings.Split(text, ".")
		if len(parts) != size {
			return nil, false
		}
		mask := make([]byte, size)
		for i, p := range parts {
			n, err := strconv.ParseUint(p, 10, 8)
			if err != nil {
				return nil, false
			}
			mask[i] = byte(n)
		}
		return mask, true
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 0 || int(n) > addr.BitLen() {
		return nil, false
	}
	mask := make([]byte, size)
	for i := range int(n) {
		mask[i/8] |= 0x80 >> (i % 8)
	}
	return mask, true
}

// parseNumeric reads an address as the system's parser does: IPv4 also in fewer parts, and in
// octal.
func parseNumeric(s string) (netip.Addr, bool) {
	if strings.Contains(s, ":") {
		a, err := netip.ParseAddr(s)
		return a.Unmap(), err == nil
	}
	parts := strings.Split(s, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var whole uint64
	for i, p := range parts {
		base := 10
		if len(p) > 1 && p[0] == '0' {
			base = 8
		}
		n, err := strconv.ParseUint(p, base, 32)
		last := i == len(parts)-1
		limit := uint64(255)
		if last {
			limit = 1<<(8*(4-i)) - 1
		}
		if err != nil || n > limit {
			return netip.Addr{}, false
		}
		if last {
			whole |= n
		} else {
			whole |= n << (8 * (3 - i))
		}
	}
	return netip.AddrFrom4([4]byte{byte(whole >> 24), byte(whole >> 16), byte(whole >> 8), byte(whole)}), true
}

// reverse finds the name of an address, and checks that the name has it
// (docs/protocol/07-daemon.md §12.1).
func reverse(ctx context.Context, r resolver, addr netip.Addr, log func(string)) string {
	if addr.Is4() && addr.IsUnspecified() {
		return nameUnknown
	}
	names, err := r.LookupAddr(ctx, addr.String())
	if err != nil || len(names) == 0 {
		log("name lookup failed for " + addr.String() + ": " + errno.Resolver(err))
		return nameUnknown
	}
	name := strings.TrimSuffix(names[0], ".")
	network := "ip4"
	if addr.Is6() {
		network = "ip6"
	}
	found, err := r.LookupNetIP(ctx, network, name)
	if err != nil {
		log("forward name lookup for " + name + " failed: " + errno.Resolver(err))
		return nameUnknown
	}
	for _, a := range found {
		if a.Unmap().WithZone("") == addr.WithZone("") {
			return name
		}
	}
	if len(found) == 0 {
		log("no known address for \"" + name + "\": spoofed address?")
	} else {
		log(addr.String() + " is not a known address for \"" + name + "\": spoofed address?")
	}
	return nameUnknown
}
