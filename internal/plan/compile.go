package plan

import (
	"context"
	"errors"
	"strings"
	"time"

	"godwit/internal/checksum"
	"godwit/internal/codec"
	"godwit/internal/exit"
	"godwit/internal/filter"
	"godwit/internal/fsys"
	"godwit/internal/ids"
	"godwit/internal/meta"
	"godwit/internal/options"
	"godwit/internal/wire"
)

// Module is what a daemon's module adds to the client's options.
type Module struct {
	Name, Path        string
	Sanitize          bool // names from outside are cleaned: no chroot around the module
	Munge             bool
	IgnoreNonreadable bool
	NumericIDs        bool
	FakeSuper         bool
	IncomingChmod     string
	OutgoingChmod     string
	Filter            *filter.List
	DontCompress      string // its lone "*" lowers the level
	// Root is the module's directory, held open.
	Root *fsys.Root
	// Unconfined makes links in the tree lead where they like: the module is the root of the
	// file system that its worker sees.
	Unconfined bool
}

// Input is what a plan is compiled from.
type Input struct {
	Options *options.Options
	Caps    wire.Caps
	// Transfer and File are the negotiated checksums, Codec the compression, "" for none.
	Transfer, File checksum.Kind
	// Named tells that Transfer is not just the protocol's default.
	Named bool
	Codec string

	Sender     bool // this end reads the source
	Local      bool // both ends are in this process
	DaemonPeer bool // the peer is a daemon
	Module     *Module

	Filter *filter.List // this end's rules, finished
	// Names looks up users and groups here.
	Names    ids.Lookup
	Identity ids.Identity
	Umask    uint32
	StartDir string
	// Warn takes lines about map targets that are unknown here.
	Warn func(string)
}

// Compile turns the options and what the handshake settled into a Plan. An error is an
// *exit.Error.
func Compile(ctx context.Context, in Input) (*Plan, error) {
	o := in.Options
	p := &Plan{
		Caps:     in.Caps,
		Filter:   in.Filter,
		Names:    in.Names,
		Identity: in.Identity,
	}
	m := in.Module
	if m == nil {
		m = &Module{}
	} else {
		p.Where.Daemon = true
		p.Module = m.Filter
	}
	if p.Names == nil {
		p.Names = ids.Nobody{}
	}

	fake := o.FakeSuper || m.FakeSuper
	super := !fake && (o.Super == options.On || o.Super == options.Auto && in.Identity.UID == 0)
	p.Where = Where{
		Server: o.Server, Sender: in.Sender, Local: in.Local, Daemon: p.Where.Daemon, DaemonPeer: in.DaemonPeer,
		Module: m.Name, ModulePath: m.Path, Sanitize: m.Sanitize,
		MungeSymlinks:     o.MungeLinks || m.Munge,
		IgnoreNonreadable: m.IgnoreNonreadable,
		TrustSender:       o.TrustSender || in.Local,
		Root:              super, FakeSuper: fake,
		InsecureLinks: o.InsecureLinks, Umask: in.Umask, StartDir: in.StartDir,
	}
	p.Select = Select{
		Recurse: o.Recurse != options.RecurseNot, Dirs: o.Dirs, Relative: o.Relative, ImpliedDirs: o.ImpliedDirs,
		OneFileSystem: o.OneFileSystem, CopyLinks: o.CopyLinks, CopyDirlinks: o.CopyDirlinks,
		CopyUnsafeLinks: o.CopyUnsafeLinks, CopyDevices: o.CopyDevices,
		FilesFrom: o.FilesFromGiven, FilesFromNUL: o.From0,
		IgnoreMissing: o.MissingArgs == options.MissingIgnore, DeleteMissing: o.MissingArgs == options.MissingDelete,
		PruneEmptyDirs: o.PruneEmptyDirs, ListOnly: o.ListOnly, CVSExclude: o.CVSExclude,
		MinSize: o.MinSize, MaxSize: o.MaxSize, OpenNoatime: o.OpenNoatime,
		UnsortedNumbers: o.Iconv, Qsort: o.QSort,
	}
	p.Attrs = Attrs{
		Perms: o.Perms, Executability: o.Executability, Owner: o.Owner, Group: o.Group,
		Times: o.Times, Atimes: o.Atimes > 0, Crtimes: o.Crtimes, ACLs: o.ACLs, Xattrs: o.Xattrs,
		Devices: o.Devices, Specials: o.Specials, HardLinks: o.HardLinks > 0,
		NumericIDs: o.NumericIDs || m.NumericIDs, OmitDirTimes: o.OmitDirTimes, OmitLinkTimes: o.OmitLinkTimes,
		ReceiverSymlinkTimes: !in.Sender || in.Caps.PeerSymlinkTimes || in.Local,
	}
	p.Links = Links{Preserve: o.Links, Safe: o.SafeLinks}
	p.Limits = Limits{Timeout: time.Duration(o.Timeout) * time.Second, Bandwidth: int64(o.BwLimit), StopAt: o.StopAt, MaxAlloc: o.MaxAlloc}
	p.Batch = Batch{
		Write: o.Batch == options.BatchWrite || o.Batch == options.BatchOnlyWrite, OnlyWrite: o.Batch == options.BatchOnlyWrite,
		Read: o.Batch == options.BatchRead,
	}
	p.sums(in, m)
	p.update(in)
	p.deletes(o, in.Caps.Protocol)
	p.Show = Show{
		Itemize: o.Itemize, UnchangedToo: o.Itemize > 1 || o.Info[options.InfoName] > 1,
		LogFormat: o.OutFormat != "", FormatHasI: strings.Contains(o.OutFormat, "%i"),
		FormatHasO: strings.Contains(o.OutFormat, "%o") || strings.Contains(o.OutFormat, "%i"),
		Progress:   o.Info[options.InfoProgress] > 0, NeedSums: strings.Contains(o.OutFormat, "%C"),
	}

	if err := p.chmod(o, m, in); err != nil {
		return nil, err
	}
	if !in.Sender {
		if err := p.maps(ctx, o, in); err != nil {
			return nil, err
		}
	}
	p.Policy = &meta.Policy{
		ModeRules: meta.ModeRules{Perms: o.Perms, Executability: o.Executability},
		Owner:     o.Owner, Group: o.Group, Times: o.Times, Atimes: o.Atimes > 0, Crtimes: o.Crtimes,
		OmitDirTimes: o.OmitDirTimes, OmitLinkTimes: o.OmitLinkTimes,
		ACLs: o.ACLs, Xattrs: o.Xattrs > 0, ModifyWindow: o.ModifyWindow,
		Super: super, Fake: fake, Identity: in.Identity,
	}
	return p, nil
}

