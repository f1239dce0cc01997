package wire

import (
	"strings"

	"godwit/internal/exit"
)

// Negotiation of names, for checksums, compressions and daemon digests
// (docs/protocol/01-connection.md §6): each side sends the names it accepts,
// best first, separated by blanks, and both choose one by the same rule.

// InvalidNames is the list that a side sends when its user asked for names of
// which it knows none.
const InvalidNames = "INVALID"

// SplitNames splits a list as it arrived.
func SplitNames(list string) []string { return strings.Fields(list) }

// ChooseName returns the first of preferred that is also in accepted, without
// regard to case. A client passes its own list first; a server passes the
// client's list first, which agrees with every version of the reference.
func ChooseName(preferred, accepted []string) (name string, ok bool) {
	for _, p := range preferred {
		for _, a := range accepted {
			if strings.EqualFold(p, a) {
				return p, true
			}
		}
	}
	return "", false
}

// UserNames returns the list that the user's environment asks for. Of a value
// with '&' the client takes what stands before it and the server the rest.
// Canonical maps a name to the one to send, in the user's own spelling where it
// is no alias, and reports whether this build has it. Unknown and repeated names
// are dropped. The result is nil if the value is blank, so that the default
// holds, and the single name INVALID if nothing of it is known.
func UserNames(value string, server bool, canonical func(name string) (string, bool)) []string {
	if before, after, ok := strings.Cut(value, "&"); ok {
		value = before
		if server {
			value = after
		}
	}
	words := SplitNames(value)
	var names []string
	for _, w := range words {
		name, known := canonical(w)
		if !known {
			continue
		}
		if _, dup := ChooseName([]string{name}, names); !dup {
			names = append(names, name)
		}
	}
	if len(words) > 0 && len(names) == 0 {
		return []string{InvalidNames}
	}
	return names
}

// NoCommonName returns the error of a side that has no name in common with its
// peer, with exit code 4. Kind is "checksum", "compress" or "daemon auth
// checksum". The peer's list is shown first.
func NoCommonName(kind string, server bool, peer, own []string) error {
	peerIs, ownIs := "Server", "Client"
	if server {
		peerIs, ownIs = ownIs, peerIs
	}
	return exit.Errorf(exit.Unsupported, "Failed to negotiate a %s choice.\n%s list: %s\n%s list: %s",
		kind, peerIs, strings.Join(peer, " "), ownIs, strings.Join(own, " "))
}
