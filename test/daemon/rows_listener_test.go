//go:build linux

package daemon

// proxied are the bytes of PROXY headers of version 2.
const (
	proxyTwo   = `\r\n\r\n\x00\r\nQUIT\n`
	proxyFour  = proxyTwo + `\x21\x11\x00\x0c\x0a\x01\x02\x03\x01\x01\x01\x01\x03\xe8\x03\x69`
	proxyLocal = proxyTwo + `\x20\x00\x00\x00`
	listAll    = greetingText + `#list\n`
	// greetingText is the greeting with escapes.
	greetingText = `@RSYNCD: 32.0 sha512 sha256 sha1 md5 md4\n`
)

// rowsOfListener are about global parameters.
func rowsOfListener() []row {
	return []row{
		{name: "motd", setup: `printf 'Welcome\nline two\n' >motd`, conf: "~motd file = D/motd\n[m]\npath = D/mod\ncomment = first one",
			do: `r $URL/; r --no-motd $URL/; r -q $URL/; r $URL/m/a.txt; r --no-motd $URL/m/a.txt; say '#list\n'`},
		{name: "motd missing", conf: "~motd file = D/none\n[m]\npath = D/mod", do: `r $URL/; say '\n'`},
		{name: "motd behind a stranger's link", root: true, setup: `echo secret >x; ln -s x motd; chown -h 65534 motd`, conf: "~motd file = D/motd\n[m]\npath = D/mod", do: `r $URL/`},
		{name: "pid file", conf: "~pid file = D/pid\n[m]\npath = D/mod",
			do: `sed 's/[0-9][0-9]*/PID/' pid; stat -c %a pid; "$DAEMON" --daemon --no-detach --config=conf --port=1 --address=127.0.0.1; echo $?; rm pid`},
		{name: "port", conf: "~port = PORT~~port = SPARE\n[m]\npath = D/mod", args: []string{"--address=127.0.0.1"}, do: `r $URL/`},
		{name: "port of the command line", conf: "port = SPARE\n~address = 127.0.0.2~~address = 127.0.0.1\n[m]\npath = D/mod", args: []string{"--port=PORT"},
			do: `r $URL/; r rsync://127.0.0.2:$PORT/`},
		{name: "address", conf: "~address = 127.0.0.2~~address = 127.0.0.3\n[m]\npath = D/mod", args: []string{"--port=PORT"}, do: `r $URL/; r rsync://127.0.0.2:$PORT/m/a.txt`},
		{name: "socket options", conf: "~socket options = SO_ZORK,SO_SNDLOWAT=1 IPTOS_LOWDELAY=2\tTCP_NODELAY SO_KEEPALIVE=0\n[m]\npath = D/mod", do: `r $URL/`},
		{name: "socket options of the command line", conf: "~socket options = SO_ZORK\n[m]\npath = D/mod\ncomment = x", do: `r $URL/`},
		{name: "socket options replaced", conf: "socket options = SO_ZORK\n[m]\npath = D/mod", args: []string{"--port=PORT", "--address=127.0.0.1", "--sockopts=SO_GROK"}, do: `r $URL/`},
		{name: "listen backlog", needs: []string{"ss"}, conf: "~listen backlog = 7\n[m]\npath = D/mod", do: `ss -Hltn "sport = :$PORT" | awk '{print $3}'`},
		{reset: true, name: "proxy, version 1", conf: "~proxy protocol = yes\n~proxy protocol hosts = 127.0.0.0/8\n[m]\npath = D/mod",
			do: `say -raw 'PROXY TCP4 10.1.2.3 1.1.1.1 1000 873\r\n` + listAll + `'
				say -raw 'PROXY TCP6 2001:db8::9 ::1 1000 873\r\n` + listAll + `'
				say -raw 'PROXY UNKNOWN and more\r\n` + listAll + `'
				for bad in 'TCP4 10.1.2.3 1.1.1.1 0 873' 'TCP4 10.1.2.3 1.1.1.1 1000 x' 'TCP4 10.1.2 1.1.1.1 1 2' 'TCP5 1.1.1.1 1.1.1.1 1 2' 'TCP6 fe80::1%lo ::1 1 2' 'TCP4'; do
					say -raw "PROXY $bad"'\r\n` + listAll + `'
				done
				say -raw '` + listAll + `'; say -raw 'PROXY TCP4 10.1.2.3 1.1.1.1 1000 873\n` + listAll + `'; r $URL/`},
		{reset: true, name: "proxy, version 2", conf: "~proxy protocol = yes\n~proxy protocol hosts = *\n[m]\npath = D/mod",
			do: `say -raw '` + proxyFour + listAll + `'
				say -raw '` + proxyLocal + listAll + `'
				say -raw '` + proxyTwo + `\x21\x21\x00\x24\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x09\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x03\xe8\x03\x69` + listAll + `'
				say -raw '` + proxyTwo + `\x21\x31\x00\x00` + listAll + `'
				say -raw '` + proxyTwo + `\x21\x11\x00\x0d\x0a\x01\x02\x03\x01\x01\x01\x01\x03\xe8\x03\x69\x00` + listAll + `'
				say -raw '` + proxyTwo + `\x31\x11\x00\x0c\x0a\x01\x02\x03\x01\x01\x01\x01\x03\xe8\x03\x69` + listAll + `'
				say -raw '` + proxyTwo + `\x22\x11\x00\x00` + listAll + `'`},
		{reset: true, name: "proxy headers with hostile lengths", conf: "~proxy protocol = yes\n~proxy protocol hosts = *\n[m]\npath = D/mod",
			do: `long=$(head -c 5000 /dev/zero | tr '\0' x)
				say -raw '` + proxyTwo + `\x21\x11\xff\xff'"$long"
				say -raw '` + proxyTwo + `\x21\x31\x00\xd9'"$long"
				say -raw '` + proxyTwo + `\x21\x11\x00\x00` + listAll + `'
				say -raw '` + proxyTwo + `\x20\x11\xff\xff` + listAll + `'
				say -raw "PROXY UNKNOWN $long"'\r\n` + listAll + `'
				say -raw "PROXY TCP4 $long"
				say -raw 'PROXY \r\n` + listAll + `'; say -raw 'PROXYTCP4 1.1.1.1 1.1.1.1 1 2\r\n` + listAll + `'
				say -raw '` + proxyFour + listAll + `'`},
		{reset: true, name: "proxy header from anybody", conf: "~proxy protocol = yes\n[m]\npath = D/mod", do: `say -raw '` + proxyFour + listAll + `'; r $URL/`},
		{name: "proxy header from a stranger", conf: "~proxy protocol = yes\n~proxy protocol hosts = 10.0.0.0/8 localhost\n[m]\npath = D/mod", do: `say -raw '` + proxyFour + listAll + `'`},
		{name: "daemon uid", root: true, bare: true, setup: `: >log; chmod 666 log`, conf: "log file = D/log\nuse chroot = no\n~daemon uid = nobody\n[m]\npath = D/up\nread only = no",
			do: `r -a src/ $URL/m/`},
		{name: "daemon gid", root: true, bare: true, setup: `: >log; chmod 666 log`, conf: "log file = D/log\nuse chroot = no\n~daemon gid = daemon\n~daemon uid = 65534\n[m]\npath = D/up\nread only = no",
			do: `r -a src/ $URL/m/`},
		{reset: true, name: "daemon uid and gid that nobody has", root: true, bare: true, conf: "log file = D/log\n~daemon uid = zork\n[m]\npath = D/mod", do: `r $URL/m/`},
		{reset: true, name: "daemon gid that nobody has", root: true, bare: true, conf: "log file = D/log\n~daemon gid = zork\n[m]\npath = D/mod", do: `r $URL/`},
		{name: "daemon chroot", root: true, bare: true, setup: `mkdir jail; cp -a mod jail/m; echo jailed >jail/m/x`, conf: "log file = D/log\nuse chroot = no\nuid = 0\ngid = 0\n~daemon chroot = D/jail\n[m]\npath = /m\nread only = no",
			do: `r -a $URL/m/ got/; r -a src/n $URL/m/; r $URL/`},
		{reset: true, name: "daemon chroot that is not there", root: true, conf: "~daemon chroot = D/none\n[m]\npath = D/mod", do: `r $URL/m/`},
	}
}

