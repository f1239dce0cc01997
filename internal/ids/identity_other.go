//go:build !unix

package ids

// CurrentIdentity returns an ordinary user: this system has no numeric ids,
// hence no superuser among them.
func CurrentIdentity() (Identity, error) {
	return Identity{UID: None, GID: None}, nil
}