// sums takes over what was negotiated.
func (p *Plan) sums(in Input, m *Module) {
	p.Sums = Sums{
		Params: checksum.Params{
			Kind: in.Transfer, Protocol: in.Caps.Protocol, Seed: in.Caps.Seed, SeedFirst: in.Caps.SeedFirst, Named: in.Named,
		},
		File: in.File, Codec: in.Codec, Threads: in.Options.CompressThreads,
	}
	method, ok := codec.Lookup(in.Codec)
	if in.Codec == "" || !ok {
		p.Sums.Codec = ""
		return
	}
	asked := codec.LevelUnset
	if in.Options.CompressLevelSet {
		asked = in.Options.CompressLevel
	}
	level, on := method.Level(asked)
	if !on {
		p.Sums.Codec = ""
		return
	}
	if in.Sender && (m.DontCompress == "*" || in.Options.SkipCompress == "*") {
		level = method.Stored(level)
	}
	p.Sums.Level = level
}

// update decides what counts as changed and how it is written.
func (p *Plan) update(in Input) {
	o := in.Options
	whole := o.WholeFile == options.On || o.WholeFile == options.Auto && in.Local && o.Batch != options.BatchWrite && o.Batch != options.BatchOnlyWrite
	if in.Transfer == checksum.None {
		whole = true
	}
	if o.Append != options.AppendNot {
		whole = false
	}
	p.Update = Update{
		WholeFile: whole, Checksum: o.Checksum, IgnoreTimes: o.IgnoreTimes, SizeOnly: o.SizeOnly, NewerOnly: o.Update,
		Existing: o.Existing, IgnoreExisting: o.IgnoreExisting, ModifyWindow: o.ModifyWindow, BlockSize: o.BlockSize,
		Fuzzy: o.Fuzzy, AltDirs: o.AltDirs,
	}
	switch o.AltKind {
	case options.AltCompare:
		p.Update.Alt = AltCompare
	case options.AltCopy:
		p.Update.Alt = AltCopy
	case options.AltLink:
		p.Update.Alt = AltLink
	}
	switch o.RemoveSource {
	case options.RemoveProcessed:
		p.Update.RemoveSource = RemoveSourceFiles
	case options.RemoveSent:
		p.Update.RemoveSource = RemoveSentFiles
	}
	p.Write = Write{
		DryRun: o.DryRun, Inplace: o.Inplace, Append: o.Append != options.AppendNot,
		AppendVerify: o.Append == options.AppendVerify || in.Caps.Protocol < 30 && o.Append != options.AppendNot,
		Partial:      o.Partial || o.PartialDir != "", PartialDir: o.PartialDir, DelayUpdates: o.DelayUpdates,
		TempDir: o.TempDir, TempDirSet: o.TempDirSet, Sparse: o.Sparse, Preallocate: o.Preallocate, WriteDevices: o.WriteDevices,
		Backup: o.Backup, BackupDir: o.BackupDir, Suffix: o.Suffix, Fsync: o.Fsync, Mkpath: o.Mkpath,
		KeepDirlinks: o.KeepDirlinks && !in.Sender, OldArgs: o.OldArgs > 0, DropD: o.DropD,
	}
}

