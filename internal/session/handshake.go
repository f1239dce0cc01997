package session

import (
	"strings"

	"godwit/internal/checksum"
	"godwit/internal/codec"
	"godwit/internal/exit"
	"godwit/internal/wire"
)

// Hello is what one side brings to the handshake.
type Hello struct {
	// Version is the highest version this side speaks: 32, or --protocol.
	Version int
	// PeerVersion is the peer's version if it is known already, from a daemon's greeting; 0
	// makes both sides exchange versions first.
	PeerVersion int
	// Client is what the client stated in the value of -e: what it sent, for a client; what
	// it received, for a server.
	Client wire.ClientCaps
	// AllowIncremental tells whether this side's options allow incremental recursion.
	AllowIncremental bool
	// Own holds the compatibility flags a server may set.
	Own wire.CompatFlags
	// Seed is --checksum-seed; a server uses FreshSeed if it is 0.
	Seed      int32
	FreshSeed func() int32

	// ChecksumChoice is --checksum-choice, "" for negotiation. ChecksumList is the value of
	// RSYNC_CHECKSUM_LIST.
	ChecksumChoice string
	ChecksumList   string
	// Compress tells whether compression is on; CompressChoice names a method, "" for
	// negotiation. CompressList is the value of RSYNC_COMPRESS_LIST.
	Compress       bool
	CompressChoice string
	CompressList   string
	// Batch restricts the lists to what a reader of a batch file can assume.
	Batch bool

	// Requires are checks of options against the version, run as soon as it is known.
	Requires func(protocol int) error
	// Warn prints an information line.
	Warn func(text string)
}

// Outcome is what the handshake settled beside the facts in Caps.
type Outcome struct {
	Caps     wire.Caps
	Flags    wire.CompatFlags
	Transfer checksum.Kind // block and whole-file sums
	File     checksum.Kind // --checksum sums
	// Named tells that Transfer was chosen or exchanged by name, and is not the protocol's default.
	Named bool
	Codec string // compression method, "" for none
	// ChecksumNegotiated and CodecNegotiated tell that the name came out of an exchange of lists.
	ChecksumNegotiated, CodecNegotiated bool
}

// Handshake carries out docs/protocol/01-connection.md §5 and §6, from the versions to the seed.
// Everything in it is raw; multiplexing starts with the next byte (StartInput, FrameOutput).
func (s *Session) Handshake(h Hello) (Outcome, error) {
	var o Outcome
	r := s.reader
	if h.PeerVersion == 0 {
		if _, err := s.Write(wire.AppendInt32(nil, int32(h.Version))); err != nil {
			return o, err
		}
		v, err := r.Int32()
		if err != nil {
			return o, err
		}
		h.PeerVersion = int(v)
	}
	protocol, err := s.agree(&h)
	if err != nil {
		return o, err
	}
	s.caps = wire.Caps{Protocol: protocol}
	if h.Requires != nil {
		if err := h.Requires(protocol); err != nil {
			return o, err
		}
	}
	if protocol >= 30 {
		if o.Flags, err = s.exchangeFlags(&h); err != nil {
			return o, err
		}
	}
	o.Caps = wire.NewCaps(protocol, o.Flags, h.Client, s.set.Server)
	s.caps = o.Caps
	if err := s.exchangeNames(&h, &o); err != nil {
		return o, err
	}
	if s.set.Server {
		seed := h.Seed
		if seed == 0 && h.FreshSeed != nil {
			seed = h.FreshSeed()
		}
		o.Caps.Seed = seed
		if _, err := s.Write(wire.AppendInt32(nil, seed)); err != nil {
			return o, err
		}
	} else if o.Caps.Seed, err = r.Int32(); err != nil {
		return o, err
	}
	s.caps = o.Caps
	s.Flush()
	return o, nil
}

// agree computes the negotiated version (§5.2).
func (s *Session) agree(h *Hello) (int, error) {
	received := h.PeerVersion
	if received < 20 || received > 40 {
		return 0, &exit.Error{Code: exit.Protocol,
			Text: "protocol version mismatch -- is your shell clean?\n(see the rsync manpage for an explanation)"}
	}
	peer := "Server"
	if s.set.Server {
		peer = "Client"
	}
	if received < 25 && h.Warn != nil {
		h.Warn(peer + " is very old version of rsync, upgrade recommended.")
	}
	side := "Client"
	if s.set.Server {
		side = "Server"
	}
	protocol := min(h.Version, received)
	switch {
	case protocol < wire.MinProtocol:
		return 0, exit.Errorf(exit.Protocol, "--protocol must be at least %d on the %s.", wire.MinProtocol, side)
	case protocol > wire.MaxProtocol:
		return 0, exit.Errorf(exit.Protocol, "--protocol must be no more than %d on the %s.", wire.MaxProtocol, side)
	}
	return protocol, nil
}

// exchangeFlags sends or reads the compatibility flags (§5.5).
func (s *Session) exchangeFlags(h *Hello) (wire.CompatFlags, error) {
	if s.set.Server {
		own := h.Own
		if !h.AllowIncremental {
			own &^= wire.CompatIncRecurse
		}
		flags := h.Client.Answer(own)
		_, err := s.Write(wire.AppendCompatFlags(nil, flags, h.Client))
		return flags, err
	}
	v, err := s.reader.Varint()
	if err != nil {
		return 0, err
	}
	flags := wire.CompatFlags(v)
	if flags.Has(wire.CompatIncRecurse) && !h.AllowIncremental {
		what := "connection"
		if s.set.EarlyEOF {
			what = "batch file"
		}
		return 0, exit.Errorf(exit.Syntax, "Incompatible options specified for inc-recursive %s.", what)
	}
	return flags, nil
}

