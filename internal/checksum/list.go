package checksum

import (
	"fmt"
	"strings"
)

// Offer is one name of a list: an algorithm and how its user spelled it.
type Offer struct {
	Name string
	Kind Kind
}

// List is a list of algorithms in order of preference, as two sides exchange
// them. The empty list goes out as the word INVALID, which no peer knows.
type List []Offer

// preference is the order in which we offer what we have; none is offered by
// servers only.
var preference = [...]Kind{XXH128, XXH3, XXH64, MD5, MD4, SHA1, None}

// Defaults returns the list that a client or a server offers when its user
// says nothing.
func Defaults(server bool) List {
	order := preference[:]
	if !server {
		order = order[:len(order)-1]
	}
	l := make(List, len(order))
	for i, k := range order {
		l[i] = Offer{k.String(), k}
	}
	return l
}

// ParseList reads a list of names separated by white space, as it comes from a
// peer or from a user. Unknown names and repetitions are left out, aliases
// replaced; the letter case stays.
func ParseList(s string) List {
	var l List
	for _, name := range strings.Fields(s) {
		k, ok := Lookup(name)
		if !ok || l.Has(k) {
			continue
		}
		if strings.EqualFold(name, "xxhash") {
			name = k.String()
		}
		l = append(l, Offer{name, k})
	}
	return l
}

// UserList returns the list to offer given the value of the user's list (the
// environment variable RSYNC_CHECKSUM_LIST; a client takes what stands before
// an ampersand, a server what follows). A blank value gives the defaults, one
// with only unknown names an empty list.
func UserList(value string, server bool) List {
	if before, after, ok := strings.Cut(value, "&"); ok {
		value = before
		if server {
			value = after
		}
	}
	if strings.TrimSpace(value) == "" {
		return Defaults(server)
	}
	return ParseList(value)
}

// Has reports whether k is in the list.
func (l List) Has(k Kind) bool {
	for _, o := range l {
		if o.Kind == k {
			return true
		}
	}
	return false
}

// String returns the list as it is sent.
func (l List) String() string {
	if len(l) == 0 {
		return "INVALID"
	}
	var b strings.Builder
	for i, o := range l {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(o.Name)
	}
	return b.String()
}

// Choose returns the first algorithm of order that is also in allowed. A client
// passes its own list as order. A server that wants to agree with clients of
// every release passes the client's as order and its own as allowed
// (docs/protocol/01-connection.md §6.4).
func Choose(order, allowed List) (Kind, bool) {
	for _, o := range order {
		if allowed.Has(o.Kind) {
			return o.Kind, true
		}
	}
	return None, false
}

// Choice is the meaning of --checksum-choice. An automatic half beside a named
// one is not negotiated: it is the [Default] of the protocol.
type Choice struct {
	Transfer     Kind // block and whole-file sums
	File         Kind // sums of --checksum
	AutoTransfer bool // Transfer was not named
	AutoFile     bool // File was not named
}

// Negotiated reports whether the choice leaves both sums to negotiation, which
// then gives one algorithm for both. Otherwise no lists are exchanged.
func (c Choice) Negotiated() bool { return c.AutoTransfer && c.AutoFile }

// ParseChoice reads the value of --checksum-choice: one name for both sums, or
// two separated by a comma. An error reads as the reference's text; it ends
// the run with exit code 4.
func ParseChoice(value string) (Choice, error) {
	first, second, two := strings.Cut(value, ",")
	var c Choice
	var err error
	if c.Transfer, c.AutoTransfer, err = parseOne(first, value); err != nil {
		return Choice{}, err
	}
	if !two {
		c.File, c.AutoFile = c.Transfer, c.AutoTransfer
		return c, nil
	}
	if c.File, c.AutoFile, err = parseOne(second, second); err != nil {
		return Choice{}, err
	}
	return c, nil
}

// parseOne reads one name; text is what an error quotes.
func parseOne(name, text string) (k Kind, auto bool, err error) {
	if strings.EqualFold(name, "auto") {
		return None, true, nil
	}
	k, ok := Lookup(name)
	if !ok {
		return None, false, fmt.Errorf("unknown checksum name: %s", text)
	}
	return k, false, nil
}
