package daemon

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"io"
	"strings"
	"time"

	"godwit/internal/daemonconf"
	"godwit/internal/filter"
	"godwit/internal/fsys"
	"godwit/internal/transport"
)

// access is what a rule of "auth users" grants.
type access uint8

const (
	asModule  access = iota // what "read only" says
	readOnly                // :ro
	readWrite               // :rw
	denied                  // :deny
)

// authRule is one rule of "auth users" (docs/protocol/07-daemon.md §13.4).
type authRule struct {
	pattern string
	group   bool
	access  access
}

// parseAuthRules reads "auth users".
func parseAuthRules(list string) []authRule {
	var rules []authRule
	for _, w := range splitWords(list) {
		pattern, opt, _ := strings.Cut(w, ":")
		r := authRule{pattern: pattern}
		r.pattern, r.group = strings.CutPrefix(pattern, "@")
		switch opt = strings.ToLower(opt); {
		case strings.HasPrefix(opt, "d"):
			r.access = denied
		case strings.HasPrefix(opt, "ro"):
			r.access = readOnly
		case strings.HasPrefix(opt, "rw"):
			r.access = readWrite
		}
		rules = append(rules, r)
	}
	return rules
}

// match finds the first rule for a user. group is the group by which it fits, "" for the user's
// own name. groups is asked at most once.
func match(rules []authRule, user string, groups func() []string) (rule *authRule, group string) {
	var of []string
	asked := false
	for i := range rules {
		r := &rules[i]
		w := filter.CompileWildcard(r.pattern)
		if !r.group {
			if w.MatchString(user) {
				return r, ""
			}
			continue
		}
		if !asked {
			of, asked = groups(), true
		}
		for _, g := range of {
			if w.MatchString(g) {
				return r, g
			}
		}
	}
	return nil, ""
}

// maxSecretLine is how long a line of a secrets file may be.
const maxSecretLine = 1023

// secretFor returns the passwords in a secrets file that a user may give, in the order of the
// file: that of the user's first line and that of the group's (docs/protocol/07-daemon.md §13.3).
func secretFor(text []byte, user, group string) [][]byte {
	var found [][]byte
	wants := []string{user + ":"}
	if group != "" {
		wants = append(wants, "@"+group+":")
	}
	for len(text) > 0 && len(wants) > 0 {
		line := text[:min(len(text), maxSecretLine)]
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line, text = line[:i], text[i+1:]
		} else {
			text = text[len(line):]
		}
		for i, w := range wants {
			if rest, ok := bytes.CutPrefix(line, []byte(w)); ok {
				if end := bytes.IndexByte(rest, '\r'); end >= 0 {
					rest = rest[:end]
				}
				found = append(found, rest)
				wants = append(wants[:i:i], wants[i+1:]...)
				break
			}
		}
	}
	return found
}

// otherAccess are the mode bits that a strict secrets file must not have.
const otherAccess = 0o006

// secretsFault says what is wrong with a secrets file under "strict modes", "" if nothing is.
func secretsFault(st *fsys.Stat, root bool) string {
	switch {
	case st.Mode&otherAccess != 0:
		return "secrets file must not be other-accessible (see strict modes option)"
	case root && st.UID != 0:
		return "secrets file must be owned by root when running as root (see strict modes)"
	}
	return ""
}

// challenge makes a challenge for a digest: unpredictable, as long as the digest
// (docs/protocol/07-daemon.md §13.2).
func challenge(d transport.Digest, addr string, now time.Time, pid int) string {
	h := d.New()
	if d == transport.MD4Seeded {
		h.Write(make([]byte, 4))
	}
	var random [32]byte
	rand.Read(random[:]) // never fails
	var block [32]byte
	copy(block[:16], addr)
	binary.LittleEndian.PutUint32(block[16:], uint32(now.Unix()))
	binary.LittleEndian.PutUint32(block[20:], uint32(now.Nanosecond()/1000))
	binary.LittleEndian.PutUint32(block[24:], uint32(pid))
	h.Write(random[:])
	h.Write(block[:])
	return transport.Base64(h.Sum(nil))
}

// authenticate asks for a password if the module wants one (step 12). ok is false if the
// connection is over, with the reply sent and the code that its process ends with.
func (c *connection) authenticate(ctx context.Context) (ok bool, code int) {
	m := c.module
	rules := parseAuthRules(m.Text(daemonconf.AuthUsers))
	if len(rules) == 0 {
		return true, 0
	}
	refuse := func(text string) (bool, int) {
		c.log.line("auth failed on module " + m.Name() + " from " + c.who() + text)
		c.reply("@ERROR: auth failed on module " + m.Name())
		return false, refused
	}
	digest, common := transport.ChooseDigest(&c.greeting, c.agreed)
	if !common {
		c.reply("@ERROR: your client does not support one of our daemon-auth checksums: " + transport.DigestNames)
		return false, int(c.log.closing(4))
	}
	if floor := m.Text(daemonconf.AuthDigest); floor != "" {
		switch least, known := transport.LookupDigest(floor); {
		case !known:
			return refuse(": the configured 'auth digest = " + floor + "' is not a supported digest on this build")
		case digest > least:
			return refuse(": negotiated auth digest " + digest.String() + " is weaker than the required 'auth digest = " + floor + "'")
		}
	}
	env := c.d.Env
	text := challenge(digest, c.peer.Addr.String(), env.Now(), env.PID)
	c.reply("@RSYNCD: AUTHREQD " + text)
	line, err := transport.ReadLine(c.conn, nil, maxAuthLine)
	user, response, split := strings.Cut(string(line), " ")
	if c.dead.expired.Load() {
		return false, int(c.timedOut())
	}
	if err != nil || !split {
		return refuse(": invalid challenge response")
	}
	rule, group := match(rules, user, func() []string { return c.d.groupsOf(ctx, user) })
	reason := ""
	switch {
	case rule == nil:
		reason = "no matching rule"
	case rule.access == denied:
		reason = "denied by rule"
	default:
		reason = c.checkSecret(user, group, digest, text, response)
	}
	if reason != "" {
		return refuse(" for " + user + ": " + reason)
	}
	c.user, c.access = user, rule.access
	return true, 0
}

// checkSecret compares a response with what the secrets file makes of the challenge. It returns
// why it does not do, "" if it does.
func (c *connection) checkSecret(user, group string, d transport.Digest, challenge, response string) string {
	name := c.module.Text(daemonconf.SecretsFile)
	var st fsys.Stat
	if name == "" {
		return "no secrets file"
	}
	f, err := c.operator().OpenRead(name, &st)
	if err != nil {
		return "no secrets file"
	}
	defer f.Close()
	if c.module.Bool(daemonconf.StrictModes) {
		if fault := secretsFault(&st, c.d.Env.Identity.Root()); fault != "" {
			c.log.fault(fault)
			return "ignoring secrets file"
		}
	}
	if strings.HasPrefix(user, "#") {
		return "invalid username"
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return "no secrets file"
	}
	defer clear(text)
	secrets := secretFor(text, user, group)
	match := 0
	for _, s := range secrets {
		match |= subtle.ConstantTimeCompare([]byte(d.Response(s, challenge)), []byte(response))
	}
	switch {
	case len(secrets) == 0:
		d.Response([]byte("nobody"), challenge) // as slow as for somebody
		return "secret not found"
	case match == 0:
		return "password mismatch"
	}
	return ""
}
