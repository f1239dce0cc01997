//go:build linux

package daemon

// rowsOfLog are about what is logged, and where.
func rowsOfLog() []row {
	everything := `log format = %o|%h|%a|%m|%u|%f|%l|%n|%P|%i|%U|%L|%M|%%|%z|%-8o|%08l`
	return []row{
		{name: "log file of a module", conf: "[m]\npath = D/mod\n~log file = D/log.m", do: `r $URL/m/a.txt; sed 's/^[^]]*\] //;s/sent .*//' log.m; rm log.m`},
		{name: "log file that cannot be opened", syslog: true, conf: "log file = D/log\n[m]\npath = D/mod\n~log file = D/none/log", do: `r $URL/m/a.txt`},
		{name: "log file not set", syslog: true, conf: "[m]\npath = D/mod\n~log file =~~log file = D/log", do: `r $URL/m/a.txt; r $URL/m/none; r $URL/none/`},
		{name: "log file of the command line", conf: "~log file =~~log file = D/other\n[m]\npath = D/mod", args: []string{"--port=PORT", "--address=127.0.0.1", "--log-file=D/log"}, do: `r $URL/; r $URL/none/; test -e other; echo $?; rm -f other`},
		{name: "syslog facility", syslog: true, conf: "~syslog facility = LOCAL5\n[m]\npath = D/mod\n[n]\npath = D/mod\n~syslog facility = security", do: `r $URL/m/a.txt; r $URL/n/a.txt; r $URL/n/none`},
		{name: "syslog facility by number", syslog: true, conf: "~syslog facility = 16~~syslog facility = bogus\n[m]\npath = D/mod", do: `r $URL/m/a.txt`},
		{name: "syslog tag", syslog: true, conf: "~syslog tag = mirror\n[m]\npath = D/mod\n[n]\npath = D/mod\n~syslog tag = %RSYNC_MODULE_NAME%-tag", do: `r $URL/m/a.txt; r $URL/n/a.txt`},
		{name: "transfer logging", conf: "[m]\npath = D/mod\n~transfer logging = yes\n[up]\npath = D/up\nread only = no\n~transfer logging = yes", setup: `mkdir up/gone; echo x >up/gone/f`,
			do: `r -a $URL/m/ got/; r -a --delete src/ $URL/up/; r -an $URL/m/ got2/; r $URL/m/; r -a $URL/m/ got/`},
		{name: "log format", conf: "transfer logging = yes\n[m]\npath = D/mod\n~" + everything + "\n[up]\npath = D/up\nread only = no\n~" + everything, setup: `mkdir up/gone; echo x >up/gone/f`,
			do: `r -a $URL/m/ got/; r -ii -a $URL/m/ got/; r -a --delete src/ $URL/up/; r -a --remove-source-files $URL/up/n got/`},
		{name: "log format without %o", conf: "transfer logging = yes\n[up]\npath = D/up\nread only = no\n~log format = %f %l", setup: `mkdir up/gone; echo x >up/gone/f`, do: `r -a --delete src/ $URL/up/; r -a $URL/up/ got/`},
		{name: "log format empty", conf: "transfer logging = yes\n[m]\npath = D/mod\n~log format =", do: `r -a $URL/m/ got/`},
		{name: "log format of the command line", conf: "~transfer logging = no\n[m]\npath = D/mod\ncomment = x~~", args: []string{"--port=PORT", "--address=127.0.0.1", "--log-file-format=FMT %n %i"}, do: `r -a $URL/m/ got/`},
		{name: "max verbosity", conf: "[m]\npath = D/mod\n~max verbosity = 2\n[n]\npath = D/mod\nmax verbosity = 0\n[up]\npath = D/up\nread only = no\n~max verbosity = 0",
			do: `r -avv $URL/m/ got/; r -avv $URL/n/ got2/; r -a src/ $URL/up/; r -a --info=all src/n $URL/up/y; r -a --info=flist2,name2 $URL/m/ got3/; r -a --debug=filter --exclude=q $URL/m/ got4/`},
		{name: "max verbosity by default", conf: "[m]\npath = D/up\nread only = no\n~max verbosity = 1~~max verbosity = 2", do: `r -a --info=skip2,name2,del2,backup $URL/m/ got/`},
	}
}

