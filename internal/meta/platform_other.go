//go:build !linux

package meta

// posixACLs says that this system keeps POSIX ACLs in extended attributes.
// Where it does not, its ACLs are of another sort (NFSv4, Windows) or behind
// calls of their own, and take no part: files have empty lists, and setting
// one is reported as not supported.
const posixACLs = false

// flatXattrs says that names of extended attributes have no namespace here.
const flatXattrs = true

// ownAttrs is the prefix of our own extended attributes.
const ownAttrs = flatOwn
