// Package meta knows what an entry's metadata means on this machine: modes,
// owners, times, ACLs and extended attributes, and the substitute that
// --fake-super keeps for what only root may set.
//
// It implements docs/protocol/03-transfer.md §11 (what counts as different)
// and §14 (what is applied, and in which order),
// docs/protocol/05-options.md §3.7 (--chmod) and
// docs/protocol/02-wire-and-file-list.md §17 and §18 (ACLs and extended
// attributes on the wire).
//
// The parts:
//
//   - [Chmod] edits modes; [Policy.DestMode] says which mode a destination gets.
//   - [Policy] is what the options ask to be kept and what this process may
//     do. [Policy.Compare] says what differs, [Applier.Apply] makes it so.
//   - [Leaf] is the inode that is read or changed. [Policy.Stat] reads it,
//     through its fake-super record where there is one.
//   - [ACL] is one access control list; [ACLSender] and [ACLReceiver] are the
//     two ends of its wire form with their numbering of lists seen before.
//   - [XattrSender] and [XattrReceiver] are the same for extended attributes,
//     with the requests for long values.
//
// Types of files and permission bits are those of package fsys, which are the
// same on the wire and on every system.
package meta
