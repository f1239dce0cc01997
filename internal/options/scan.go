package options

// scan is the state of one walk over an argument list.
type scan struct {
	o Options
}

// Parse turns an argument list (without the program name) into settings.
func Parse(args []string, cfg *Config) (*Options, error) {
	return nil, usageError("not yet")
}

// Resume continues after ActionReadArgs with the arguments that a server read
// from its stream (without the program name), on top of those of the first
// part.
func Resume(o *Options, args []string, cfg *Config) (*Options, error) {
	return Parse(args, cfg)
}
