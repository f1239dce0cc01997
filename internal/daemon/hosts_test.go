package daemon

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
)

// names is a name service of two hosts.
type names struct{}

func (names) LookupAddr(_ context.Context, addr string) ([]string, error) {
	switch addr {
	case "127.0.0.1":
		return []string{"localhost."}, nil
	case "10.0.0.9":
		return []string{"localhost"}, nil
	}
	return nil, errors.New("no name")
}

func (names) LookupNetIP(_ context.Context, network, host string) ([]netip.Addr, error) {
	if host == "localhost" && network == "ip4" {
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}
	return nil, errors.New("no such host")
}

// TestHosts is the table of docs/protocol/07-daemon.md §12.3.
func TestHosts(t *testing.T) {
	tests := []struct {
		allow, deny string
		want        bool
		log         string
	}{
		{"127.0.0.1", "", true, ""}, {"127.0.0.0/8", "", true, ""}, {"127.0.0.0/255.0.0.0", "", true, ""}, {"127.1.0.0/255.0.0.0", "", true, ""},
		{"10.0.0.0/0", "", true, ""}, {"127.1", "", true, ""}, {"2130706433", "", true, ""}, {"017700000001", "", true, ""},
		{"localhost", "", true, ""}, {"LOCAL*", "", true, ""}, {"local?ost", "", true, ""}, {"*", "", true, ""},
		{"10.0.0.1 127.0.0.1", "", true, ""}, {"10.0.0.1,127.0.0.1", "", true, ""}, {"10.0.0.1\t127.0.0.1", "", true, ""},
		{"127.0.0.0/+8", "", true, ""}, {"127.0.0.0/08", "", true, ""}, {"10.0.0.0/-0", "", true, ""},
		{"127.0.0.2", "", false, ""}, {"*.example.com", "", false, ""}, {"::1", "", false, ""}, {"127", "", false, ""}, {"127.*.*.*", "", false, ""},
		{"UNKNOWN", "", false, ""}, {"@grp", "", false, ""},
		{"127.0.0.1/33", "", false, "malformed mask in 127.0.0.1/33"}, {"127.0.0.1/", "", false, "malformed mask in 127.0.0.1/"},
		{"127.0.0.1/x", "", false, "malformed mask in 127.0.0.1/x"}, {"127.0.0.1/255.255.255.256", "", false, "malformed mask in"},
		{"127.0.0.1/255.0.0", "", false, "malformed mask in"}, {"127.0.0.1/8/9", "", false, "malformed mask in"}, {"127.0.0.1/8.", "", false, "malformed mask in"},
		{"127.0.0.999", "", false, "error matching address 127.0.0.999: Name or service not known"},
		{"/8", "", false, "error matching address"}, {"1.2.3.4.5", "", false, "error matching address"},
		{"", "127.0.0.1", false, ""}, {"", "*", false, ""}, {"", "10.0.0.1", true, ""}, {"", "@grp", true, ""},
		{"", "nosuch.invalid", false, ""}, {"", "UNDETERMINED", false, ""}, {"nosuch.invalid", "", false, ""},
		{"nosuch.invalid", "10.0.0.1", true, ""}, {"127.0.0.1", "*", true, ""}, {"127.0.0.2", "*", false, ""}, {"127.0.0.2", "10.0.0.1", true, ""},
	}
	for _, tt := range tests {
		var said string
		h := hostLists{resolver: names{}, forward: true, log: func(s string) { said += s + "\n" }}
		p := peer{Name: "localhost", Addr: netip.MustParseAddr("127.0.0.1")}
		if got := h.allowed(t.Context(), &p, tt.allow, tt.deny); got != tt.want {
			t.Errorf("allow %q, deny %q: %v", tt.allow, tt.deny, got)
		}
		if !strings.Contains(said, tt.log) || tt.log == "" && said != "" {
			t.Errorf("allow %q, deny %q said %q", tt.allow, tt.deny, said)
		}
	}
	h := hostLists{resolver: names{}, forward: true, log: func(s string) { t.Log(s) }}
	p := peer{Name: nameUndetermined, Addr: netip.MustParseAddr("127.0.0.1")}
	if !h.allowed(t.Context(), &p, "localhost", "") || p.Name != "localhost" {
		t.Errorf("a forward look-up gives a name: %q", p.Name)
	}
	h.forward = false
	if p.Name = nameUndetermined; !h.allowed(t.Context(), &p, "", "nosuch.invalid") {
		t.Error("without look-ups a name denies")
	}
}