// deletes fixes the time of deletions; the default depends on the protocol.
func (p *Plan) deletes(o *options.Options, protocol int) {
	p.Delete = Delete{Excluded: o.DeleteExcluded, Max: -1, Force: o.Force, IgnoreErrors: o.IgnoreErrors}
	if o.MaxDeleteSet {
		p.Delete.Max = o.MaxDelete
	}
	if !o.Delete {
		return
	}
	switch o.DeleteWhen {
	case options.DeleteBefore:
		p.Delete.When = DeleteBefore
	case options.DeleteDuring:
		p.Delete.When = DeleteDuring
	case options.DeleteDelay:
		p.Delete.When = DeleteDelay
	case options.DeleteAfter:
		p.Delete.When = DeleteAfter
	default:
		p.Delete.When = DeleteDuring
		if protocol < 30 {
			p.Delete.When = DeleteBefore
		}
	}
}

// chmod collects the mode edits of this end: the client's where it is the client, then the
// module's.
func (p *Plan) chmod(o *options.Options, m *Module, in Input) error {
	add := func(list string) error {
		if list == "" {
			return nil
		}
		c, err := meta.ParseChmod(list, in.Umask)
		if err != nil {
			return &exit.Error{Code: exit.Syntax, Text: "rsync: " + err.Error()}
		}
		p.Chmod = p.Chmod.Append(c)
		return nil
	}
	// In a local copy the sending end applies --chmod, and only it.
	if !o.Server && (!in.Local || in.Sender) {
		for _, list := range o.Chmod {
			if err := add(list); err != nil {
				return err
			}
		}
	}
	list := m.IncomingChmod
	if in.Sender {
		list = m.OutgoingChmod
	}
	return add(list)
}

// maps parses --usermap and --groupmap.
func (p *Plan) maps(ctx context.Context, o *options.Options, in Input) error {
	parse := func(kind ids.Kind, list string, into *ids.Rules, given bool) error {
		if !given {
			return nil
		}
		rules, warnings, err := ids.ParseRules(ctx, kind, list, p.Names)
		for _, w := range warnings {
			if in.Warn != nil {
				in.Warn(w)
			}
		}
		if err != nil {
			var e *exit.Error
			if errors.As(err, &e) {
				return err
			}
			return &exit.Error{Code: exit.Syntax, Text: err.Error()}
		}
		*into = rules
		return nil
	}
	p.UserMapped, p.GroupMapped = o.UsermapSet, o.GroupmapSet
	if err := parse(ids.User, o.Usermap, &p.UserRules, p.UserMapped); err != nil {
		return err
	}
	return parse(ids.Group, o.Groupmap, &p.GroupRules, p.GroupMapped)
}

// Requires returns the check of options that need a protocol version
// (docs/protocol/01-connection.md §5.3).
func Requires(o *options.Options, local bool) func(protocol int) error {
	return func(protocol int) error {
		need := func(what string, version int) error {
			return exit.Errorf(exit.Protocol, "%s requires protocol %d or higher (negotiated %d).", what, version, protocol)
		}
		if protocol < 30 && !local {
			if o.ACLs {
				return need("--acls", 30)
			}
			if o.Xattrs > 0 {
				return need("--xattrs", 30)
			}
		}
		if protocol < 29 {
			switch {
			case o.Fuzzy > 0:
				return need("--fuzzy", 29)
			case o.AltKind != options.AltNone && o.Inplace:
				return need(o.AltKind.String()+" with --inplace", 29)
			case len(o.AltDirs) > 1:
				return need("Using more than one "+o.AltKind.String()+" option", 29)
			case o.PruneEmptyDirs:
				return need("--prune-empty-dirs", 29)
			}
		}
		return nil
	}
}