// rowsOfTransfer are about how files are read and written.
func rowsOfTransfer() []row {
	return []row{
		{name: "fake super", root: true, setup: `chown 65534 up; chown 5:6 src/n; chmod 4750 src/n; mknod src/dev c 1 3`, conf: "[m]\npath = D/up\nread only = no\nuid = nobody\ngid = nogroup\n~fake super = yes", do: `r -a src/ $URL/m/; r -a $URL/m/ got/`},
		{name: "fake super of a client", root: true, setup: `chown 5:6 src/n`, conf: "[m]\npath = D/up\nread only = no\n~fake super = no~~fake super = yes", do: `r -a -M--fake-super src/ $URL/m/`},
		{name: "incoming chmod", conf: "[m]\npath = D/up\nread only = no\n~incoming chmod = D700,F600", do: `r -a src/ $URL/m/; r -r src/ $URL/m/x/; r -a --chmod=a+x src/ $URL/m/y/`},
		{name: "incoming chmod that is none", conf: "[m]\npath = D/up\nread only = no\n~incoming chmod = zz", do: `r -a src/ $URL/m/`},
		{name: "outgoing chmod", conf: "~outgoing chmod = Fg+w,F400,Du=rwx,go-rx", do: `r -r $URL/m/; r -a $URL/m/ got/; r -a --chmod=Fo+r $URL/m/ got2/`},
		{name: "outgoing chmod that is none", conf: "~outgoing chmod = 999", do: `r -r $URL/m/`},
		{name: "ignore errors", root: true, setup: `chmod 0 mod/x.bak; echo x >got/stale`, conf: "uid = nobody\ngid = nogroup\n~ignore errors = yes", do: `r -rt --delete $URL/m/ got/; echo x >got/stale; r -rt --delete $URL/m/sub $URL/m/none got/`},
		{name: "ignore errors of a push", setup: `echo x >up/stale`, conf: "[m]\npath = D/up\nread only = no\n~ignore errors = yes", do: `r -r --delete src/ none $URL/m/`},
		{name: "ignore nonreadable", root: true, setup: `chmod 0 mod/x.bak mod/sub`, conf: "uid = nobody\ngid = nogroup\n~ignore nonreadable = yes", do: `r -rlt $URL/m/ got/`},
		{name: "temp dir", root: true, setup: `mkdir up/tmp; chmod 555 up/tmp`, conf: "[m]\npath = D/up\nread only = no\nuid = nobody\ngid = nogroup\n~temp dir = tmp/", do: `r -r src/ $URL/m/`},
		{name: "temp dir missing", conf: "[m]\npath = D/up\nread only = no\n~temp dir = /none", do: `r -r src/ $URL/m/; mkdir up/own; r -r --temp-dir=own src/ $URL/m/`},
		{name: "temp dir of the command line", conf: "[m]\npath = D/up\nread only = no\n~temp dir = /none", args: []string{"--port=PORT", "--address=127.0.0.1", "-T", "nada"}, do: `r -r src/ $URL/m/`},
		{name: "dont compress", setup: `head -c 200000 /dev/zero >mod/big.txt; head -c 200000 /dev/zero >mod/big.gz`, conf: "~dont compress = *",
			do: `for f in big.txt big.gz; do for z in zlib zlibx zstd lz4; do rm -rf got; "$CLIENT" -a --zc=$z --stats $URL/m/$f got/ | awk '/Total bytes rec/ {gsub(",",""); print ($4 < 20000) ? "small" : "large"}'; done; done`},
		{name: "dont compress by suffix", setup: `head -c 200000 /dev/zero >mod/big.txt; head -c 200000 /dev/zero >mod/big.gz`, conf: "~dont compress = *.txt *.TXT~~dont compress = *",
			do: `for f in big.txt big.gz; do for z in zlib zlibx zstd lz4; do rm -rf got; "$CLIENT" -a --zc=$z --stats $URL/m/$f got/ | awk '/Total bytes rec/ {gsub(",",""); print ($4 < 20000) ? "small" : "large"}'; done; done`},
		{name: "charset", setup: `: >"mod/$(printf 'caf\303\251')"; : >"src/$(printf '\351t\351')"`, conf: "[m]\npath = D/mod\n~charset = utf-8\n[up]\npath = D/up\nread only = no\n~charset = utf-8",
			do: `r -a --iconv=latin1 $URL/m/ got/; r -a --iconv=latin1 src/ $URL/up/; r -a --iconv=latin1,cp437 $URL/m/ got2/; r -a $URL/m/ got3/`},
		{name: "open noatime", root: true, setup: `touch -a -d @900000000 mod/a.txt mod/sub/b.txt`, conf: "~open noatime = yes", do: `r -a $URL/m/ got/; stat -c '%X %n' mod/a.txt mod/sub/b.txt`},
		{name: "open noatime not", root: true, setup: `touch -a -d @900000000 mod/a.txt`, conf: "~open noatime = no~~open noatime = unset", do: `r -a -M--open-noatime $URL/m/ got/; test "$(stat -c %X mod/a.txt)" = 900000000; echo $?`},
	}
}

