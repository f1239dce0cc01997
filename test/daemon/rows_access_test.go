//go:build linux

package daemon

import (
	"fmt"
	"strings"
)

// request is a pull of the module m as a raw client asks for it.
const request = `m\n--server\x00--sender\x00-e.LsfxCIvu\x00.\x00m/\x00\x00`

// rowsOfAccess are about who may connect, how many, and for how long.
func rowsOfAccess() []row {
	return append(rowsOfHosts(), []row{
		{name: "read only", conf: "[m]\npath = D/mod\n~read only = no\n[n]\npath = D/mod", do: `r -a src/ $URL/m/; r -an src/ $URL/m/x/; r -a --remove-source-files $URL/m/a.txt got/; r -a src/ $URL/n/`},
		{name: "read only by default", conf: "[m]\npath = D/mod\n~read only = yes~~read only = no", do: `r -an src/ $URL/m/; r -a --remove-source-files $URL/m/a.txt got/; r -a $URL/m/ got/`},
		{name: "write only", conf: "[m]\npath = D/up\nread only = no\n~write only = yes", do: `r -a src/ $URL/m/; r -a $URL/m/ got/; r $URL/m/`},
		{name: "write only and read only", conf: "[m]\npath = D/up\n~write only = yes", do: `r -a src/ $URL/m/; r $URL/m/`},
		{name: "max connections", conf: "[m]\npath = D/mod\n~max connections = 1\n~lock file = D/lock\n[n]\npath = D/mod\nlock file = D/lock\nmax connections = 2\n[free]\npath = D/mod",
			do: `say -then 'r $URL/m/; r $URL/n/a.txt; r $URL/free/a.txt' 'm\n'; stat -c '%a %s' lock`},
		{name: "max connections below zero", conf: "[m]\npath = D/mod\n~max connections = -1\n~lock file = D/lock", do: `r $URL/m/`},
		{name: "max connections is no number", conf: "[m]\npath = D/mod\n~max connections = 1x\nlock file = D/lock", do: `say -then 'r $URL/m/' 'm\n'`},
		{name: "lock file that cannot be", conf: "[m]\npath = D/mod\nmax connections = 2\n~lock file = D/none/lock", do: `r $URL/m/`},
		{name: "lock file shared", conf: "~max connections = 1\n~lock file = D/lock\n[m]\npath = D/mod\n[n]\npath = D/mod", do: `say -then 'r $URL/n/' 'm\n'`},
		{name: "timeout of the start", conf: "~timeout = 1~~timeout = 61\n[m]\npath = D/mod", env: []string{}, do: `timeout 20 say; timeout 20 say 'm\n'; timeout 20 say '` + request + `'`},
		{name: "timeout", conf: "[m]\npath = D/mod\n~timeout = 1~~timeout = 2", do: `say '` + request + `'`},
		{name: "timeout of the client", conf: "[m]\npath = D/mod\n~timeout = 50~~timeout = 1", do: `say 'm\n--server\x00--sender\x00--timeout=2\x00-e.LsfxCIvu\x00.\x00m/\x00\x00'`},
		{name: "refused", reset: true, conf: "~refuse options = delete c zork", do: `r -a --delete src/ $URL/m/; r -ac $URL/m/ got/; r -a --remove-source-files src/ $URL/m/; r -a --delete $URL/m/ got/; r -a src/ $URL/m/`},
		{name: "refused wildcards and negation", reset: true, conf: "~refuse options = * !a !v !delete*", do: `r -av $URL/m/ got/; r -az $URL/m/ got/; r -aH $URL/m/ got/; r -a --delete src/ $URL/m/x/; r -a --delete-after src/ $URL/m/x/; r -a --numeric-ids src/ $URL/m/; r -n -a src/ $URL/m/y/`},
		{name: "refused exact names only", reset: true, conf: "~refuse options = dry-run checksum-seed server", do: `r -an $URL/m/ got/; r -a --checksum-seed=5 $URL/m/ got/`},
		{name: "refused archive", reset: true, conf: "~refuse options = archive", do: `r -a $URL/m/ got/; r -r $URL/m/ got/; r -z $URL/m/a.txt got/`},
		{name: "refused D", reset: true, conf: "~refuse options = D", do: `r -a $URL/m/ got/; r --devices $URL/m/ got/; r -rlptgo $URL/m/ got/`},
		{name: "refused implied options", reset: true, conf: "~refuse options = delete-before partial inplace compress", do: `r -a --delete src/ $URL/m/x/; r -a --delete-before src/ $URL/m/x/; r -aP $URL/m/ got/; r -a --append src/ $URL/m/; r -a --partial-dir=p src/ $URL/m/y/; r -az src/ $URL/m/; r -a --zc=zstd src/ $URL/m/; r --new-compress src/n $URL/m/`},
		{name: "refused by other spellings", reset: true, conf: "~refuse options = del i-r timeout", do: `r -a --delete-during src/ $URL/m/; r -a --timeout=5 src/ $URL/m/; r -a --no-inc-recursive src/ $URL/m/`},
		{name: "refused badly", reset: true, conf: "~refuse options = check --checksum -c ! !!c CHECKSUM", do: `r -ac $URL/m/ got/`},
		{name: "refused anyway", reset: true, conf: "~refuse options = !iconv !log-file !copy-devices ! write-devices~~refuse options = copy-devices", do: `r -a --iconv=utf8 $URL/m/ got/; r -a -M--log-file=x $URL/m/ got/; r -a -M--insecure-links $URL/m/ got/; r -a --copy-devices $URL/m/ got/; r -a --write-devices src/ $URL/m/; r -a -M--daemon $URL/m/ got/; r -a -M--zork $URL/m/ got/`},
		{name: "refused no-iconv", reset: true, conf: "charset = utf-8\n~refuse options = no-iconv", do: `r $URL/m/; r --iconv=utf-8 $URL/m/`},
		{name: "refused sender", reset: true, conf: "~refuse options = sender", do: `r $URL/m/; r -a src/ $URL/m/`},
		{name: "refused at protocol 30", reset: true, conf: "~refuse options = c", do: `r --protocol=30 -ac $URL/m/ got/; r --protocol=30 -ac src/ $URL/m/; r --protocol=29 -ac src/ $URL/m/; r --protocol=27 -ac $URL/m/ got/`},
	}...)
}

