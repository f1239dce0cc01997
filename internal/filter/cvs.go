package filter

// cvsPatterns is the built-in part of the CVS list
// (docs/protocol/04-filters-and-walk.md §5).
const cvsPatterns = "RCS SCCS CVS CVS.adm RCSLOG cvslog.* tags TAGS .make.state .nse_depinfo *~ #* .#* ,* _$* *$ " +
	"*.old *.bak *.BAK *.orig *.rej .del-* *.a *.olb *.o *.obj *.so *.exe *.Z *.elc *.ln core .svn/ .git/ .hg/ .bzr/"

const cvsLabel = " [global CVS]"

// buildCVS makes the CVS list when the first "-C" rule is stored: the built-in
// patterns, the user's file, the user's words.
func (rd *reader) buildCVS(first *rule) {
	rd.shared.cvsOnce.Do(func() {
		to := target{label: cvsLabel}
		src := source{flags: flagNoPrefix | flagWordSplit | flagCVS | first.flags&flagsInherited}
		builtin := src
		if rd.env.protocol() >= 30 {
			builtin.flags |= flagPerishable
		}
		err := rd.addWords(&to, cvsPatterns, &builtin)
		if file := rd.env.CVSFile; err == nil && file != "" {
			inner := src
			inner.at = place{file: file}
			err = rd.readFile(&to, file, file, askOptional, src.flags|flagNoInherit, &inner)
			if err == errMissing {
				err = nil
			}
		}
		if err == nil {
			err = rd.addWords(&to, rd.env.CVSWords, &src)
		}
		rd.shared.cvs, rd.shared.cvsErr = to.rules, err
	})
}
