package options

import (
	"slices"
	"strings"
	"testing"
)

func TestOperands(t *testing.T) {
	for text, want := range map[string]Operand{
		"./h:a":              {Path: "./h:a"},
		"/x:y":               {Path: "/x:y"},
		"dir/h:a":            {Path: "dir/h:a"},
		"C:foo":              {Kind: RemoteShell, Host: "C", Path: "foo"},
		"h:":                 {Kind: RemoteShell, Host: "h"},
		":b":                 {Kind: RemoteShell, Path: "b"},
		"[::1]:x":            {Kind: RemoteShell, Host: "::1", Path: "x"},
		"u@[::1]:x":          {Kind: RemoteShell, Host: "u@::1", Path: "x"},
		"[::1]":              {Path: "[::1]"},
		"[::1":               {Path: "[::1"},
		"[::1]x:y":           {Path: "[::1]x:y"},
		"[]:y":               {Path: "[]:y"},
		"x[::1]:y":           {Path: "x[::1]:y"},
		"a@b@h:x":            {Kind: RemoteShell, Host: "a@b@h", Path: "x"},
		"rsync-ssl://h/x":    {Kind: RemoteShell, Host: "rsync-ssl", Path: "//h/x"},
		"rsync://h:8730/m/p": {Kind: RemoteDaemon, Host: "h", Path: "m/p", Port: 8730},
		"rsync://u@h/m/p":    {Kind: RemoteDaemon, Host: "u@h", Path: "m/p"},
		"rsync://h":          {Kind: RemoteDaemon, Host: "h"},
		"rsync://h/":         {Kind: RemoteDaemon, Host: "h"},
		"RSYNC://h/m":        {Kind: RemoteDaemon, Host: "h", Path: "m"},
		"rsync://[::1]:9/m":  {Kind: RemoteDaemon, Host: "::1", Path: "m", Port: 9},
		"rsync://[::1]":      {Kind: RemoteDaemon, Host: "::1"},
		"rsync://h:9x/y":     {Kind: RemoteShell, Host: "rsync", Path: "//h:9x/y"},
		"h::m/p":             {Kind: RemoteDaemon, Host: "h", Path: "m/p"},
		"h::":                {Kind: RemoteDaemon, Host: "h"},
		"plain":              {Path: "plain"},
		"":                   {},
	} {
		if got := parseOperand(text, false); got != want {
			t.Errorf("%q: got %+v, want %+v", text, got, want)
		}
	}
	for text, local := range map[string]bool{`C:\x`: true, "C:foo": true, "C::m": false, "ab:c": false} {
		if got := parseOperand(text, true).Kind == Local; got != local {
			t.Errorf("with drives, %q: local %v", text, got)
		}
	}
	if o := ParseOperand("a@b@h:x"); o.User() != "a@b" || o.HostName() != "h" {
		t.Errorf("got user %q, host %q", o.User(), o.HostName())
	}
}

func TestShapes(t *testing.T) {
	for command, want := range map[string]Shape{
		"s d":                     {Direction: LocalCopy, Sources: []string{"s"}, Dest: "d", HasDest: true},
		"s":                       {Direction: LocalCopy, Sources: []string{"s"}, Dest: "."},
		"a b h:":                  {Direction: Push, Transport: TransportShell, Host: "h", Sources: []string{"a", "b"}, Dest: ".", HasDest: true},
		"h:a":                     {Direction: Pull, Transport: TransportShell, Host: "h", Sources: []string{"a"}},
		"h:a :b h: d":             {Direction: Pull, Transport: TransportShell, Host: "h", Sources: []string{"a", "b", "."}, Dest: "d", HasDest: true},
		"h:a :b":                  {Direction: Pull, Transport: TransportShell, Host: "h", Sources: []string{"a", "b"}},
		"h::m/a ::m/b d":          {Direction: Pull, Transport: TransportTCP, Host: "h", Sources: []string{"m/a", "m/b"}, Dest: "d", HasDest: true},
		"--port=7 h::":            {Direction: Pull, Transport: TransportTCP, Host: "h", Port: 7, Sources: []string{""}},
		"--port=7 rsync://h:9/m ": {Direction: Pull, Transport: TransportTCP, Host: "h", Port: 9, Sources: []string{"m"}},
		"-e ssh s u@h::m":         {Direction: Push, Transport: TransportDaemon, Host: "u@h", Sources: []string{"s"}, Dest: "m", HasDest: true},
		"--read-batch=b d":        {Direction: FromBatch, Dest: "d", HasDest: true},
	} {
		o, err := Parse(strings.Fields(command), testConfig())
		if err != nil {
			t.Fatal(err)
		}
		got, err := o.Shape()
		if err != nil {
			t.Errorf("%s: %v", command, err)
			continue
		}
		same := slices.Equal(got.Sources, want.Sources)
		got.Sources, want.Sources = nil, nil
		if !same || got.Direction != want.Direction || got.Transport != want.Transport || got.Host != want.Host ||
			got.Port != want.Port || got.Dest != want.Dest || got.HasDest != want.HasDest {
			t.Errorf("%s: got %+v, want %+v", command, *got, want)
		}
	}
}

func TestProtectedPaths(t *testing.T) {
	for _, c := range []struct{ options, path, want string }{
		{"", `a b`, `a\ b`},
		{"", `a*`, `a*`},
		{"", `-foo`, `./-foo`},
		{"", `it's $x;"(y)`, `it\'s\ \$x\;\"\(y\)`},
		{"", `a\*b\c`, `a\*b\\c`},
		{"", `~`, `\~`},
		{"", `~/x`, `~/x`},
		{"-R", `~/x`, `\~/x`},
		{"-R", `~/./x`, `~/./x`},
		{"--trust-sender", `~`, `~`},
		{"--old-args", `a b*`, `a b*`},
		{"--old-args", `-x`, `./-x`},
		{"-s", `a b`, `a b`},
	} {
		o, err := Parse(append(strings.Fields(c.options), "h:"+c.path, "d"), testConfig())
		if err != nil {
			t.Fatal(err)
		}
		if got := o.Protection(Pull).Path(c.path); got != c.want {
			t.Errorf("%s %s: got %s, want %s", c.options, c.path, got, c.want)
		}
	}
	p := Protection{}
	for path, want := range map[string]string{
		"mod": "mod/", "mod/a": "mod/a", "-mod/a": "./-mod/a", "mod/a mod/sub": "mod/a[ ]mod/sub", "mod/a b": "mod/a b",
	} {
		if got := p.DaemonPath("mod", path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

func TestShellWords(t *testing.T) {
	for text, want := range map[string][]string{
		"ssh -p  22":         {"ssh", "-p", "22"},
		`ssh -o 'a b'"c d"e`: {"ssh", "-o", "a bc de"},
		`'it''s' "" x`:       {"it's", "", "x"},
		"a\tb":               {"a\tb"},
		"":                   nil,
	} {
		got, err := SplitShellCommand(text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v; want %q", text, got, err, want)
		}
	}
}