// rowsOfHosts has a row for each value of the lists.
func rowsOfHosts() []row {
	var out []row
	add := func(name, lines string) { out = append(out, row{name: name, conf: lines, do: `r $URL/m/a.txt`}) }
	for _, v := range []string{"127.0.0.2", "*.example.com", "127.0.0.1/33", "127.0.0.1/x 127.0.0.1/255.255.255.256 127.0.0.1/", "127.0.0.999 1.2.3.4.5 /8", "@grp UNKNOWN UNDETERMINED", "nosuch.invalid", "::1 127 127.*.*.*"} {
		add("hosts allow "+v, "~hosts allow = "+v)
	}
	for _, v := range []string{"127.0.0.1", "*", "127.0.0.0/8", "LOCAL*", "10.0.0.1,local?ost", "127.1", "017700000001", "nosuch.invalid", "UNDETERMINED", "127.1.0.0/255.0.0.0", "10.0.0.0/0"} {
		add("hosts deny "+v, "~hosts deny = "+v)
	}
	for _, v := range [][2]string{{"127.0.0.1", "*"}, {"nosuch.invalid localhost", "127.0.0.1"}} {
		add(fmt.Sprintf("hosts allow %s deny %s", v[0], v[1]), "~hosts allow = "+v[0]+"\nhosts deny = "+v[1])
	}
	for _, v := range [][2]string{{"127.0.0.2", "127.0.0.1"}, {"127.0.0.2", "nosuch.invalid"}} {
		add(fmt.Sprintf("hosts allow %s deny %s", v[0], v[1]), "hosts allow = "+v[0]+"\n~hosts deny = "+v[1])
	}
	add("forward lookup", "hosts deny = nosuch.invalid\n~forward lookup = no")
	add("forward lookup off finds nobody", "reverse lookup = no\nhosts allow = localhost\n~forward lookup = no")
	return append(out,
		row{name: "reverse lookup", conf: "~reverse lookup = no\n[m]\npath = D/mod\nhosts allow = localhost\n[n]\npath = D/mod\nhosts allow = 10.0.0.1", do: `r $URL/; r $URL/m/a.txt; r $URL/n/; r $URL/none/`},
		row{name: "reverse lookup of a module", conf: "reverse lookup = no\n[m]\npath = D/mod\n~reverse lookup = yes\n[n]\npath = D/mod", do: `r $URL/m/a.txt; r $URL/n/a.txt; r $URL/none/`},
		row{name: "reverse lookup not in a module", conf: "transfer logging = yes\n~reverse lookup = no\nhosts deny = 10.*", do: `r -a $URL/m/a.txt got/`},
	)
}

// secrets is the set-up of passwords: users of the rules, and files to give them.
const secrets = `printf 'mail:abc123\njoe:pw:with:colon \n@root:grp\nroot:own\nadmin1:adm\njoe:second\n#x:y\nbob:b\nsusan:s\npat:p\n' >secrets; chmod 600 secrets
`

// login is a command line for a user with a password.
func login(user, password, rest string) string {
	return fmt.Sprintf("RSYNC_PASSWORD='%s' r %s; ", password, strings.ReplaceAll(rest, "URL", "rsync://"+user+"@127.0.0.1:$PORT"))
}

