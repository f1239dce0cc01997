package daemon

import (
	"path"
	"strings"

	"godwit/internal/daemonconf"
	"godwit/internal/errno"
)

// place is where a module lies and how its worker is kept there
// (docs/protocol/07-daemon.md §16.1, §16.2).
type place struct {
	path   string // as the outside knows it, for RSYNC_MODULE_PATH
	chroot string // "" for none
	dir    string // the module's directory as the worker sees it, after the chroot
}

// isRoot reports whether the module is all of what the worker sees.
func (p *place) isRoot() bool { return p.dir == "/" }

// sanitize reports whether the client's paths have to be cleaned.
func (p *place) sanitize() bool { return !p.isRoot() }

// confined reports whether the chroot alone keeps the worker inside the module.
func (p *place) confined() bool { return p.chroot != "" && p.isRoot() }

// munge decides about symbolic links.
func (p *place) munge(m *daemonconf.Module) bool {
	if v := m.Int(daemonconf.MungeSymlinks); v != daemonconf.Unset {
		return v == daemonconf.Yes
	}
	return !p.confined()
}

// numericIDs decides whether names of users and groups count.
func (p *place) numericIDs(m *daemonconf.Module) bool {
	if v := m.Int(daemonconf.NumericIDs); v != daemonconf.Unset {
		return v == daemonconf.Yes
	}
	return p.chroot != "" && m.Text(daemonconf.NameConverter) == ""
}

// findPlace is step 14. may tries whether a change of root is possible; log takes what is decided
// by its failure.
func findPlace(m *daemonconf.Module, startDir string, may func() error, log func(string)) *place {
	name := m.Text(daemonconf.Path)
	if !strings.HasPrefix(name, "/") {
		name = startDir + "/" + name
	}
	outer, inner, parts := strings.Cut(name, "/./")
	chroot := false
	switch m.Int(daemonconf.UseChroot) {
	case daemonconf.Yes:
		chroot = true
	case daemonconf.Unset:
		if parts {
			chroot = true
		} else if err := may(); err != nil {
			log("chroot test failed: " + errno.Message(err) + ". Switching 'use chroot' from unset to false.")
		} else {
			chroot = true
		}
	}
	p := &place{path: path.Clean(name)}
	switch {
	case chroot && parts:
		p.chroot, p.dir = path.Clean("/"+outer), path.Clean("/"+inner)
	case chroot:
		p.chroot, p.dir = p.path, "/"
	default:
		p.dir = p.path
	}
	return p
}
