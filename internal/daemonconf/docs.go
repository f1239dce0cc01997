package daemonconf

import "strings"

// Entry is the documentation of a parameter.
type Entry struct {
	Name    string
	Scope   string // "global" or "module"
	Type    string
	Default string // as text to show
	Doc     string
}

// Docs returns what there is to know of every documented parameter, in the order of the table.
func Docs() []Entry {
	var entries []Entry
	for _, p := range table {
		if p.Hidden {
			continue
		}
		e := Entry{Name: p.Name, Scope: "module", Type: p.Type.String(), Default: p.Default, Doc: p.Doc}
		if p.Global {
			e.Scope = "global"
		}
		if e.Default == "" {
			e.Default = "unset"
		}
		entries = append(entries, e)
	}
	return entries
}

// AppendMan appends the parameters as sections of a manual page, in the language of man(7).
func AppendMan(dst []byte) []byte {
	for _, scope := range [...]struct{ name, title string }{{"global", "GLOBAL PARAMETERS"}, {"module", "MODULE PARAMETERS"}} {
		dst = append(dst, ".SH "+scope.title+"\n"...)
		for _, e := range Docs() {
			if e.Scope != scope.name {
				continue
			}
			dst = append(dst, ".TP\n.B "+roff(e.Name)+"\n"...)
			dst = append(dst, roff(e.Doc)+"\nType: "+e.Type+". Default: "+roff(e.Default)+".\n"...)
		}
	}
	return dst
}

// roff protects a text from being taken for requests.
func roff(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\e`), "-", `\-`)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}
