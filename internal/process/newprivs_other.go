//go:build !linux

package process

// NoNewPrivileges has no counterpart here.
func NoNewPrivileges() error { return nil }
