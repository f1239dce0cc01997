package receiver

import (
	"errors"

	"godwit/internal/exit"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/report"
	"godwit/internal/wire"
)

// basis is the file that a delta refers to.
type basis struct {
	kind wire.Basis
	file *fsys.File // nil if there is none
	st   fsys.Stat  // of file
	dir  bool       // there is a directory in its place
}

func (b *basis) close() {
	if b.file != nil {
		b.file.Close()
		b.file = nil
	}
}

// stat returns what the new content stands in for, nil for nothing.
func (b *basis) stat() *fsys.Stat {
	if b.file == nil {
		return nil
	}
	return &b.st
}

// checkBasis judges the basis type of the item at hand (docs/protocol/08-security.md §8.4).
func (r *Receiver) checkBasis() error {
	b, alts := r.item.Basis, r.Plan.Update.AltDirs
	n := int(b)
	switch {
	case b == wire.BasisDest, b == wire.BasisPartial, b == wire.BasisBackup:
		return nil
	case b >= wire.BasisFuzzy:
		if r.Plan.Update.Fuzzy == 0 {
			return r.Log.Fatal(report.RefusingFuzzy, nil, report.Name(r.item.Name))
		}
		if b == wire.BasisFuzzy {
			return nil
		}
		n -= int(wire.BasisFuzzy) + 1
	}
	if n >= len(alts) {
		return r.Log.Fatal(report.InvalidBasisDir, nil, report.Int(n))
	}
	return nil
}

// openBasis finds the basis for the item at hand. Whatever cannot be opened counts as missing: a
// sender that refers to it all the same is found out.
func (r *Receiver) openBasis(f flist.File) (b basis, err error) {
	if r.protocol < 29 {
		return r.guessBasis(f)
	}
	b.kind = r.item.Basis
	if b.kind == wire.BasisDest && r.item.Flags.Has(wire.ItemNew) && r.in.head.Count == 0 {
		return b, nil // the generator has just looked: there is nothing
	}
	if err := r.open(&b, f); err != nil {
		return b, err
	}
	if b.kind == wire.BasisPartial && b.file == nil {
		if r.Plan.Caps.InplacePartial && r.Plan.Where.Daemon {
			return b, r.Log.Fatal(report.RefusingPartialBasis, nil, report.Name(r.name(f)))
		}
		b = basis{kind: wire.BasisDest}
	}
	return b, nil
}

// guessBasis finds the basis where the protocol does not name it
// (docs/protocol/03-transfer.md §5.5).
func (r *Receiver) guessBasis(f flist.File) (b basis, err error) {
	w := &r.Plan.Write
	kinds := [3]wire.Basis{wire.BasisDest, wire.BasisDest}
	switch {
	case w.Inplace && w.Backup:
		kinds[0] = wire.BasisBackup
	case w.PartialDir != "":
		kinds[0] = wire.BasisPartial
	}
	n := 2
	if len(r.Plan.Update.AltDirs) > 0 {
		kinds[2], n = 0, 3
	}
	for i, k := range kinds[:n] {
		if i > 0 && k == kinds[i-1] {
			continue
		}
		b = basis{kind: k}
		if err := r.open(&b, f); err != nil || b.file != nil || b.dir {
			return b, err
		}
	}
	return basis{kind: wire.BasisDest}, nil
}

// open opens the file that b.kind names and looks whether it can be a basis.
func (r *Receiver) open(b *basis, f flist.File) error {
	var name []byte
	if b.kind >= wire.BasisFuzzy {
		r.fuzzy = fsys.AppendSanitized(r.fuzzy[:0], r.item.Name, fsys.Sanitizing{})
		name = r.fuzzy
	}
	file, err := r.hand.OpenBasis(f, b.kind, name, &b.st)
	if err != nil {
		var e *exit.Error
		if errors.As(err, &e) {
			return err
		}
		return nil
	}
	switch {
	case b.st.IsDir():
		b.dir = true
	case b.st.IsRegular(), b.st.IsDevice() && r.Plan.Write.WriteDevices:
		b.file = file
		return nil
	}
	file.Close()
	return nil
}
