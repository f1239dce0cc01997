package client

import (
	"context"
	"strings"

	"godwit/internal/ids"
	"godwit/internal/options"
	"godwit/internal/process"
	"godwit/internal/report"
)

// Become makes the process the user, and the group, of --copy-as for the copy
// (docs/protocol/05-options.md §3). The identity of env changes with it.
func Become(ctx context.Context, env *process.Env, o *options.Options, names ids.Lookup, log *report.Log) error {
	if !o.CopyAsSet {
		return nil
	}
	value := o.CopyAs
	user, group, hasGroup := strings.Cut(value, ":")
	uid, ok, err := ids.ResolveTarget(ctx, ids.User, user, names)
	if err != nil {
		return err
	}
	if !ok {
		return log.Fatal(report.InvalidCopyAsUser, nil, report.Str(user))
	}
	identity, err := process.UserIdentity(uid)
	if err != nil {
		return err
	}
	if hasGroup {
		gid, ok, err := ids.ResolveTarget(ctx, ids.Group, group, names)
		if err != nil {
			return err
		}
		if !ok {
			return log.Fatal(report.InvalidCopyAsGroup, nil, report.Str(group))
		}
		identity = ids.Identity{UID: uid, GID: gid, Groups: []uint32{gid}}
	}
	if err := process.SetGroups(identity.Groups); err != nil {
		return err
	}
	if err := process.SetGID(identity.GID); err != nil {
		return err
	}
	if err := process.SetUID(identity.UID); err != nil {
		return err
	}
	env.Identity = identity
	return nil
}