// rowsOfRules are about what a module hides.
func rowsOfRules() []row {
	const do = `r -r $URL/m/; r -a $URL/m/ got/; r -a $URL/m/sub got2/; r -a $URL/m/x.bak got3/; r -a src/n $URL/m/y.bak; r -a src/ $URL/m/sub/; r -a --delete src/ $URL/m/; r -a --delete-excluded -f 'H n' src/ $URL/m/`
	const look = `r -r $URL/m/; r -a $URL/m/ got/; r -a $URL/m/sub got2/; r -a $URL/m/x.bak got3/; r -a src/n $URL/m/y.bak`
	const more = `mkdir mod/keep; echo k >mod/keep/k.bak; echo c >mod/c.o; printf -- '*.o\n# comment\n\n; another\n+ *.bak\n!\nsub/\n' >from; printf 'keep/***\n/a.*\n' >inc
`
	return []row{
		{name: "exclude", setup: more, conf: "~exclude = /sub/*** *.bak", do: do},
		{name: "exclude with signs", setup: more, conf: "~exclude = + keep/ - *.bak + *.txt - /sub", do: do},
		{name: "exclude with wildcards", setup: more, conf: "~exclude = k*/*.bak [a-c].o **/b.txt\n", do: do},
		{name: "include", setup: more, conf: "~include = keep/*** x.bak\nexclude = *.bak", do: do},
		{name: "exclude from", setup: more, conf: "~exclude from = D/from", do: do},
		{name: "include from", setup: more, conf: "~include from = D/inc\nexclude = *", do: look},
		{name: "exclude from a missing file", conf: "~exclude from = D/none", do: `r $URL/m/`},
		{name: "include from a missing file", conf: "~include from = D/none", do: `r $URL/m/`},
		{name: "filter", setup: more, conf: "~filter = - *.bak -/ D/mod/c.o P,H sub/", do: do},
		{name: "filter with a merge file", setup: more, conf: "~filter = .-_D/from", do: do},
		{name: "filter with a merge file in each directory", setup: more + `printf -- '- a.txt\n' >mod/.rules; printf -- '- b.*\n' >mod/sub/.rules`, conf: "~filter = :_.rules", do: look},
		{name: "filter that is none", conf: "~filter = x /foo", do: `r $URL/m/`},
		{name: "filter before include before exclude", setup: more, conf: "~filter = + x.bak\n~include = k.bak~~include = c.o\n~exclude = *.bak", do: do},
		{name: "rules of a chroot", root: true, setup: more, conf: "[m]\npath = D/mod\nread only = no\nuse chroot = yes\n~exclude = /sub *.bak", do: do},
		{name: "rules of an inner path", root: true, setup: more, conf: "[m]\npath = D/./mod\nread only = no\nuse chroot = yes\n~exclude = /sub *.bak", do: do},
		{name: "rules from a file outside the chroot", root: true, setup: more, conf: "[m]\npath = D/mod\nread only = no\nuse chroot = yes\n~exclude from = D/from", do: do},
	}
}