// rowsOfPlace are about where a module is and who its worker is.
func rowsOfPlace() []row {
	return []row{
		{name: "path", conf: "[m]\n~path = D/mod", do: `r -a $URL/m/ got/; r $URL/m/none; r -a $URL/m/../../../etc/hostname got/`},
		{name: "path missing", conf: "[m]\n~path = D/none///", do: `r $URL/m/`},
		{name: "path missing in a chroot", root: true, conf: "[m]\nuse chroot = yes\n~path = D/none", do: `r $URL/m/`},
		{name: "path is a file", conf: "[m]\n~path = D/mod/a.txt", do: `r $URL/m/`},
		{name: "path is relative", conf: "[m]\n~path = mod/", do: `r $URL/m/`},
		{name: "path with variables", conf: "[%FOO%]\ncomment = %FOO% %NOPE% 100% %% %foo% %FOO\n~path = D/%FOO%\n[mod2]\npath = D/%RSYNC_MODULE_NAME%\n[sub]\npath = D/mod/%RSYNC_MODULE_NAME%",
			do: `r $URL/; r $URL/mod/; r $URL/mod2/; r $URL/sub/`},
		{name: "no path", conf: "[m]\n~comment = x", do: `r $URL/; r $URL/m/`},
		{name: "name", conf: "[m]\npath = D/mod\n~name = other", do: `r $URL/; r $URL/m/; r $URL/other/`},
		{name: "comment", conf: "comment = fallback\n[m]\npath = D/mod\n~comment = first  one # with all\n[twenty-two-characters]\npath = D/mod", do: `r $URL/`},
		{name: "list", conf: "[m]\npath = D/mod\n~list = no\n[n]\npath = D/mod", do: `r $URL/; r $URL/m/`},
		{name: "list of a module that denies", conf: "[m]\npath = D/mod\n~list = false\nhosts allow = 10.0.0.0/8", do: `r $URL/m/`},
		{name: "chroot", root: true, setup: `mkdir mod/etc; echo inside >mod/etc/hostname; ln -s /etc/hostname mod/abs`, conf: "[m]\npath = D/mod\nread only = no\n~use chroot = yes",
			do: `r -aL $URL/m/ got/; r -a src/ $URL/m/`},
		{name: "chroot unset", root: true, bare: true, setup: `mkdir mod/etc; echo inside >mod/etc/hostname; ln -s /etc/hostname mod/abs`,
			conf: "log file = D/log\nuid = 0\ngid = 0\n[m]\npath = D/mod\nread only = no\n~use chroot = unset~~use chroot = no", do: `r -aL $URL/m/ got/; r -a src/ $URL/m/`},
		{name: "chroot with an inner path", root: true, setup: `mkdir mod/etc; echo inside >mod/etc/hostname; ln -s /etc/hostname mod/sub/abs`,
			conf: "[m]\npath = D/mod/./sub/\nread only = no\n~use chroot = yes", do: `r -a src/ $URL/m/; r -a $URL/m/../a.txt got/; r $URL/m/none`},
		{name: "chroot unset with an inner path", root: true, bare: true,
			conf: "log file = D/log\nuid = 0\ngid = 0\n[m]\n~path = D/mod/./sub~~path = D/mod/sub\nread only = no", do: `r -a src/ $URL/m/; r $URL/m/`},
		{name: "munge", root: true, conf: "[m]\npath = D/up\nread only = no\nuse chroot = yes\n~munge symlinks = yes", do: `r -rl src/ $URL/m/; r -rl $URL/m/ got/`},
		{name: "munge not", setup: `ln -s /../a src/d/l; ln -s /a/../../b/./c//d src/d/m; ln -s ../../x src/d/o`, conf: "[m]\npath = D/up\nread only = no\n~munge symlinks = no", do: `r -rl src/ $URL/m/; r -rl $URL/m/ got/`},
		{name: "munge by default", conf: "[m]\npath = D/up\nread only = no\n~munge symlinks = unset~~munge symlinks = no", do: `r -rl src/ $URL/m/; r -rl $URL/m/ got/; r -rl --munge-links src/ $URL/m/x/`},
		{name: "munge with the directory", root: true, setup: `mkdir mod/rsyncd-munged`, conf: "[m]\npath = D/mod\nuse chroot = yes\n~munge symlinks = yes", do: `r $URL/m/`},
		{name: "insecure links", root: true, setup: `mkdir out; echo x >out/x; ln -s ../out mod/link; ln -s ../out up/link; chown -h 65534 mod/link up/link`,
			conf: "munge symlinks = no\nread only = no\n[m]\npath = D/mod\n~insecure links = yes\n[up]\npath = D/up\n~insecure links = yes",
			do:   `r -r $URL/m/link/x got/; r -a src/n $URL/up/link/; r -aR $URL/m/link/./x got/`},
		{name: "numeric ids", root: true, setup: `chown 1:2 mod/a.txt`, conf: "[m]\npath = D/mod\n~numeric ids = yes", do: `r -a --usermap=daemon:777 --groupmap=bin:778 $URL/m/ got/`},
		{name: "numeric ids in a chroot", root: true, setup: `chown 1:2 mod/a.txt; mkdir mod/etc; cp /etc/passwd /etc/group /etc/nsswitch.conf mod/etc/`, conf: "[m]\npath = D/mod\nuse chroot = yes\n~numeric ids = no", do: `r -a --usermap=daemon:777 --groupmap=bin:778 $URL/m/ got/`},
		{name: "numeric ids of a push", root: true, setup: `chown 1:2 src/n`, conf: "[m]\npath = D/up\nread only = no\n~numeric ids = true", do: `r -a --chown=daemon:bin src/ $URL/m/; r -a --usermap='*:games' src/n $URL/m/x`},
		{name: "uid and gid", root: true, conf: "[m]\npath = D/up\nread only = no\n~uid = daemon\n~gid = nogroup, bin", do: `r -rt src/ $URL/m/`},
		{name: "uid and gid in numbers", root: true, conf: "[m]\npath = D/up\nread only = no\n~uid = 1\n~gid = 4242 , 2", do: `r -rt src/ $URL/m/; r -rt --groupmap='*:bin' -g src/n $URL/m/y`},
		{name: "gid of all groups", root: true, conf: "[m]\npath = D/up\nread only = no\nuid = daemon\n~gid = *", do: `r -rt src/ $URL/m/`},
		{name: "gid with a comma first", root: true, conf: "[m]\npath = D/up\nread only = no\nuid = daemon\n~gid = , nogroup ,bin", do: `r -rt src/ $URL/m/`},
		{name: "gid star is a name later", root: true, conf: "[m]\npath = D/up\n~gid = root *", do: `r $URL/m/`},
		{name: "gid star of an unknown user", root: true, conf: "[m]\npath = D/up\n~uid = 54321\n~gid = *", do: `r $URL/m/`},
		{name: "uid that nobody has", root: true, conf: "[m]\npath = D/up\n~uid = nosuchuser", do: `r $URL/m/`},
		{name: "gid that nobody has", root: true, conf: "[m]\npath = D/up\n~gid = root nosuchgrp", do: `r $URL/m/`},
		{name: "uid and gid by default", root: true, bare: true, conf: "log file = D/log\nuse chroot = no\n[m]\npath = D/up\nread only = no\n~uid = ~~uid = 1\n~gid = ~~gid = 1", do: `r -rt src/ $URL/m/`},
	}
}