// rowsOfAuth are about passwords.
func rowsOfAuth() []row {
	rules := ""
	for _, u := range [][2]string{{"bob", "b"}, {"root", "grp"}, {"root", "own"}, {"admin1", "adm"}, {"susan", "s"}, {"pat", "p"}, {"nobody", "x"}, {"joe", "second"}} {
		rules += login(u[0], u[1], "-a src/n URL/m/")
	}
	digests := ""
	for _, d := range []string{"32.0 sha512 sha256", "32.0 md4 sha1", "31.0", "29", "32.0 foo", "29.0 sha1", "31.0 sha256 md5"} {
		digests += `say -raw '@RSYNCD: ` + d + `\nm\njoe x\n' | sed 's/AUTHREQD .*/AUTHREQD/'; `
	}
	return []row{
		{name: "auth users", setup: secrets, conf: "secrets file = D/secrets\n~auth users = mail", do: login("mail", "abc123", "URL/m/a.txt") + login("mail", "wrong", "URL/m/") + login("joe", "abc123", "URL/m/") + login("mail", "", "-a src/ URL/m/") + `RSYNC_PASSWORD=abc123 r $URL/m/`},
		{name: "auth users rules", setup: secrets, conf: "[m]\npath = D/up\nread only = yes\nsecrets file = D/secrets\n~auth users = bob:deny @root:ro admin*:rw, joe susan:RO pat:zz", do: rules},
		{name: "auth users rules of a module to write to", setup: secrets, conf: "[m]\npath = D/up\nread only = no\nsecrets file = D/secrets\n~auth users = bob:deny @root:ro admin*:rw, joe susan:RO pat:zz", do: rules},
		{name: "auth users with a comma first", setup: secrets + `printf 'two words:x\n' >>secrets`, conf: "secrets file = D/secrets\n~auth users = , two words, mail:ro ,joe", do: login("mail", "abc123", "URL/m/a.txt") + login("words", "x", "URL/m/") + login("joe", "pw:with:colon ", "URL/m/a.txt")},
		{name: "auth users of strange names", setup: secrets, conf: "secrets file = D/secrets\n~auth users = *", do: login("%23x", "y", "URL/m/") + login("unknown", "y", "URL/m/") + login("joe", "pw:with:colon ", "URL/m/a.txt") + `say 'm\nmail\n' | sed 's/AUTHREQD .*/AUTHREQD/'; say 'm\n mail x\n' | sed 's/AUTHREQD .*/AUTHREQD/'`},
		{name: "secrets file", setup: secrets, conf: "auth users = mail\n~secrets file = D/secrets", do: login("mail", "abc123", "URL/m/a.txt")},
		{name: "secrets file missing", setup: secrets, conf: "auth users = mail\n~secrets file = D/none~~secrets file = D/secrets", do: login("mail", "abc123", "URL/m/")},
		{name: "secrets file emptied", setup: secrets, conf: "secrets file = D/secrets\n[m]\npath = D/mod\nauth users = mail\n~secrets file =", do: login("mail", "abc123", "URL/m/")},
		{name: "secrets file without the user", setup: secrets, conf: "auth users = zoe\n~secrets file = D/secrets", do: login("zoe", "abc123", "URL/m/")},
		{name: "secrets file without an end", setup: `printf 'a\n\n:\nmail\n%5000s:x\nmail:abc123' x >secrets; chmod 600 secrets`, conf: "auth users = *\n~secrets file = D/secrets", do: login("nobodyhere", "x", "URL/m/") + login("mail", "abc123", "URL/m/a.txt")},
		{name: "secrets file behind a stranger's link", root: true, setup: secrets + `ln -s secrets link; chown -h 65534 link`, conf: "auth users = mail\n~secrets file = D/link~~secrets file = D/secrets", do: login("mail", "abc123", "URL/m/a.txt")},
		{name: "strict modes", setup: secrets + `chmod 604 secrets`, conf: "auth users = mail\nsecrets file = D/secrets\n~strict modes = no", do: login("mail", "abc123", "URL/m/a.txt")},
		{name: "strict modes by default", setup: secrets + `chmod 602 secrets`, conf: "auth users = mail\nsecrets file = D/secrets\n~strict modes = yes~~strict modes = no", do: login("mail", "abc123", "URL/m/a.txt")},
		{name: "strict modes and the owner", root: true, setup: secrets + `chown 8 secrets`, conf: "auth users = mail\nsecrets file = D/secrets\n~strict modes = 1~~strict modes = 0", do: login("mail", "abc123", "URL/m/a.txt")},
		{name: "strict modes let a group read", setup: secrets + `chmod 640 secrets`, conf: "auth users = mail\n~secrets file = D/secrets\nstrict modes = yes", do: login("mail", "abc123", "URL/m/a.txt")},
		{name: "auth digest", setup: secrets, conf: "auth users = *\nsecrets file = D/secrets\n~auth digest = SHA256", do: digests + login("mail", "abc123", "URL/m/a.txt") + login("mail", "abc123", "--protocol=29 URL/m/a.txt")},
		{name: "auth digest that does not exist", setup: secrets, conf: "auth users = *\nsecrets file = D/secrets\n~auth digest = sha384", do: digests + login("mail", "abc123", "URL/m/a.txt")},
		{name: "digests", setup: secrets, conf: "secrets file = D/secrets\n~auth users = *", do: digests},
	}
}
