package options

import "strconv"

// The server's command line, docs/protocol/01-connection.md §4.

// Capabilities is the letters that a client of the newest release sends in its
// capability string, in the order of the reference, without the i of
// incremental recursion, which depends on the options. A build that cannot set
// times of symlinks leaves out L, one without charset conversion s.
const Capabilities = "LsfxCIvu"

// IncRecursion tells whether incremental recursion may be agreed on:
// what the client states with the letter i, and what a server demands of
// itself. receiver says that this side receives.
func (o *Options) IncRecursion(receiver bool) bool {
	if o.Recurse == RecurseNot || o.QSort || o.NoIncRecursive {
		return false
	}
	return !receiver || o.DeleteWhen != DeleteBefore && o.DeleteWhen != DeleteAfter && !o.DelayUpdates && !o.PruneEmptyDirs
}

// CapabilityString returns the value of -e for a server: ".", i if incremental
// recursion is acceptable, and the letters given.
func (o *Options) CapabilityString(d Direction, letters string) string {
	if o.IncRecursion(d == Pull) {
		return ".i" + letters
	}
	return "." + letters
}

// ServerArgs returns the words of the server's command line from "--server" to
// ".", for a push or a pull. letters are the client's capabilities (see
// [Capabilities]). The paths follow, quoted by [Protection.Path] or
// [Protection.DaemonPath].
//
// With secluded arguments, args ends where the command line (or the first
// part, for a daemon) ends, and secluded holds what is sent over the
// connection before the paths: the program's name, the other options and ".";
// the caller sends each word with a NUL, "." for an empty one, and an empty
// word at the end.
func ServerArgs(o *Options, d Direction, letters string) (args, secluded []string) {
	args = append(args, "--server")
	if d == Pull {
		args = append(args, "--sender")
	}
	cluster := []byte{'-'}
	for _, l := range letterRules {
		if l.dirs&dirBit(d) == 0 {
			continue
		}
		for range l.times(o, d) {
			cluster = append(cluster, l.letter)
		}
	}
	if o.Protocol >= 30 {
		cluster = append(append(cluster, 'e'), o.CapabilityString(d, letters)...)
	}
	if len(cluster) > 1 {
		args = append(args, string(cluster))
	}
	w := wordList{o: o, d: d, p: o.Protection(d)}
	if o.Iconv {
		w.value("--iconv=", o.IconvRemote)
	}
	if o.Secluded {
		args = append(args, w.words...)
		w.words = []string{"rsync"}
	}
	for _, l := range longRules {
		if l.dirs&dirBit(d) != 0 {
			l.add(&w)
		}
	}
	w.add(".")
	if o.Secluded {
		return args, w.words
	}
	return append(args, w.words...), nil
}

// dirs is a set of directions.
type dirs uint8

const (
	onPush dirs = 1 << iota
	onPull
	onBoth = onPush | onPull
)

func dirBit(d Direction) dirs {
	if d == Pull {
		return onPull
	}
	return onPush
}

// A wordList collects words.
type wordList struct {
	o     *Options
	d     Direction
	p     Protection
	words []string
}

func (w *wordList) add(words ...string)           { w.words = append(w.words, words...) }
func (w *wordList) value(prefix, value string)    { w.add(prefix + w.p.Value(value)) }
func (w *wordList) pair(option, value string)     { w.add(option, w.p.Value(value)) }
func (w *wordList) number(prefix string, n int64) { w.add(prefix + strconv.FormatInt(n, 10)) }

// A letterRule says how often a letter is sent.
type letterRule struct {
	letter byte
	dirs   dirs
	times  func(o *Options, d Direction) int
}

func once(field func(*Options) bool) func(*Options, Direction) int {
	return func(o *Options, _ Direction) int {
		if field(o) {
			return 1
		}
		return 0
	}
}

func upTo(most int, field func(*Options) int) func(*Options, Direction) int {
	return func(o *Options, _ Direction) int { return min(field(o), most) }
}

