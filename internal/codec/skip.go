package codec

import "strings"

// DefaultSkip is the list of suffixes whose files are compressed already
// (docs/protocol/05-options.md §3.10).
const DefaultSkip = "3g2/3gp/7z/aac/ace/apk/avi/bz2/deb/dmg/ear/f4v/flac/flv/gpg/gz/iso/jar/jpeg/jpg/lrz/lz/lz4/lzma/lzo/" +
	"m1a/m1v/m2a/m2ts/m2v/m4a/m4b/m4p/m4r/m4v/mka/mkv/mov/mp1/mp2/mp3/mp4/mpa/mpeg/mpg/mpv/mts/" +
	"odb/odf/odg/odi/odm/odp/ods/odt/oga/ogg/ogm/ogv/ogx/opus/otg/oth/otp/ots/ott/oxt/png/qt/rar/rpm/rz/rzip/" +
	"spx/squashfs/sxc/sxd/sxg/sxm/sxw/sz/tbz/tbz2/tgz/tlz/ts/txz/tzo/vob/war/webm/webp/xz/z/zip/zst"

// suffixMax is how much of a suffix counts.
const suffixMax = 32

// A SkipList holds the suffixes of --skip-compress. No method varies its level
// from file to file, so a list decides nothing today except when it is a lone
// "*" ([SkipList.All]); it has to be understood all the same. The zero value
// is the empty list.
type SkipList struct {
	all      bool
	suffixes [256][]suffix // by last octet
}

// A suffix tells for each octet of a name's end which ones match there.
type suffix []string

// ParseSkipList reads a list of suffixes without their dot, separated by
// slashes. An octet is itself, "[abc]" is one of those in it; a "[" that is not
// closed takes the rest of its suffix. There are no ranges and no other special
// characters, save that the list "*" means every file. Any text is a list.
func ParseSkipList(list string) *SkipList {
	l := &SkipList{all: list == "*"}
	if l.all {
		return l
	}
	for text := range strings.SplitSeq(list, "/") {
		var s suffix
		text = lower(text[:min(len(text), suffixMax)])
		for len(text) > 0 {
			one, rest := text[:1], text[1:]
			if one == "[" {
				one, rest, _ = strings.Cut(rest, "]")
			}
			s = append(s, one)
			text = rest
		}
		if len(s) == 0 {
			continue
		}
		for _, c := range []byte(s[len(s)-1]) {
			l.suffixes[c] = append(l.suffixes[c], s)
		}
	}
	return l
}

// All reports whether the list is "*". The sender then compresses as little as
// it can, see [Method.Stored].
func (l *SkipList) All() bool { return l.all }

// Match reports whether a file of that name, with or without directories, has
// one of the suffixes behind a dot. Letters match in any case.
func (l *SkipList) Match(name string) bool {
	if l.all {
		return true
	}
	if name == "" {
		return false
	}
	for _, s := range l.suffixes[lowerByte(name[len(name)-1])] {
		if s.ends(name) {
			return true
		}
	}
	return false
}

// ends reports whether name ends in a dot and s.
func (s suffix) ends(name string) bool {
	at := len(name) - len(s)
	if at < 1 || name[at-1] != '.' {
		return false
	}
	for i, set := range s {
		if strings.IndexByte(set, lowerByte(name[at+i])) < 0 {
			return false
		}
	}
	return true
}

// lower folds ASCII letters only: names are octets.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		b[i] = lowerByte(c)
	}
	return string(b)
}

func lowerByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
