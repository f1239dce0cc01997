//go:build linux

package daemon

// rowsOfHidden are about names that a peer gives and the module hides: whatever option they come
// with, the module's rules hold for them (docs/protocol/08-security.md §4, §5).
func rowsOfHidden() []row {
	// Everything in a directory "no" is hidden, as are files that end in .no.
	const module = "[m]\npath = D/up\nread only = no\n~exclude = /no/*** *.no"
	const hidden = `mkdir up/no up/yes; cp -p src/n up/no/n; cp -p src/n up/yes/n; echo secret >up/no/secret; echo secret >up/x.no; printf -- '- n\n' >up/no/rules; echo n >up/no/list; echo n >up/yes/list; chmod 777 up/no
`
	each := func(name, option string) row {
		return row{name: name, reset: true, setup: hidden, conf: module, do: `for d in no no/ yes no/../no yes/../no ./no none; do r -ai ` + option + ` src/ $URL/m/dest/; rm -rf up/dest up/.~tmp~; done`}
	}
	return []row{
		each("hidden link-dest of the root", `--link-dest=/$d`),
		each("hidden copy-dest", `--copy-dest=/$d`), each("hidden compare-dest", `--compare-dest=/$d`),
		each("hidden partial-dir of the root", `--partial-dir=/$d`),
		each("hidden backup-dir", `-b --backup-dir=$d`), each("hidden backup-dir of the root", `-b --backup-dir=/$d`),
		each("hidden temp-dir", `--temp-dir=$d`), each("hidden temp-dir of the root", `--temp-dir=/$d`),
		{name: "hidden files-from", reset: true, setup: hidden, conf: module, do: `for f in no/list ../no/list x.no; do r -ai --files-from=:$f $URL/m/yes/ got/; done`},
		{name: "hidden names in files-from", setup: hidden + `printf 'no/secret\nyes/n\nx.no\n../no/secret\nyes/../no/secret\n' >list`, conf: module, do: `r -ai --files-from=list $URL/m/ got/; r -ai --files-from=list --no-relative $URL/m/ got2/`},
		{name: "hidden merge file", reset: true, setup: hidden, conf: module, do: `for f in /no/rules ../no/rules no/rules /x.no; do r -ai -f": $f" $URL/m/yes/ got/; r -ai -f". $f" $URL/m/yes/ got2/; rm -rf got got2; done`},
		{name: "hidden sources", setup: hidden, conf: module, do: `r -ai $URL/m/no $URL/m/no/secret $URL/m/x.no $URL/m/yes/../no/secret $URL/m/n* $URL/m/*.no got/; r -aiR $URL/m/yes/./../no/secret got2/; r $URL/m/no/`},
		{name: "hidden destinations", setup: hidden, conf: module, do: `r -ai src/n $URL/m/no; r -ai src/n $URL/m/no/; r -ai src/n $URL/m/y.no; r -ai src/d/ $URL/m/no/new/; r -ai src/n src/d/e $URL/m/yes/../no/`},
		{name: "hidden entries of a push", setup: hidden + `mkdir src/no; echo mine >src/no/secret; echo mine >src/x.no; echo mine >src/y.no`, conf: module, do: `r -rt src/ $URL/m/; r -rt --delete src/ $URL/m/; r -rt --delete-excluded src/ $URL/m/; r -rt --existing --ignore-times src/ $URL/m/; r -rt --inplace --no-whole-file --fuzzy src/ $URL/m/`},
		{name: "hidden basis for fuzzy", setup: hidden + `seq 1 9000 >src/log.1; seq 1 9000 >up/log.no; seq 1 9000 >up/no/log.2; touch -d @1000000000 src/log.1 up/log.no`, conf: module, do: `r -rt --fuzzy --stats --no-whole-file src/ $URL/m/ | grep -E 'Literal|Matched|^='`},
		{name: "hidden in a chroot", root: true, reset: true, setup: hidden, conf: "[m]\npath = D/up\nread only = no\nuse chroot = yes\n~exclude = /no/*** *.no", do: `for o in --link-dest=/no --copy-dest=../no --partial-dir=/no --temp-dir=no "-b --backup-dir=/no"; do r -ai $o src/ $URL/m/dest/; done; r -ai --files-from=:/no/list $URL/m/ got/; r -ai -f': /no/rules' $URL/m/yes/ got/`},
	}
}
