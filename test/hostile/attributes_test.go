//go:build linux

package hostile

import (
	"fmt"
	"slices"
	"testing"

	"godwit/internal/wire"
)

// attributed is a list whose file carries more.
func attributed(more ...[]byte) func(*liar) {
	return func(l *liar) {
		e := file("src/a")
		e.more = slices.Concat(more...)
		d := dir("src")
		if l.acls {
			d.more = []byte{0, 0, 0, 0}
		} else {
			d.more = []byte{0, 0}
		}
		l.entries(d, e)
		l.endList()
	}
}

// v returns variable numbers.
func v(n ...int32) (b []byte) {
	for _, x := range n {
		b = wire.AppendVarint(b, x)
	}
	return b
}

// xattrs are lists of extended attributes, acls access lists (docs/protocol/08-security.md §8.7).
func xattrs() []scenario {
	many := func() (b []byte) {
		b = v(0, 65536)
		for i := range 65536 {
			name := fmt.Sprintf("user.%05d\x00", i)
			b = append(append(b, v(int32(len(name)), 33)...), name...)
			b = append(b, make([]byte, 16)...)
		}
		return b
	}
	return []scenario{
		{name: "index", say: attributed(v(9)), codes: []int{12}, text: "receive_xattr: xa index 9 out of range for src/a"},
		{name: "index below zero", say: attributed(v(-9)), codes: []int{12}, text: "receive_xattr: xa index -9 out of range for src/a"},
		{name: "count", say: attributed(v(0, 65537)), codes: []int{2}, text: "wire value xattr count out of range: 65537 not in [0,65536]"},
		{name: "count below zero", say: attributed(v(0, -1)), codes: []int{2}, text: "wire value xattr count out of range: -1 not in [0,65536]"},
		{name: "name length", say: attributed(v(0, 1, 4097, 1)), codes: []int{2}, text: "wire size xattr name_len out of range: 4097 > 4096"},
		{name: "no name", say: attributed(v(0, 1, 0, 1), []byte("x")), codes: []int{11}, text: `Invalid xattr name received (missing trailing \0).`},
		{name: "name without its end", say: attributed(v(0, 1, 6, 1), []byte("user.xx")), codes: []int{11}, text: `Invalid xattr name received (missing trailing \0).`},
		{name: "value length below zero", say: attributed(v(0, 1, 7, -1)), codes: []int{2}, text: "wire size xattr datum_len out of range"},
		{name: "value length", say: attributed(v(0, 1, 7, 129<<20)), codes: []int{2}, text: "xattr datum_len exceeds per-value limit"},
		{name: "all lengths", say: attributed(v(0, 5), slices.Repeat(slices.Concat(v(7, 128<<20), []byte("user.x\x00"), make([]byte, 16)), 5)), codes: []int{2}, text: "xattr list exceeds per-file limit"},
		{name: "values that never come", say: attributed(many()), codes: []int{12}, text: "connection unexpectedly closed", leaves: true},
		{name: "other namespaces", say: attributed(v(0, 2, 17, 1), []byte("security.selinux\x00x")[:18], v(19, 1), []byte("trusted.overlay.op\x00x")), codes: []int{0, 2, 11, 12, 23}, text: "", leaves: true},
		{name: "fake record nobody can read", args: []string{"--fake-super"}, say: attributed(v(0, 1, 18, 4), []byte("user.rsync.%stat%\x00xxxx")), codes: []int{0, 2, 11, 12, 23}, text: "", leaves: true},
	}
}

func acls() []scenario {
	entry := func(b ...byte) func(*liar) { return attributed(b) }
	return []scenario{
		{name: "index", say: entry(9), codes: []int{12}, text: "recv_acl_index: ACL_TYPE_ACCESS ACL index 9 > "},
		{name: "index below zero", say: attributed(v(-9)), codes: []int{12}, text: "recv_acl_index: ACL_TYPE_ACCESS ACL index -9 > "},
		{name: "access", say: entry(0, 1, 8), codes: []int{12}, text: "recv_acl_access: value out of range: 8"},
		{name: "access of a name", say: attributed([]byte{0, 0x10, 1}, v(1, 8<<2)), codes: []int{12}, text: "recv_acl_access: value out of range: "},
		{name: "count", say: attributed([]byte{0, 0x10}, v(65537)), codes: []int{2}, text: "wire value ACL count out of range: 65537 not in [0,65536]"},
		{name: "count below zero", say: attributed([]byte{0, 0x10}, v(-1)), codes: []int{2}, text: "wire value ACL count out of range: -1 not in [0,65536]"},
		{name: "count and no names", say: attributed([]byte{0, 0x10}, v(65536), v(1)), codes: []int{0, 2, 12}, text: "", leaves: true},
	}
}

func TestAttributes(t *testing.T) {
	for _, k := range []struct {
		name, option string
		table        []scenario
	}{{"xattrs", "-X", xattrs()}, {"acls", "-A", acls()}} {
		t.Run(k.name, func(t *testing.T) {
			for i := range k.table {
				c := &k.table[i]
				c.args = append([]string{k.option}, c.args...)
				c.protocols = []int{31}
				say := c.say
				c.say = func(l *liar) { l.acls = k.option == "-A"; say(l) }
			}
			run(t, k.table, pulls, receives)
		})
	}
}
