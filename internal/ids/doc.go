// Package ids translates between numeric user and group ids and their names,
// and decides which local id stands for an id that a peer sent.
//
// It implements docs/protocol/02-wire-and-file-list.md §12 (id lists and
// mapping), docs/protocol/03-transfer.md §14.3 (the mapping rules),
// docs/protocol/05-options.md §3.8 (--usermap, --groupmap, --chown) and
// docs/protocol/07-daemon.md §14.4 (the name converter).
//
// The parts, from the bottom up:
//
//   - [Lookup] answers one question in one direction. [System] asks the
//     machine (the account files first, then getent), [Converter] asks a
//     daemon's helper program.
//   - [Cache] remembers answers for one session and asks in batches.
//   - [Rules] is a parsed --usermap or --groupmap.
//   - [Mapper] combines rules, names and the privileges of the process into
//     the local id of one sender's id.
//   - [AppendList], [ReadList] and [AppendName] are the wire forms of names.
//
// Nothing here is global: two sessions in one process may run with different
// look-ups, rules and privileges.
package ids

// Kind tells user ids from group ids.
type Kind uint8

// The two kinds of id.
const (
	User Kind = iota
	Group
)

// noun is the word that messages and option names use for the kind.
func (k Kind) noun() string {
	if k == Group {
		return "group"
	}
	return "user"
}

// String returns "user" or "group".
func (k Kind) String() string { return k.noun() }

// None is the id that no account can have; chown takes it for "leave alone".
const None = ^uint32(0)
