// Package dest is the destination tree of a transfer: where an entry of the file list lands, and
// everything that is done to it there. It knows files and names, and neither the wire nor what is
// to be transferred; generator and receiver decide, dest carries out.
//
// It implements docs/protocol/03-transfer.md §10.0, §10.1, §10.4–10.6, §11 (as a function), §12,
// §13 and §14, docs/protocol/04-filters-and-walk.md §20 and the receiver's half of
// docs/protocol/08-security.md §2–5 and §13.
//
// # Tree and Hand
//
// [Open] resolves the destination argument once the first list is known and returns the [Tree]:
// the held root, the alternate directories, the directories named by options, the registry of open
// temporary files. A goroutine works on the tree through a [Hand] of its own, which has the memory
// that is used again for each entry, and the held parent directory: the files of one directory
// cost one look-up together.
//
//	tree, err := dest.Open(cfg, "backup/", dest.Listing{Count: n, First: f})
//	h := tree.Hand(report.RoleGenerator)
//	defer h.Close()
//	var st fsys.Stat
//	err = h.Stat(f, &st)
//
// # Errors
//
// Per-file trouble is said here, in the reference's words, and comes back as false or, from Stat
// and its like, as the bare system error to decide on. An error of type [exit.Error] ends the run;
// it has been said.
//
// # Confinement
//
// Names from the list are resolved beneath the root (class T), directories that options name by
// the ownership rule (class O). All work on leaves goes through held directories of package fsys.
package dest
