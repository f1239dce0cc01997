package daemon

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"

	"godwit/internal/daemonconf"
	"godwit/internal/ids"
)

// Files of accounts.
const (
	passwdFile = "/etc/passwd"
	groupFile  = "/etc/group"
)

// groupIDs returns the groups of a user, the primary one first. It is empty if nobody has the
// name.
func (d *daemon) groupIDs(ctx context.Context, user string) []uint32 {
	var list []uint32
	add := func(text string) {
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return
		}
		for _, have := range list {
			if have == uint32(n) {
				return
			}
		}
		list = append(list, uint32(n))
	}
	entry := d.account(ctx, "passwd", passwdFile, user)
	if len(entry) < 4 {
		return nil
	}
	add(entry[3])
	d.eachLine(groupFile, func(fields []string) {
		if len(fields) >= 4 {
			for _, member := range strings.Split(fields[3], ",") {
				if member == user {
					add(fields[2])
				}
			}
		}
	})
	if d.src.Getent != nil { // directory services
		if out, err := d.src.Getent(ctx, "initgroups", []string{user}); err == nil {
			for i, w := range strings.Fields(string(out)) {
				if i > 0 {
					add(w)
				}
			}
		}
	}
	return list
}

// groupsOf returns the names of a user's groups.
func (d *daemon) groupsOf(ctx context.Context, user string) []string {
	var names []string
	for _, g := range d.groupIDs(ctx, user) {
		if n, err := d.names.Name(ctx, ids.Group, g); err == nil && n != "" {
			names = append(names, n)
		}
	}
	return names
}

// account finds the entry of a name in a file of accounts, or where the system has it otherwise.
func (d *daemon) account(ctx context.Context, database, file, name string) []string {
	var found []string
	d.eachLine(file, func(fields []string) {
		if found == nil && fields[0] == name {
			found = fields
		}
	})
	if found == nil && d.src.Getent != nil {
		if out, err := d.src.Getent(ctx, database, []string{name}); err == nil {
			if fields := strings.Split(strings.TrimSpace(string(out)), ":"); len(fields) > 1 {
				found = fields
			}
		}
	}
	return found
}

func (d *daemon) eachLine(file string, visit func(fields []string)) {
	if d.src.Open == nil {
		return
	}
	f, err := d.src.Open(file)
	if err != nil {
		return
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		return
	}
	for line := range bytes.Lines(text) {
		if s := strings.TrimRight(string(line), "\r\n"); s != "" && s[0] != '#' {
			visit(strings.Split(s, ":"))
		}
	}
}

// netgroup tells whether a host is in a netgroup, as far as getent knows.
func (d *daemon) netgroup(ctx context.Context, group, host string) bool {
	if d.src.Getent == nil {
		return false
	}
	out, err := d.src.Getent(ctx, "netgroup", []string{group})
	if err != nil {
		return false
	}
	for _, triple := range strings.Split(string(out), "(")[1:] {
		member, _, _ := strings.Cut(triple, ",")
		if member = strings.TrimSpace(member); member == "" || strings.EqualFold(member, host) {
			return true
		}
	}
	return false
}

// identity is who a worker becomes. Not everything is set: a daemon that is not root changes what
// it is told to only.
type identity struct {
	UID    uint32
	HasUID bool
	Groups []uint32 // the first is the group id; nil for no change
}

// identityError is a uid or gid that cannot be used: what the log and the client are told.
type identityError struct{ log, reply string }

func (e *identityError) Error() string { return e.log }

// resolveIdentity finds the ids that a module's "uid" and "gid" mean
// (docs/protocol/07-daemon.md §11.3).
func (d *daemon) resolveIdentity(ctx context.Context, m *daemonconf.Module) (id identity, err error) {
	root := d.Env.Identity.Root()
	user := m.Text(daemonconf.UID)
	if user == "" && root {
		user = "nobody"
	}
	if user != "" {
		id.UID, id.HasUID, err = ids.ResolveTarget(ctx, ids.User, user, d.names)
		if err != nil || !id.HasUID {
			return id, &identityError{"Invalid uid " + user, "invalid uid " + user}
		}
	} else {
		id.UID = d.Env.Identity.UID
	}
	words := splitWords(m.Text(daemonconf.GID))
	if len(words) == 0 {
		if !root {
			return id, nil
		}
		words = []string{d.nobodyGroup(ctx)}
	}
	for i, w := range words {
		if i == 0 && w == "*" {
			name, err := d.names.Name(ctx, ids.User, id.UID)
			if err != nil || name == "" {
				return id, &identityError{"rsync: [Receiver] getpwuid failed: Success (0)", "getpwuid failed"}
			}
			id.Groups = d.groupIDs(ctx, name)
			if len(id.Groups) == 0 {
				return id, &identityError{"rsync: [Receiver] getpwuid failed: Success (0)", "getpwuid failed"}
			}
			continue
		}
		g, ok, err := ids.ResolveTarget(ctx, ids.Group, w, d.names)
		if err != nil || !ok {
			return id, &identityError{"Invalid gid " + w, "invalid gid " + w}
		}
		id.Groups = append(id.Groups, g)
	}
	return id, nil
}

// nobodyGroup is the group that nobody has on this system.
func (d *daemon) nobodyGroup(ctx context.Context) string {
	for _, name := range []string{"nobody", "nogroup"} {
		if _, ok, err := d.names.ID(ctx, ids.Group, name); err == nil && ok {
			return name
		}
	}
	return "nobody"
}

// errNoIdentity is the error of an id that nobody has.
var errNoIdentity = errors.New("no such id")

// one resolves a single user or group of the daemon itself.
func (d *daemon) one(ctx context.Context, kind ids.Kind, text string) (uint32, error) {
	id, ok, err := ids.ResolveTarget(ctx, kind, text, d.names)
	if err == nil && !ok {
		err = errNoIdentity
	}
	return id, err
}