// exchangeNames settles checksums and compression (§6). Both sides write their lists before they
// read the other's.
func (s *Session) exchangeNames(h *Hello, o *Outcome) error {
	choice := checksum.Choice{AutoTransfer: true, AutoFile: true}
	if h.ChecksumChoice != "" {
		var err error
		if choice, err = checksum.ParseChoice(h.ChecksumChoice); err != nil {
			return exit.Wrap(exit.Unsupported, err)
		}
	}
	codecAuto := h.Compress && (h.CompressChoice == "" || h.CompressChoice == "auto")
	exchange := o.Caps.Negotiates && !s.set.EarlyEOF
	// Only "auto" and "auto,auto" exchange lists: with one half named, the other half is the
	// protocol's default.
	negotiated := choice.Negotiated()

	sums, codecs := s.ownLists(h, o.Caps.Protocol)
	var out []byte
	var err error
	if exchange && negotiated {
		if out, err = wire.AppendVstring(out, listText(sums)); err != nil {
			return err
		}
	}
	if exchange && codecAuto {
		if out, err = wire.AppendVstring(out, listText(codecs)); err != nil {
			return err
		}
	}
	if _, err := s.Write(out); err != nil {
		return err
	}

	// Checksum.
	if negotiated {
		peer := []string{checksum.Default(o.Caps.Protocol).String()}
		if exchange {
			if peer, err = s.readNames(); err != nil {
				return err
			}
			o.ChecksumNegotiated = true
		}
		name, ok := s.choose(sums, peer)
		if !ok {
			return s.noCommon("checksum", exchange, peer, sums)
		}
		kind, _ := checksum.Lookup(name)
		choice.Transfer, choice.File = kind, kind
		o.Named = exchange
	} else {
		o.Named = !choice.AutoTransfer
		if choice.AutoTransfer {
			choice.Transfer = checksum.Default(o.Caps.Protocol)
		}
		if choice.AutoFile {
			choice.File = checksum.Default(o.Caps.Protocol)
		}
	}
	o.Transfer, o.File = choice.Transfer, choice.File

	// Compression.
	switch {
	case !h.Compress:
	case codecAuto:
		peer := []string{"zlib"}
		if exchange {
			if peer, err = s.readNames(); err != nil {
				return err
			}
			o.CodecNegotiated = true
		}
		name, ok := s.choose(codecs, peer)
		if !ok {
			return s.noCommon("compress", exchange, peer, codecs)
		}
		o.Codec = strings.ToLower(name)
	default:
		o.Codec = strings.ToLower(h.CompressChoice)
	}
	if o.Codec == "none" {
		o.Codec = ""
	}
	return s.refused(h, &choice)
}

// ownLists returns the names this side offers.
func (s *Session) ownLists(h *Hello, protocol int) (sums, codecs []string) {
	if h.Batch {
		return []string{checksum.Default(protocol).String()}, []string{"zlib"}
	}
	for _, offer := range checksum.UserList(h.ChecksumList, s.set.Server) {
		sums = append(sums, offer.Name)
	}
	if len(sums) == 0 {
		sums = []string{wire.InvalidNames}
	}
	codecs = wire.UserNames(h.CompressList, s.set.Server, func(name string) (string, bool) {
		_, ok := codec.Lookup(name)
		return name, ok || strings.EqualFold(name, "none")
	})
	if codecs == nil {
		for _, m := range codec.Methods() {
			if m.Name != "none" || s.set.Server {
				codecs = append(codecs, m.Name)
			}
		}
	}
	return sums, codecs
}

func listText(names []string) string { return strings.Join(names, " ") }

// readNames reads the peer's list.
func (s *Session) readNames() ([]string, error) {
	b, err := s.reader.Vstring(nil, wire.MaxNameList)
	if err != nil {
		return nil, err
	}
	return wire.SplitNames(string(b)), nil
}

// choose picks a name: a client by its own order, a server by the client's, which agrees with
// every release (§6.4).
func (s *Session) choose(own, peer []string) (string, bool) {
	if own[0] == wire.InvalidNames {
		return "", false // the peer's list may have the same word
	}
	if s.set.Server {
		return wire.ChooseName(peer, own)
	}
	return wire.ChooseName(own, peer)
}

// noCommon is the end of a failed negotiation. A server that negotiated leaves the words to the
// client, which comes to the same result.
func (s *Session) noCommon(kind string, exchanged bool, peer, own []string) error {
	if s.set.Server && exchanged {
		return &exit.Error{Code: exit.Unsupported}
	}
	return wire.NoCommonName(kind, s.set.Server, peer, own)
}

// refused checks the client's explicit choices against the server's environment lists (§6.5).
func (s *Session) refused(h *Hello, choice *checksum.Choice) error {
	if !s.set.Server {
		return nil
	}
	if h.ChecksumChoice != "" && strings.TrimSpace(h.ChecksumList) != "" {
		list := checksum.UserList(h.ChecksumList, true)
		if !choice.AutoTransfer && !list.Has(choice.Transfer) || !list.Has(choice.File) {
			return exit.Errorf(exit.Unsupported, "Your --checksum-choice value (%s) was refused by the server.", h.ChecksumChoice)
		}
	}
	if h.Compress && h.CompressChoice != "" && strings.TrimSpace(h.CompressList) != "" {
		_, own := s.ownLists(h, s.caps.Protocol)
		if _, ok := wire.ChooseName([]string{h.CompressChoice}, own); !ok {
			return exit.Errorf(exit.Unsupported, "Your --compress-choice value (%s) was refused by the server.", h.CompressChoice)
		}
	}
	return nil
}
