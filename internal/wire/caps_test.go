package wire_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"godwit/internal/wire"
)

// TestClientCaps checks the strings observed in docs/protocol/01-connection.md
// §4.3, and the flags of §5.5 that servers answer them with.
func TestClientCaps(t *testing.T) {
	released := map[string]string{ // as sent by client versions : answer of a full server, from §17
		".iL":        "07",    // 3.0.0
		".iLsfxC":    "3f",    // 3.1.3
		".iLsfxCIv":  "80 ff", // 3.2.0
		".iLsfxCIvu": "81 ff", // 3.4.1, 3.5.0
		".LsfxCIvu":  "81 fe",
	}
	for value, want := range released {
		c := wire.ParseClientCaps(value)
		if c.String() != value {
			t.Errorf("%s came back as %s", value, c)
		}
		got := wire.AppendCompatFlags(nil, c.Answer(wire.CompatAll), c)
		if !bytes.Equal(got, unhex(t, want)) {
			t.Errorf("answer to %s = % X, want %s", value, got, want)
		}
	}
	if got := wire.CapAll.String(); got != ".iLsfxCIvu" {
		t.Errorf("all capabilities = %s", got)
	}
	c := wire.ParseClientCaps(".iLsfxC")
	if got := c.Answer(wire.CompatAll &^ wire.CompatIncRecurse); got != 0x3e {
		t.Errorf("without incremental recursion: %#x", got)
	}
	old := wire.ParseClientCaps(".iLV")
	if got := wire.AppendCompatFlags(nil, old.Answer(wire.CompatAll), old); !bytes.Equal(got, []byte{0x87}) {
		t.Errorf("answer to V = % X", got)
	}
	if caps := wire.NewCaps(31, old.Answer(wire.CompatAll), old, true); caps.Negotiates || !caps.VarintFlags {
		t.Errorf("V: %+v", caps)
	}
}

func TestSubProtocol(t *testing.T) {
	for value, want := range map[string][2]int{"33.4iL": {33, 4}, "32.0": {32, 0}} {
		v, s, ok := wire.ParseSubProtocol(value)
		if !ok || v != want[0] || s != want[1] {
			t.Errorf("%s = %d.%d, %v", value, v, s, ok)
		}
	}
	for _, value := range []string{"", ".iL", "ssh", "33", "33.", "99999.1"} {
		if _, _, ok := wire.ParseSubProtocol(value); ok {
			t.Errorf("%q has a version", value)
		}
	}
}

// TestCaps checks the derived facts of docs/protocol/01-connection.md §5.5.
func TestCaps(t *testing.T) {
	const all = wire.CompatAll
	for _, c := range []struct {
		name string
		got  wire.Caps
		want wire.Caps
	}{
		{"29", wire.NewCaps(29, all, wire.CapAll, true), wire.Caps{Protocol: 29}},
		{"30 without flags", wire.NewCaps(30, 0, 0, false), wire.Caps{Protocol: 30}},
		{"31 without flags", wire.NewCaps(31, 0, 0, false), wire.Caps{Protocol: 31, SafeFlist: true, XattrOptim: true}},
		{"30 safe list", wire.NewCaps(30, wire.CompatSafeFlist, 0, false), wire.Caps{Protocol: 30, SafeFlist: true}},
		{"32 client", wire.NewCaps(32, all, 0, false), wire.Caps{Protocol: 32, IncRecurse: true, SafeFlist: true,
			SeedFirst: true, InplacePartial: true, VarintFlags: true, Negotiates: true, ID0Names: true,
			PeerSymlinkTimes: true, PeerSymlinkIconv: true}},
		{"32 server", wire.NewCaps(32, all, wire.CapVarintFlags|wire.CapSymlinkTimes, true), wire.Caps{Protocol: 32,
			IncRecurse: true, SafeFlist: true, SeedFirst: true, InplacePartial: true, VarintFlags: true,
			Negotiates: true, ID0Names: true, PeerSymlinkTimes: true}},
	} {
		if c.got != c.want {
			t.Errorf("%s:\ngot  %+v\nwant %+v", c.name, c.got, c.want)
		}
	}
	if wire.CompatAll != 0x1ff || wire.CompatID0Names != 0x100 {
		t.Error("the compatibility flags are not bits 0 to 8")
	}
}

// TestNames checks docs/protocol/01-connection.md §6.3 to §6.5.
func TestNames(t *testing.T) {
	client := wire.SplitNames("xxh128 xxh3 xxh64 md5 md4 sha1")
	old := wire.SplitNames("xxh64 md5 md4 none")
	if got, ok := wire.ChooseName(client, old); got != "xxh64" || !ok {
		t.Errorf("3.5.0 with 3.2.0: %q", got)
	}
	if got, _ := wire.ChooseName(wire.SplitNames("md5 md4 xxh128"), append(client, "none")); got != "md5" {
		t.Errorf("the client's order: %q", got)
	}
	if got, ok := wire.ChooseName([]string{"MD5"}, client); got != "MD5" || !ok {
		t.Errorf("case: %q", got)
	}
	if _, ok := wire.ChooseName([]string{"xxh3"}, []string{"md5"}); ok {
		t.Error("nothing in common, yet chosen")
	}
	wantFailure(t, wire.NoCommonName("checksum", false, []string{"md5"}, []string{"xxh3"}), 4,
		"Failed to negotiate a checksum choice.\nServer list: md5\nClient list: xxh3")
	wantFailure(t, wire.NoCommonName("compress", true, []string{"zlib"}, []string{"zstd", "lz4"}), 4,
		"Failed to negotiate a compress choice.\nClient list: zlib\nServer list: zstd lz4")
}

func TestUserNames(t *testing.T) {
	canonical := func(name string) (string, bool) {
		switch strings.ToLower(name) {
		case "xxhash":
			return "xxh64", true
		case "md5", "md4", "xxh64":
			return name, true
		}
		return "", false
	}
	for _, c := range []struct {
		value  string
		server bool
		want   string
	}{
		{"", false, ""},
		{" \t", true, ""},
		{"MD5 xxhash", false, "MD5 xxh64"},
		{"md5 MD5 foo xxh64 xxhash", false, "md5 xxh64"},
		{"md5,md4", false, "INVALID"},
		{"foo", true, "INVALID"},
		{"md5 & md4", false, "md5"},
		{"md5 & md4", true, "md4"},
		{"md5&", true, ""},
		{"&md4", false, ""},
	} {
		got := wire.UserNames(c.value, c.server, canonical)
		if want := strings.Fields(c.want); !slices.Equal(got, want) || (c.want == "") != (got == nil) {
			t.Errorf("UserNames(%q, %v) = %q, want %q", c.value, c.server, got, want)
		}
	}
}
