package transfer

import (
	"godwit/internal/flist"
	"godwit/internal/ids"
	"godwit/internal/plan"
)

// formatOf returns how list entries look on the wire of this connection. Hooks for names,
// ACLs and extended attributes are added by the side that needs them.
func formatOf(p *plan.Plan) flist.Format {
	a := p.Attrs
	return flist.Format{
		Caps: p.Caps, Owner: a.Owner, Group: a.Group, Links: p.Links.Preserve, Devices: a.Devices, Specials: a.Specials,
		HardLinks: a.HardLinks, Checksum: p.Update.Checksum, SumLen: p.Sums.File.Size(), Atimes: a.Atimes, Crtimes: a.Crtimes,
		ACLs: a.ACLs, Xattrs: a.Xattrs > 0, NumericIDs: a.NumericIDs,
		Relative: p.Select.Relative, DeleteMissing: p.Select.DeleteMissing, Recurse: p.Select.Recurse,
		IgnoreErrors:     p.Delete.IgnoreErrors,
		ConvertLinkTexts: p.Select.UnsortedNumbers && p.Caps.PeerSymlinkIconv,
	}
}

// orderOf returns how lists of this connection are sorted and numbered.
func orderOf(p *plan.Plan) flist.Order {
	return flist.Order{Protocol: p.Caps.Protocol, ArrivalNumbers: p.Select.UnsortedNumbers}
}

// mappers returns what turns the sender's ids into ours.
func mappers(p *plan.Plan) (users, groups *ids.Mapper) {
	super := p.Where.Root || p.Where.FakeSuper
	users = ids.NewMapper(ids.MapperConfig{
		Kind: ids.User, Names: p.Names, Rules: p.UserRules, Preserve: p.Attrs.Owner, Numeric: p.Attrs.NumericIDs,
		Mapped: p.UserMapped, RootNamed: p.Caps.ID0Names, Super: super, Identity: p.Identity,
	})
	groups = ids.NewMapper(ids.MapperConfig{
		Kind: ids.Group, Names: p.Names, Rules: p.GroupRules, Preserve: p.Attrs.Group, Numeric: p.Attrs.NumericIDs,
		Mapped: p.GroupMapped, RootNamed: p.Caps.ID0Names, Super: super, Identity: p.Identity,
	})
	return users, groups
}
