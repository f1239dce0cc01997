package meta

// posixACLs says that this system keeps POSIX ACLs in extended attributes.
const posixACLs = true

// flatXattrs says that names of extended attributes have no namespace here.
const flatXattrs = false

// ownAttrs is the prefix of our own extended attributes.
const ownAttrs = ownSpace
