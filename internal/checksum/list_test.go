package checksum

import "testing"

func TestLists(t *testing.T) {
	if got := Defaults(false).String(); got != "xxh128 xxh3 xxh64 md5 md4 sha1" {
		t.Errorf("client list %q", got)
	}
	if got := Defaults(true).String(); got != "xxh128 xxh3 xxh64 md5 md4 sha1 none" {
		t.Errorf("server list %q", got)
	}
	for _, c := range []struct {
		value  string
		server bool
		want   string
	}{
		{"MD5 xxhash", false, "MD5 xxh64"},
		{"md5 foo md5\txxh64 xxhash", true, "md5 xxh64"},
		{"md5,md4", false, "INVALID"},
		{"  ", false, "xxh128 xxh3 xxh64 md5 md4 sha1"},
		{"md5 & md4", false, "md5"},
		{"md5 & md4", true, "md4"},
		{"md5 &", true, "xxh128 xxh3 xxh64 md5 md4 sha1 none"},
	} {
		if got := UserList(c.value, c.server).String(); got != c.want {
			t.Errorf("UserList(%q, %v) = %q, want %q", c.value, c.server, got, c.want)
		}
	}
}

func TestChoose(t *testing.T) {
	for _, c := range []struct {
		order, allowed string
		want           Kind
		ok             bool
	}{
		{"xxh128 xxh3 md5", "xxh64 md5 md4 none", MD5, true},
		{"md5 md4 xxh128", "xxh128 xxh3 xxh64 md5 md4", MD5, true},
		{"xxh3", "md5", None, false},
		{"", "md5", None, false},
	} {
		if k, ok := Choose(ParseList(c.order), ParseList(c.allowed)); k != c.want || ok != c.ok {
			t.Errorf("Choose(%q, %q) = %v, %v", c.order, c.allowed, k, ok)
		}
	}
}

func TestParseChoice(t *testing.T) {
	for _, c := range []struct {
		value string
		want  Choice
		err   string
	}{
		{"md5", Choice{Transfer: MD5, File: MD5}, ""},
		{"xxhash,SHA1", Choice{Transfer: XXH64, File: SHA1}, ""},
		{"auto", Choice{AutoTransfer: true, AutoFile: true}, ""},
		{"auto,AUTO", Choice{AutoTransfer: true, AutoFile: true}, ""},
		{"auto,md5", Choice{AutoTransfer: true, File: MD5}, ""},
		{"none,md5", Choice{Transfer: None, File: MD5}, ""},
		{"foo", Choice{}, "unknown checksum name: foo"},
		{"foo,md5", Choice{}, "unknown checksum name: foo,md5"},
		{"md5,foo", Choice{}, "unknown checksum name: foo"},
		{"md4,xxh3,x", Choice{}, "unknown checksum name: xxh3,x"},
		{"", Choice{}, "unknown checksum name: "},
		{"md5,", Choice{}, "unknown checksum name: "},
	} {
		got, err := ParseChoice(c.value)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if got != c.want || text != c.err {
			t.Errorf("ParseChoice(%q) = %+v, %q", c.value, got, text)
		}
	}
}

func TestNegotiated(t *testing.T) {
	for value, want := range map[string]bool{"auto": true, "auto,auto": true, "auto,md5": false, "md5,auto": false, "md5": false} {
		if c, err := ParseChoice(value); err != nil || c.Negotiated() != want {
			t.Errorf("%q: negotiated %v, %v", value, c.Negotiated(), err)
		}
	}
}
