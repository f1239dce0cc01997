// Package fsys is the only place that touches the files of users.
//
// It never acts on a path. It acts on a held directory (a [Dir], an open
// descriptor) and a leaf name inside it, always with the *at family of system
// calls and never through a symbolic link at the leaf. Whoever can rename or
// replace a path component while we run can therefore change which names we
// find, but not make us leave the tree (docs/protocol/08-security.md §1, §4).
//
// # From a path to a held directory
//
// Three resolvers turn a path into a held directory (docs/protocol/08-security.md §2–3):
//
//   - [Beneath]: for names a peer or a file list gave. Nothing outside the
//     [Root] is reachable: absolute links and climbing ".." are refused,
//     relative links that stay inside are followed. Uses openat2 where the
//     kernel has it, else a walk that opens one component at a time.
//   - Ownership, the [Operator] type: for paths the user typed. They may lie
//     anywhere, but each link met must belong to root or to the user running us.
//   - [Following]: for a sender asked to follow links (-L, -k).
//
// A [Root] is a tree held open. [Root.Dir] gives the directory of an entry and
// remembers it, so the files of one directory cost one look-up together:
//
//	root, err := fsys.OpenRoot(dest, op, fsys.RootOptions{})
//	d, err := root.Dir([]byte("photos/2024"))
//	defer d.Close()
//	err = d.Lstat("a.jpg", &st)
//
// # Names
//
// Names are bytes in no particular encoding, carried in Go strings. No
// function keeps a name after it returned, so a caller that holds bytes can
// pass [View] of them instead of a copy. The methods ending in Z take a name
// that already ends in NUL, as a slab of names holds it. A leaf is one component: "" is
// refused with ENOENT, and "..", a slash or a NUL inside with EINVAL. "." names
// the held directory itself where the system allows that.
//
// # Errors
//
// A failed system call gives the bare syscall.Errno: the caller knows the name
// and the words, and wraps it once. errors.Is(err, fs.ErrNotExist) and its
// relatives work. What a platform cannot do gives [ErrUnsupported], for which
// errors.Is(err, errors.ErrUnsupported) holds.
//
// # What it leaves alone
//
// Nothing here changes the process: no chdir, no umask, no identity. Modes
// given to creating calls still pass through the umask of the process.
package fsys