func TestReverse(t *testing.T) {
	for addr, want := range map[string]string{"127.0.0.1": "localhost", "0.0.0.0": nameUnknown, "10.0.0.9": nameUnknown, "10.0.0.8": nameUnknown} {
		var said []string
		if got := reverse(t.Context(), names{}, netip.MustParseAddr(addr), func(s string) { said = append(said, s) }); got != want {
			t.Errorf("%s is %q, want %q", addr, got, want)
		}
		if addr == "10.0.0.9" && (len(said) != 1 || said[0] != `10.0.0.9 is not a known address for "localhost": spoofed address?`) {
			t.Errorf("spoofed: %q", said)
		}
	}
}

func TestProxyHeaders(t *testing.T) {
	const sig = "\r\n\r\n\x00\r\nQUIT\n"
	for in, want := range map[string]string{
		"PROXY TCP4 10.1.2.3 1.1.1.1 1000 873\r\n":                                   "10.1.2.3",
		"PROXY TCP6 ::5 ::1 1000 873\r\n":                                            "::5",
		"PROXY UNKNOWN whatever\r\n":                                                 "none",
		"PROXY TCP4 10.1.2.3 1.1.1.1 1000 873\n":                                     "bad",
		"PROXY TCP4 10.1.2.3 1.1.1.1 0 873\r\n":                                      "bad",
		"PROXY TCP4 10.1.2.3 1.1.1.1 10x 873\r\n":                                    "bad",
		"PROXY TCP4 host 1.1.1.1 10 873\r\n":                                         "bad",
		"PROXY TCP4 fe80::1%eth0 1.1.1.1 10 873\r\n":                                 "bad",
		"PROXY UNKNOWN " + strings.Repeat("x", 120) + "\r\n":                         "bad",
		"@RSYNCD: 32.0 sha512\n":                                                     "bad",
		sig + "\x21\x11\x00\x0c\x0a\x01\x02\x03\x01\x01\x01\x01\x03\xe8\x03\x69":     "10.1.2.3",
		sig + "\x20\x00\x00\x00":                                                     "none",
		sig + "\x21\x31\x00\x00":                                                     "none",
		sig + "\x31\x11\x00\x0c\x0a\x01\x02\x03\x01\x01\x01\x01\x03\xe8\x03\x69":     "bad",
		sig + "\x21\x11\x00\x0d\x0a\x01\x02\x03\x01\x01\x01\x01\x03\xe8\x03\x69\x00": "bad",
		sig + "\x22\x11\x00\x00":                                                     "bad",
		sig + "\x21\x11\x00\xd9":                                                     "bad",
	} {
		r := strings.NewReader(in + "next")
		addr, err := readProxyHeader(r)
		got := "none"
		switch {
		case err != nil:
			got = "bad"
		case addr.IsValid():
			got = addr.String()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
		if err == nil && r.Len() != len("next") {
			t.Errorf("%q: %d bytes left", in, r.Len())
		}
	}
}

func FuzzProxyHeader(f *testing.F) {
	f.Add("PROXY TCP4 10.1.2.3 1.1.1.1 1000 873\r\n")
	f.Add("\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00")
	f.Fuzz(func(t *testing.T, in string) {
		if addr, err := readProxyHeader(strings.NewReader(in)); err != nil && addr.IsValid() {
			t.Error("an address of a bad header")
		}
	})
}
