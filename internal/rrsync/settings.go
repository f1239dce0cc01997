package rrsync

import "strings"

// settings are the wrapper's own arguments.
type settings struct {
	readOnly, writeOnly        bool
	munge, absolute            bool
	noDel, noLock, noOverwrite bool
	help                       bool
	dir                        string
}

// ownOptions are the options in the order of the help text. They take one
// dash, and any unique beginning stands for the whole.
var ownOptions = []struct {
	name string
	text string
	set  func(*settings)
}{
	{"-ro", "only let files be read; implies -no-del and -no-lock", func(s *settings) { s.readOnly, s.noDel, s.noLock = true, true, true }},
	{"-wo", "only let files be written", func(s *settings) { s.writeOnly = true }},
	{"-munge", "make stored symbolic links harmless (--munge-links)", func(s *settings) { s.munge = true }},
	{"-absolute", "accept absolute paths of the server that lie in DIR", func(s *settings) { s.absolute = true }},
	{"-no-del", "refuse the --delete and --remove options", func(s *settings) { s.noDel = true }},
	{"-no-lock", "let several instances work in DIR at a time", func(s *settings) { s.noLock = true }},
	{"-no-overwrite", "never change a file that exists (--ignore-existing)", func(s *settings) { s.noOverwrite = true }},
	{"-help", "print this text (also -h)", func(s *settings) { s.help = true }},
}

// parseArgs reads the wrapper's arguments.
func parseArgs(args []string) (*settings, error) {
	s := &settings{}
	var unknown []string
	hasDir, onlyOperands := false, false
	for _, a := range args {
		switch {
		case onlyOperands || len(a) < 2 || a[0] != '-':
			if hasDir {
				unknown = append(unknown, a)
			} else {
				s.dir, hasDir = a, true
			}
			continue
		case a == "--":
			onlyOperands = true
			continue
		case a == "-h":
			s.help = true
			return s, nil
		}
		known, err := s.apply(a)
		if err != nil {
			return nil, err
		}
		if !known {
			unknown = append(unknown, a)
		}
		if s.help {
			return s, nil
		}
	}
	switch {
	case !hasDir:
		return nil, refuse("the following arguments are required: DIR")
	case unknown != nil:
		return nil, refuse("unrecognized arguments: %s", strings.Join(unknown, " "))
	}
	return s, nil
}

// apply makes one option take effect, if there is such a one.
func (s *settings) apply(arg string) (known bool, err error) {
	word, value, hasValue := strings.Cut(arg, "=")
	match, names := -1, []string(nil)
	for i, o := range ownOptions {
		if o.name == word {
			match, names = i, nil
			break
		}
		if strings.HasPrefix(o.name, word) {
			match, names = i, append(names, o.name)
		}
	}
	if len(names) > 1 {
		return false, refuse("ambiguous option: %s could match %s", arg, strings.Join(names, ", "))
	}
	if match < 0 {
		return false, nil
	}
	o := ownOptions[match]
	if hasValue {
		return false, refuse("argument %s: ignored explicit argument %s", o.name, quote(value))
	}
	switch {
	case o.name == "-wo" && s.readOnly:
		return false, refuse("argument -wo: not allowed with argument -ro")
	case o.name == "-ro" && s.writeOnly:
		return false, refuse("argument -ro: not allowed with argument -wo")
	}
	o.set(s)
	return true, nil
}

// help is the usage text.
func help(program string) string {
	if i := strings.LastIndexByte(program, '/'); i >= 0 {
		program = program[i+1:]
	}
	var b strings.Builder
	b.WriteString("usage: " + program + " [-ro | -wo] [-munge] [-absolute] [-no-del] [-no-lock]\n" +
		strings.Repeat(" ", len("usage: ")+len(program)) + " [-no-overwrite] [-help] DIR\n\n" +
		"The forced command of an SSH key that may do nothing but rsync inside DIR.\n\n")
	for _, o := range ownOptions {
		b.WriteString("  " + o.name + strings.Repeat(" ", 15-len(o.name)) + o.text + "\n")
	}
	return b.String()
}
