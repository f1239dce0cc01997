package dest

import (
	"errors"
	"io/fs"
	"strings"

	"godwit/internal/errno"
	"godwit/internal/fsys"
	"godwit/internal/report"
)

// openOptionDirs looks at the directories that options name: alternates, --backup-dir, --temp-dir.
func (t *Tree) openOptionDirs() error {
	if err := t.checkHidden(); err != nil {
		return err
	}
	t.suffix = t.plan.Write.Suffix
	t.alts = make([]alternate, len(t.plan.Update.AltDirs))
	option := strings.TrimSuffix(strings.TrimPrefix(t.plan.Update.Alt.Option(), "--"), "-dest")
	for i, dir := range t.plan.Update.AltDirs {
		switch t.alts[i].path = strings.TrimRight(dir, "/"); {
		case dir == "":
			t.alts[i].path = "." // an empty name is the destination itself
		case t.alts[i].path == "":
			t.alts[i].path = "/"
		}
		if t.missing {
			continue
		}
		full := joinUnclean(t.dir, dir)
		var st fsys.Stat
		switch err := t.statAlternate(t.alts[i].path, &st); {
		case err != nil:
			t.log.Say(report.AltDestMissing, report.Str(option), report.Str(full))
		case !st.IsDir():
			t.log.Say(report.AltDestNotDir, report.Str(option), report.Str(full))
		}
	}
	if t.missing {
		return nil
	}
	if dir := t.plan.Write.BackupDir; t.plan.Write.Backup && dir != "" {
		var st fsys.Stat
		switch err := t.followed().Stat(dir, &st); {
		case err == nil && !st.IsDir():
			return t.log.Fatal(report.BackupDirNotDir, nil, report.Str(dir))
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return t.log.Fatal(report.BackupDirStatFailed, nil, report.Str(dir), report.Str(errno.Text(err)))
		case err != nil:
			t.log.Say(report.NewBackupDirIs, report.Str(dir))
		default:
			t.log.Say(report.BackupDirIs, report.Str(dir))
		}
	}
	if dir := t.plan.Write.TempDir; dir != "" || t.plan.Write.TempDirSet {
		var st fsys.Stat
		switch err := t.followed().Stat(dir, &st); {
		case dir == "", errors.Is(err, fs.ErrNotExist):
			return t.log.Fatal(report.TempDirMissing, nil, report.Str(dir))
		case err != nil:
			return t.log.Fatal(report.TempDirStatFailed, nil, report.Str(dir), report.Str(errno.Text(err)))
		case !st.IsDir():
			return t.log.Fatal(report.TempDirNotDir, nil, report.Str(dir))
		}
	}
	return nil
}

// followed resolves operator paths from the root as the system would, for questions only.
func (t *Tree) followed() fsys.Operator {
	op := t.op
	op.FollowAll = true
	return op
}

// joinUnclean makes path absolute by dir and leaves it as it was written otherwise.
func joinUnclean(dir, path string) string {
	return string(fsys.AppendJoin(nil, absoluteAway(dir, path), []byte(path)))
}

// absoluteAway returns dir, or nothing if path needs none.
func absoluteAway(dir, path string) []byte {
	if strings.HasPrefix(path, "/") {
		return nil
	}
	return []byte(dir)
}
