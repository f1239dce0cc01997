package daemonconf

import (
	"strings"

	"godwit/internal/options"
)

// Check reads all of a file as a daemon would, and says what is wrong with it: what the daemon
// itself complains of, and values that it would take without a word although they can hardly be
// meant. The problems are in the order in which they were met.
func (l *Loader) Check(file string) []Problem {
	var problems []Problem
	checker := *l
	checker.Report = func(p Problem) {
		// One line of the reference's log that says nothing new, and the first of a pair.
		if !strings.HasPrefix(p.Text, "params.c:pm_process()") && !strings.HasPrefix(p.Text, "Unknown Parameter") {
			p.Text = plain(p.Text)
			problems = append(problems, p)
		}
	}
	c := &loading{Config: &Config{global: defaults()}, loader: &checker, checking: true}
	c.scope.lookup = l.LookupEnv
	if _, err := c.read(file); err != nil {
		return problems
	}
	c.finish()
	for _, m := range c.Modules {
		c.file, c.parser = m.file, &parser{at: m.line}
		if m.Text(Path) == "" {
			c.advise("module " + m.name + " has no path")
		}
		if m.Text(AuthUsers) != "" && m.Text(SecretsFile) == "" {
			c.advise("module " + m.name + " has \"auth users\" but no \"secrets file\": nobody can log in")
		}
		if m.Bool(WriteOnly) && m.Bool(ReadOnly) {
			c.advise("module " + m.name + " is \"write only\" and \"read only\": nobody can use it")
		}
	}
	if c.global.num[ProxyProtocol] == Yes && c.global.text[ProxyProtocolHosts] == "" {
		c.file, c.parser = file, nil
		c.advise("\"proxy protocol\" is on but \"proxy protocol hosts\" is unset: all connections will be rejected")
	}
	return problems
}

// plain takes the names of the reference's functions, and of roles, off a text.
func plain(text string) string {
	if strings.HasPrefix(text, "params.c:") {
		if _, rest, ok := strings.Cut(text, "() - "); ok {
			return rest
		}
	}
	return strings.TrimPrefix(text, "rsync: [Receiver] ")
}

func (c *loading) advise(text string) {
	p := Problem{File: c.file, Text: text, Advice: true}
	if c.parser != nil {
		p.Line = c.parser.at
	}
	c.loader.Report(p)
}

// adviseValue complains of a value that is not of its type.
func (c *loading) adviseValue(id ID, value string, used bool) {
	t := table[id]
	text := "\"" + value + "\" is no " + t.Type.String() + " for \"" + t.Name + "\""
	if !used {
		text += ", which stays as it was"
	}
	c.advise(text)
}

// adviseText looks into strings that have a grammar.
func (c *loading) adviseText(id ID, value string) {
	switch id {
	case RefuseOptions:
		if _, unmatched := options.NewRefusal(value, true); len(unmatched) > 0 {
			c.advise("no option matches " + strings.Join(unmatched, ", ") + " of \"refuse options\"")
		}
	case AuthDigest:
		if value != "" && !strings.Contains(" sha512 sha256 sha1 md5 md4 ", " "+strings.ToLower(value)+" ") {
			c.advise("\"" + value + "\" is no digest for \"auth digest\": nobody can log in")
		}
	case IncomingChmod, OutgoingChmod:
		if strings.ContainsAny(value, " \t") {
			c.advise("blanks in \"" + table[id].Name + "\"")
		}
	}
}
