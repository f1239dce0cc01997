package transfer

import (
	"bytes"

	"godwit/internal/fsys"
	"godwit/internal/plan"
)

// linkTexts returns what makes the text that a received symlink has on this side: munged, so that
// nothing can follow it, or cleaned in a module that no chroot confines; nil if texts stay as they
// are (docs/protocol/08-security.md §6).
func linkTexts(p *plan.Plan) func(name, text []byte) []byte {
	switch {
	case p.Where.MungeSymlinks:
		return func(_, text []byte) []byte { return fsys.AppendMunged(nil, text) }
	case p.Where.Sanitize:
		return func(name, text []byte) []byte {
			return fsys.AppendSanitized(nil, text, fsys.Sanitizing{Depth: bytes.Count(name, []byte("/"))})
		}
	}
	return nil
}
