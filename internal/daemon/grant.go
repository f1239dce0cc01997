package daemon

import (
	"encoding/gob"
	"io"
	"net/netip"

	"godwit/internal/daemonconf"
	"godwit/internal/options"
	"godwit/internal/transport"
)

// grant is what the text stage of a connection came to, as a worker gets it on descriptor 3.
// Strings hold any bytes, which the gob encoding keeps.
type grant struct {
	Options  options.DaemonOptions
	Module   daemonconf.Snapshot
	Log      logDest
	Vars     map[string]string
	Shell    bool
	PeerName string
	PeerAddr netip.Addr
	Greeting transport.Greeting
	Agreed   int
	Early    []byte
	User     string
	Access   access
	Slot     bool // descriptor 4 holds it
}

// grant returns what a worker needs to go on with c.
func (c *connection) grant() *grant {
	return &grant{
		Options: *c.d.Options, Module: c.module.Snapshot(), Log: c.log.dest, Vars: c.vars, Shell: c.mode == overShell,
		PeerName: c.peer.Name, PeerAddr: c.peer.Addr, Greeting: c.greeting, Agreed: c.agreed, Early: c.early,
		User: c.user, Access: c.access,
	}
}

// send writes a grant.
func (g *grant) send(w io.Writer) error { return gob.NewEncoder(w).Encode(g) }

// receiveGrant reads a grant.
func receiveGrant(r io.Reader) (*grant, error) {
	g := new(grant)
	return g, gob.NewDecoder(r).Decode(g)
}