// letterRules are in the order of the letters on the command line.
var letterRules = [...]letterRule{
	{'s', onBoth, once(func(o *Options) bool { return o.Secluded })},
	{'v', onBoth, upTo(9, func(o *Options) int { return o.Verbose })},
	{'q', onBoth, once(func(o *Options) bool { return o.Quiet > 0 && o.Stderr != StderrClient })},
	{'b', onBoth, once(func(o *Options) bool { return o.Backup })},
	{'u', onBoth, once(func(o *Options) bool { return o.Update })},
	{'n', onBoth, once(func(o *Options) bool { return o.DryRunGiven })},
	{'l', onBoth, once(func(o *Options) bool { return o.Links })},
	{'d', onBoth, dirsLetter},
	{'K', onPush, once(func(o *Options) bool { return o.KeepDirlinks })},
	{'m', onPush, once(func(o *Options) bool { return o.PruneEmptyDirs })},
	{'O', onPush, once(func(o *Options) bool { return o.OmitDirTimesGiven && !(o.Backup && o.BackupDir == "") })},
	{'J', onPush, once(func(o *Options) bool { return o.OmitLinkTimes })},
	{'y', onPush, upTo(2, func(o *Options) int { return o.Fuzzy })},
	{'L', onPull, once(func(o *Options) bool { return o.CopyLinks })},
	{'k', onPull, once(func(o *Options) bool { return o.CopyDirlinks })},
	{'W', onBoth, once(func(o *Options) bool { return o.WholeFile == On })},
	{'H', onBoth, upTo(2, func(o *Options) int { return o.HardLinks })},
	{'o', onBoth, once(func(o *Options) bool { return o.Owner })},
	{'g', onBoth, once(func(o *Options) bool { return o.Group })},
	{'D', onBoth, once(func(o *Options) bool { return o.Devices })},
	{'t', onBoth, once(func(o *Options) bool { return o.Times })},
	{'U', onBoth, upTo(2, func(o *Options) int { return o.Atimes })},
	{'N', onBoth, once(func(o *Options) bool { return o.Crtimes })},
	{'p', onBoth, once(func(o *Options) bool { return o.Perms })},
	{'E', onPush, once(func(o *Options) bool { return o.Executability && !o.Perms })},
	{'A', onBoth, once(func(o *Options) bool { return o.ACLs })},
	{'X', onBoth, upTo(2, func(o *Options) int { return o.Xattrs })},
	{'r', onBoth, once(func(o *Options) bool { return o.Recurse != RecurseNot })},
	{'c', onBoth, once(func(o *Options) bool { return o.Checksum })},
	{'C', onBoth, once(func(o *Options) bool { return o.CVSExclude })},
	{'I', onBoth, once(func(o *Options) bool { return o.IgnoreTimes })},
	{'R', onBoth, once(func(o *Options) bool { return o.Relative })},
	{'x', onBoth, upTo(2, func(o *Options) int { return o.OneFileSystem })},
	{'S', onBoth, once(func(o *Options) bool { return o.Sparse })},
	{'z', onBoth, once(func(o *Options) bool {
		return o.CompressChoice == "zlib" || o.CompressCount > 0 && o.CompressChoice == ""
	})},
}

// dirsLetter: without recursion, explicitly or where the server would not infer
// it.
func dirsLetter(o *Options, d Direction) int {
	implied := o.Dirs && o.Recurse == RecurseNot && (o.ListOnly || d == Push && o.Delete)
	if o.DirsExplicit && o.Recurse == RecurseNot || implied {
		return 1
	}
	return 0
}

// A longRule adds the words of one option. name is that of the Forward column
// of the table.
type longRule struct {
	name string
	dirs dirs
	add  func(w *wordList)
}

// plain is the rule of an option that is sent as it is when it is on.
func plain(name string, d dirs, on func(*Options) bool) longRule {
	return longRule{name, d, func(w *wordList) {
		if on(w.o) {
			w.add("--" + name)
		}
	}}
}
