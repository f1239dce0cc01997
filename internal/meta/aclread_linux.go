package meta

// posixACLs says that this system keeps POSIX ACLs in extended attributes.
const posixACLs = true
