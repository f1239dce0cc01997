//go:build linux

package daemon

// hook is a script that says what it was called with.
const hook = `cat >hook <<'E'
#!/bin/sh
{ echo "$1"; env | grep ^RSYNC_ | sort | sed 's/^\(RSYNC_PID\)=[0-9]*$/\1=N/'; cat; } >>"$D/said"
exit ${2:-0}
E
chmod 755 hook; : >said; chmod 666 said
cat >conv <<'E'
#!/bin/sh
while read -r a b; do
	echo "$a $b" >>"$D/asked"
	case "$a $b" in "uid 0") echo bob;; "gid 0") echo bobs;; "usr bob") echo 1234;; "grp bob") echo 777;; "usr bad") echo 12x;; *) echo;; esac
done
E
chmod 755 conv; : >asked; chmod 666 asked
`

// rowsOfHooks are about commands that the daemon runs.
func rowsOfHooks() []row {
	return []row{
		{name: "early exec", setup: hook + `echo early words >input`, conf: "~early exec = D/hook early\nauth users = \n", do: `r --early-input=input -a $URL/m/a.txt got/; r $URL/m/sub/; r -a src/ $URL/m/`},
		{name: "early exec that fails", setup: hook, conf: "~early exec = D/hook early 3\npre-xfer exec = D/hook pre\npost-xfer exec = D/hook post", do: `r $URL/m/`},
		{name: "pre-xfer exec", setup: hook + secrets, conf: "auth users = mail\nsecrets file = D/secrets\n~pre-xfer exec = D/hook pre",
			do: login("mail", "abc123", "-a URL/m/a.txt URL/m/sub got/") + login("mail", "abc123", "-s -a URL/m/s* got/") + login("mail", "abc123", "-a --delete src/ URL/m/new/") + login("mail", "abc123", "URL/m/sub")},
		{name: "pre-xfer exec in a chroot", root: true, setup: hook, conf: "[m]\npath = D/mod\nuse chroot = yes\n~pre-xfer exec = D/hook pre", do: `r -a $URL/m/a.txt $URL/m/sub got/; r $URL/m/`},
		{name: "pre-xfer exec that fails", reset: true, setup: hook, conf: "~pre-xfer exec = echo no way; echo and more; exit 3\npost-xfer exec = D/hook post", do: `r $URL/m/; r -a src/ $URL/m/; r --protocol=30 -a src/ $URL/m/`},
		{name: "pre-xfer exec that says nothing", reset: true, setup: hook, conf: "~pre-xfer exec = exit 1", do: `r $URL/m/; r -a src/ $URL/m/`},
		{name: "pre-xfer exec that is killed", reset: true, setup: hook, conf: "~pre-xfer exec = kill -9 $$", do: `r $URL/m/`},
		{name: "pre-xfer exec that says much", reset: true, setup: hook, conf: "~pre-xfer exec = seq 1 3000 2>/dev/null; exit 2", do: `r $URL/m/`},
		{name: "post-xfer exec", reset: true, setup: hook, conf: "~post-xfer exec = D/hook post 9", do: `r -a $URL/m/a.txt got/; r $URL/m/none; r -a src/ $URL/m/; r -ac --zork $URL/m/; say 'm\n--server\x00--zork\x00.\x00m/\x00\x00'`},
		{name: "post-xfer exec after a refusal", reset: true, setup: hook, conf: "[m]\n~path = D/none~~path = D/mod\n~post-xfer exec = D/hook post", do: `r $URL/m/`},
		{name: "post-xfer exec not after a denial", reset: true, setup: hook, conf: "[m]\npath = D/mod\n~hosts deny = *\n~post-xfer exec = D/hook post~~comment = x\n[n]\npath = D/mod\nuid = zork\npost-xfer exec = D/hook post", do: `r $URL/m/; r $URL/n/`},
		{name: "hooks switched off", setup: hook, env: []string{"RSYNC_NO_XFER_EXEC=1"}, conf: "pre-xfer exec = exit 1\nearly exec = exit 1\n~comment = x", do: `r $URL/m/a.txt; r $URL/`},
		{name: "hooks with another shell", reset: true, setup: hook + `printf '#!/bin/sh\necho "$@" >>"$D/said"\nexec /bin/sh "$@"\n' >shell; chmod 755 shell`, env: []string{"RSYNC_SHELL=./shell"}, conf: "~pre-xfer exec = exit 7\n~post-xfer exec = exit 8", do: `r $URL/m/a.txt`},
		{name: "hooks with variables", setup: hook, conf: "~pre-xfer exec = echo %RSYNC_MODULE_NAME% '%RSYNC_HOST_ADDR%' \"%RSYNC_MODULE_NAME%\" %FOO% %NOPE% $RSYNC_REQUEST >>D/said", do: `r $URL/m/a.txt`},
		{name: "hooks with a user's shell words", setup: hook + `printf 'a;b:x\n' >secrets; chmod 600 secrets`, conf: "auth users = *\nsecrets file = D/secrets\n~pre-xfer exec = echo %RSYNC_USER_NAME%", do: login("a%3Bb", "x", "URL/m/")},
		{name: "name converter", root: true, setup: hook + `chown 1:1 src/d`, conf: "[m]\npath = D/mod\n~name converter = D/conv\n[up]\npath = D/up\nread only = no\n~name converter = D/conv",
			do: `r -a --usermap=bob:88 --groupmap=bobs:89 $URL/m/a.txt got/; r -a src/ $URL/up/; r -a --chown=bob:bob src/n $URL/up/x; r -a --usermap='*:bad' src/n $URL/up/y`},
		{name: "name converter in a chroot", root: true, setup: hook, conf: "[up]\npath = D/up\nuse chroot = yes\nread only = no\n~name converter = D/conv", do: `r -a --chown=bob:bob src/n $URL/up/x; r -a $URL/up/ got/`},
	}
}
