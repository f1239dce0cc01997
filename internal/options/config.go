package options

import (
	"time"
)

// Config is what the parser needs to know of the program and its process.
// The zero value stands for a program without environment.
type Config struct {
	// LookupEnv looks up an environment variable; nil means that none is set.
	LookupEnv func(name string) (string, bool)
	// Now is the time from which --stop-after and --stop-at count, in the
	// local time zone.
	Now time.Time
	// AliasFiles are the contents of the alias files, in order
	// (docs/protocol/05-options.md §7.2). A server has none.
	AliasFiles [][]byte
	// Checksums and Compressors are the known algorithm names, aliases
	// included, without "auto". nil means those of the reference.
	Checksums, Compressors []string
	// CheckChmod tells whether a --chmod value is well formed; nil accepts all.
	CheckChmod func(spec string) bool
	// CheckFilter is called for each filter option as the scan meets it. Its
	// error ends the scan: an *Error as it stands, any other with exit code 1.
	CheckFilter func(FilterArg) error
	// CheckParam is called for each --dparam of a daemon, as CheckFilter is for
	// filters: "Unknown parameter" comes before a missing --daemon is noticed.
	CheckParam func(DaemonParam) error
	// Refusal is what a daemon module refuses; nil outside a daemon.
	Refusal *Refusal
	// InDaemon says that the arguments came from a client of a daemon, so that
	// daemon options are fatal.
	InDaemon bool
	// Crtimes says that this platform can set creation times.
	Crtimes bool
	// SecludedDefault is the build's default for --secluded-args.
	SecludedDefault bool
}

// env returns the value of a variable, "" if it is not set.
func (c *Config) env(name string) string {
	if c.LookupEnv == nil {
		return ""
	}
	v, _ := c.LookupEnv(name)
	return v
}

// hasEnv tells whether a variable is set at all.
func (c *Config) hasEnv(name string) bool {
	if c.LookupEnv == nil {
		return false
	}
	_, ok := c.LookupEnv(name)
	return ok
}

// MaxProtocol is the highest protocol version.
const MaxProtocol = 32
