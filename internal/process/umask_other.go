//go:build !unix

package process

// umask of systems that have none.
func umask() uint32 { return 0o022 }
