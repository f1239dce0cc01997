package generator

import (
	"godwit/internal/dest"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/meta"
	"godwit/internal/options"
	"godwit/internal/report"
	"godwit/internal/wire"
)

// attributes sets the attributes of something that stays, and makes the item about it
// (docs/protocol/03-transfer.md §11). item holds flags that are decided already.
func (g *Generator) attributes(v *visit, st *fsys.Stat, item wire.ItemFlags, how dest.Against) {
	f := v.f
	mode := g.h.Mode(f, st)
	flags := g.h.Differences(f, mode, st, item, how)
	uid, gid, bits := st.UID, st.GID, st.Mode
	g.h.Apply(f, mode, st, 0)
	if st.UID != uid || st.GID != gid || st.Mode != bits {
		// A change of owner cleared set-id bits, and what is left counts: the owner is no longer
		// different. What cannot be read any more from the file as it was, stays as found.
		const read = wire.ItemACL | wire.ItemXattr
		flags = flags&read | g.h.Differences(f, mode, st, item, how)
	}
	if g.uptodate && !f.IsDir() {
		g.sayUptodate(f, flags)
	}
	g.announceItem(v, flags, nil)
}

// sayUptodate names an entry that needs no data, at -vv without -i.
func (g *Generator) sayUptodate(f flist.File, flags wire.ItemFlags) {
	if flags&wire.ItemSignificant != 0 && flags&wire.ItemLocal == 0 {
		g.log.Text(report.Client, string(g.name(f)))
		return
	}
	g.log.Uptodate(g.name(f), f.IsDir())
}

// announceItem sends the item about an entry that needs no transfer, if anybody may want it
// (docs/protocol/03-transfer.md §5.3). leader is the name of a hard link's leader, or nil; an item
// whose flags have ItemName and no leader says that the link is there already.
func (g *Generator) announceItem(v *visit, flags wire.ItemFlags, leader []byte) {
	if g.quiet || g.lateEnd {
		return
	}
	if g.protocol < 29 {
		g.sayItem(v, flags, leader)
		return
	}
	if report.SendsItem(report.ItemFlags(flags), len(leader) > 0, g.nameLevel, g.itemize) {
		g.putItem(v, flags, wire.BasisDest, leader)
	}
}

// putItem writes index and item, and the request for long values of extended attributes.
func (g *Generator) putItem(v *visit, flags wire.ItemFlags, basis wire.Basis, name []byte) {
	g.out = g.ndxOut.Append(g.out, v.ndx)
	g.item.Flags, g.item.Basis, g.item.Name = flags&0xFFFF, basis, name
	out, err := g.item.Append(g.out, g.protocol)
	if err != nil { // a name that is too long: it came from the list, which is bounded
		g.item.Flags, g.item.Name = flags&^wire.ItemName&0xFFFF, nil
		out, _ = g.item.Append(g.out, g.protocol)
	}
	g.out = out
	if flags&wire.ItemXattr == 0 || g.protocol < 29 || g.dry || g.Xattrs == nil || v.f.Xattr() < 0 {
		return
	}
	if flags.Has(wire.ItemName|wire.ItemLocal) && g.Plan.Caps.XattrOptim {
		return
	}
	var have meta.AttrSource
	if flags&wire.ItemNew == 0 {
		if leaf, err := g.h.Leaf(v.f); err == nil {
			have = leaf
		}
	}
	g.out = g.Xattrs.AppendRequest(g.out, uint32(v.f.Xattr()), have)
}

// sayItem reports what was done here at protocol 27 and 28, where items do not travel
// (docs/protocol/03-transfer.md §5.5, docs/protocol/06-output.md §4.1).
func (g *Generator) sayItem(v *visit, flags wire.ItemFlags, leader []byte) {
	f := v.f
	if g.Plan.Where.Server && g.itemize == 0 {
		// No format here: what changed is shown by its name, for -v.
		if g.log.Wants(options.InfoName, 1) && (flags&wire.ItemSignificant != 0 && (flags&wire.ItemLocal != 0 || f.IsDir()) || len(leader) > 0) {
			line := append([]byte(nil), g.name(f)...)
			switch {
			case f.IsDir():
				line = append(line, '/')
			case len(leader) > 0:
				line = append(append(line, " => "...), leader...)
			case f.IsSymlink():
				line = append(append(line, " -> "...), f.Link()...)
			}
			g.log.Text(report.Info, string(line))
		}
		return
	}
	if g.Plan.Where.Server && !g.Plan.Where.Daemon {
		return
	}
	if !g.log.WantsItem(report.ItemFlags(flags), f.IsDir(), len(leader) > 0) {
		return
	}
	g.fillItem(f, flags)
	g.event.Leader = leader
	g.log.Item(&g.event)
}

// fillItem makes g.event describe an entry.
func (g *Generator) fillItem(f flist.File, flags wire.ItemFlags) {
	g.event = report.Item{
		Flags: report.ItemFlags(flags), Mode: f.Mode(), UID: g.Plan.Attrs.OwnerOf(f.UID()), GID: f.GID(),
		HasGID: g.Plan.Attrs.Group && !f.Is(flist.SkipGroup), Size: f.Size(), Mtime: f.Mtime(),
		Name: g.name(f), Link: f.Link(), Atime: f.Atime(), Crtime: f.Crtime(),
	}
}

// listEntry prints an entry instead of doing anything about it (--list-only).
func (g *Generator) listEntry(v *visit) {
	if v.early || v.f.Is(flist.Implied) && !g.Plan.Select.ImpliedDirs {
		return
	}
	g.fillItem(v.f, 0)
	g.log.Listed(&g.event, g.Listing)
}
