//go:build linux

package random

import (
	"math/rand/v2"
	"strings"
)

// letters are single-letter options and how many cases in a hundred have them.
var letters = []struct {
	letter  string
	percent int
}{
	{"l", 80}, {"p", 75}, {"t", 85}, {"g", 60}, {"o", 60}, {"D", 60},
	{"H", 15}, {"c", 12}, {"I", 7}, {"u", 10}, {"W", 8}, {"E", 8}, {"O", 10}, {"J", 8}, {"b", 14}, {"n", 12},
	{"k", 7}, {"K", 8}, {"L", 7}, {"S", 6}, {"m", 5}, {"U", 3}, {"x", 2}, {"z", 5}, {"R", 6}, {"y", 3}, {"s", 2}, {"h", 1},
}

// A choice is a group of long options of which at most one is given.
type choice struct {
	percent int
	options []string
}

var choices = []choice{
	{45, []string{"--delete", "--delete-before", "--delete-during", "--delete-delay", "--delete-after", "--delete-excluded", "--del"}},
	{14, []string{"--inplace", "--append", "--append-verify", "--delay-updates"}},
	{10, []string{"--force"}},
	{24, []string{"--compare-dest=../alt0", "--copy-dest=../alt0", "--link-dest=../alt0", "--compare-dest=../alt0 --compare-dest=../alt1", "--copy-dest=../alt0 --copy-dest=../alt1", "--link-dest=../alt0 --link-dest=../alt1"}},
	{10, []string{"--ignore-existing", "--existing", "--ignore-existing --existing", "--size-only"}},
	{7, []string{"--remove-source-files"}},
	{9, []string{"--backup-dir=../bak", "--backup-dir=bak", "--backup --suffix=.old", "--backup-dir=../bak --suffix=.o"}},
	{9, []string{"--partial-dir=.pd", "--partial", "--partial-dir=.pd --delay-updates"}},
	{6, []string{"--max-delete=0", "--max-delete=1", "--max-delete=2", "--max-delete=3"}},
	{6, []string{"--min-size=1", "--min-size=3", "--max-size=1", "--max-size=3"}},
	{6, []string{"--modify-window=1", "--modify-window=2", "--modify-window=-1"}},
	{14, []string{"--chmod=go-w", "--chmod=a+rX", "--chmod=ug+x", "--chmod=Du=rwx,Fgo-r", "--chmod=F600", "--chmod=D755,F644", "--chmod=u=rwX,go=", "--chmod=Dg+s", "--chmod=o=u", "--chmod=+x", "--chmod=a=,u+rw"}},
	{9, []string{"--chown=1000:1234", "--chown=:1234", "--chown=1000", "--usermap=*:1234", "--usermap=1000-2000:0", "--usermap=0:1000", "--groupmap=*:1000", "--groupmap=0-1000:1234,*:0"}},
	{12, []string{"--numeric-ids"}},
	{11, []string{"--safe-links", "--copy-unsafe-links", "--munge-links"}},
	{7, []string{"--no-whole-file", "--no-whole-file -B700", "--no-inc-recursive", "--sparse", "--preallocate"}},
	{8, []string{"--fake-super", "--super", "-M--fake-super", "--no-super"}},
	{4, []string{"--no-devices", "--no-specials", "--devices", "--specials", "--no-D"}},
	{8, []string{"--exclude=d", "--exclude=*.x", "--filter=P_d*", "--filter=-s_a --filter=-r_b", "--include=*/ --exclude=[ab]", "--filter=R_f --exclude=f", "--exclude=/c", "--include=d/*** --exclude=*", "-C", "--exclude=.*"}},
	{4, []string{"--files-from=list"}},
	{3, []string{"--fuzzy", "--fuzzy --fuzzy"}},
	{3, []string{"--delete-missing-args", "--ignore-missing-args"}},
	{2, []string{"--no-implied-dirs"}},
	{2, []string{"--ignore-errors"}},
	{5, []string{"--protocol=30", "--protocol=31", "--protocol=29", "--protocol=28", "--protocol=27"}},
	{2, []string{"--checksum-choice=md5", "--checksum-choice=xxh64", "--checksum-choice=none", "--compress-choice=zlib", "--checksum-choice=sha1"}},
	{3, []string{"--fsync", "--old-args", "--trust-sender", "--open-noatime", "--ignore-times", "--mkpath", "--no-t", "--no-p", "--no-r", "--blocking-io", "--no-O"}},
	{1, []string{"--dirs", "--no-dirs"}},
}

// talk is how the run is asked to report.
var talk = []string{
	"-ii", "-ii", "-ii", "-ii", "-i", "-i", "-i", "-v", "-vv", "-iv", "-iivv", "--stats", "-i --stats", "-v --stats",
	"--out-format=%i_%n%L", "--out-format=%o_%M_%l_%b_%n", "--out-format=%B_%U_%G_%f_%C", "-i --info=del2,skip2,backup", "-i --info=nonreg0,remove",
	"--info=name2,misc", "-ii -8", "-q",
}

// clashes lists combinations in which stock fails where godwit does not, so that nothing can be compared: the
// backup of an in-place update in a directory named with "..", an option for the other side of a local copy
// that appends, and appending to what is elsewhere and no shorter, which leaves the file out.
var clashes = [][2]string{{"--backup-dir=../", "--inplace"}, {"--backup-dir=../", "--append"}, {"-M", "--append"},
	{"-dest=", "--append"}, {"--fuzzy", "--append"}}

func clash(options []string) bool {
	all := strings.Join(options, " ")
	if c := (&testCase{options: options}); c.letter('y') {
		all += " --fuzzy"
	}
	for _, c := range clashes {
		if strings.Contains(all, c[0]) && strings.Contains(all, c[1]) {
			return true
		}
	}
	return false
}

// choose gives the case its options.
func (c *testCase) choose(r *rand.Rand, s *style) {
	for c.draw(r, s); clash(c.options); c.draw(r, s) {
		c.options = nil
	}
}

// draw draws options.
func (c *testCase) draw(r *rand.Rand, s *style) {
	say := pick(r, talk...)
	c.options = append(c.options, strings.Fields(say)...)
	bundle := "-" + pick(r, "r", "r", "r", "r", "r", "r", "r", "d", "")
	for _, l := range letters {
		percent := l.percent
		if l.letter == "H" && s.links {
			percent = 60
		}
		if l.letter == "L" && bundle != "-r" {
			percent *= 2
		}
		if chance(r, percent) {
			bundle += l.letter
		}
	}
	if s.fuller && chance(r, 60) {
		bundle += "X"
	}
	if s.acls && chance(r, 75) {
		bundle += "A"
	}
	if bundle != "-" {
		c.options = append(c.options, bundle)
	}
	for _, ch := range choices {
		if chance(r, ch.percent) {
			for _, o := range strings.Fields(pick(r, ch.options...)) {
				c.options = append(c.options, strings.ReplaceAll(o, "_", " "))
				if strings.HasSuffix(o, "fake-super") {
					// Without the owners stock stores whatever its memory holds.
					c.options = append(c.options, "-og")
				}
			}
		}
	}
}
