package fsys

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"strconv"
	"syscall"
)

// TempPlace says where a temporary file will live, which decides its name.
type TempPlace uint8

const (
	// BesideTarget names it .NAME.XXXXXX in the directory of the target.
	BesideTarget TempPlace = iota
	// InTempDir names it NAME.XXXXXX in the directory of --temp-dir.
	InTempDir
)

const (
	tempBaseMax  = 246 // bytes of the target's name that are kept
	tempTries    = 100
	tempAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)

// AppendTempStem appends to dst the name of a temporary file for the target
// base without what makes it unique: ".NAME." or "NAME."
// (docs/protocol/03-transfer.md §12.2). NAME is cut so that the whole fits a
// directory entry, and not inside a run of bytes with the high bit, which may
// be one character.
func AppendTempStem(dst, base []byte, place TempPlace) []byte {
	dotted := place == BesideTarget
	if dotted {
		dst = append(dst, '.')
		if len(base) > 0 && base[0] == '.' {
			base = base[1:]
		}
	}
	if len(base) > tempBaseMax {
		cut := tempBaseMax
		if base[cut] >= 0x80 {
			for cut > 0 && base[cut-1] >= 0x80 {
				cut--
			}
		}
		base = base[:cut]
	}
	if n := len(base); n > 0 && base[n-1] == '.' {
		base = base[:n-1]
	}
	if len(base) == 0 && dotted {
		return dst // the name was cut away wholly: one dot, not two
	}
	return append(append(dst, base...), '.')
}

// AppendTempName appends a whole random temporary name for base.
func AppendTempName(dst, base []byte, place TempPlace) []byte {
	dst = AppendTempStem(dst, base, place)
	var raw [6]byte
	for n := 0; n < len(raw); {
		var more [16]byte
		rand.Read(more[:])
		for _, b := range more {
			// 248 is the largest multiple of 62 in a byte: above it
			// the letters would not be equally likely.
			if b < 248 && n < len(raw) {
				raw[n] = tempAlphabet[b%62]
				n++
			}
		}
	}
	return append(dst, raw[:]...)
}

// CreateTemp makes a new file under a temporary name for the target base and
// opens it for reading and writing. Its mode is what umask or default ACL
// leave of perm: whoever finishes the file gives it the mode that it ends with.
func (d *Dir) CreateTemp(base []byte, place TempPlace, perm uint32) (*File, string, error) {
	var buf [512]byte
	for range tempTries {
		name := AppendTempName(buf[:0], base, place)
		f, err := d.CreateExcl(View(name), perm)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		return f, string(name), nil
	}
	return nil, "", syscall.EEXIST
}

// TryNumbered calls create with the names .NAME.N for N = from, from+1, …
// until one does not give EEXIST, and returns that name. Links, devices and
// specials that replace something are made under such a name first
// (docs/protocol/03-transfer.md §12.7); from is derived from the process id.
// After 100 names it gives up with EEXIST.
func TryNumbered(base []byte, from int, create func(name string) error) (string, error) {
	var buf [512]byte
	stem := AppendTempStem(buf[:0], base, BesideTarget)
	for i := range tempTries {
		name := string(strconv.AppendInt(stem, int64(from+i), 10))
		if err := create(name); !errors.Is(err, fs.ErrExist) {
			return name, err
		}
	}
	return "", syscall.EEXIST
}
