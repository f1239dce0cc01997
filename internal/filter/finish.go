package filter

// An End says whose list [Builder.Finish] completes.
type End uint8

// The ends of a transfer. Each process of a remote transfer is one of the first
// four; a local copy has the last two.
const (
	PushClient End = iota // sends files and rules
	PushServer            // receives both
	PullClient            // sends rules, receives files
	PullServer            // receives rules, sends files
	LocalSender
	LocalReceiver
)

// Finish completes the list: it adds what -C stands for, decides which rules this
// end uses, and returns the entries for the wire, without the terminator.
// Servers call it after the received rules are in; they send nothing.
//
// The protocol must be known ([Builder.SetProtocol]). The entries are made, and
// their compatibility with the protocol checked, for every end but a server, also
// when [OnWire] says that none are sent and in a local copy.
//
// What becomes of a rule depends on its side (docs/protocol/04-filters-and-walk.md
// §7.2): one for the other end only is sent and not used, one for this end only is
// used and not sent, all others are both. With --delete-excluded an unsided rule
// belongs to the sending end.
func (b *Builder) Finish(end End, cvs bool) (*List, []byte, error) {
	protocol := b.rd.env.protocol()
	before, after := cvsRules(end, protocol)
	if cvs {
		if err := b.addAll(before); err != nil {
			return nil, nil, err
		}
	}
	var wire []byte
	if end != PushServer && end != PullServer {
		var err error
		if wire, err = b.dispose(end == PushClient || end == LocalSender, protocol); err != nil {
			return nil, nil, err
		}
	}
	if cvs {
		if err := b.addAll(after); err != nil {
			return nil, nil, err
		}
	}
	l, err := b.list()
	return l, wire, err
}

// cvsRules says which rules -C adds before and after the list is exchanged.
func cvsRules(end End, protocol int) (before, after []string) {
	const files, words = ":C", "-C"
	modern := protocol >= 29
	switch end {
	case PushClient, LocalSender:
		if modern {
			return []string{files, words}, nil
		}
		return []string{words}, []string{files}
	case PushServer:
		if modern {
			return nil, nil
		}
		return nil, []string{files}
	case PullClient, PullServer:
		return nil, []string{files, words}
	default:
		return []string{files, words}, nil
	}
}

func (b *Builder) addAll(texts []string) error {
	for _, text := range texts {
		if err := b.Filter(text); err != nil {
			return err
		}
	}
	return nil
}

// dispose switches off the rules that are only for the other end, and encodes
// those that are for it.
func (b *Builder) dispose(sending bool, protocol int) (wire []byte, err error) {
	if err := b.rd.shared.cvsErr; err != nil {
		return nil, err
	}
	d := disposer{sending: sending, protocol: protocol, deleteExcluded: b.rd.env.DeleteExcluded}
	for i, r := range b.to.rules {
		use, send := d.judge(r)
		if !use {
			off := *r
			off.flags |= flagOff
			b.to.rules[i] = &off
		}
		if !send {
			continue
		}
		entries := []*rule{r}
		if r.flags.has(flagCVS) && !r.flags.has(flagMerge) && (sending || protocol < 29) {
			entries = b.rd.shared.cvs
		}
		for _, e := range entries {
			if e != r {
				if _, send := d.judge(e); !send {
					continue
				}
			}
			if wire, err = appendRule(wire, e, protocol, sending, d.deleteExcluded); err != nil {
				return nil, err
			}
		}
	}
	return wire, nil
}

type disposer struct {
	sending        bool
	protocol       int
	deleteExcluded bool
}

// judge says whether this end uses a rule and whether it tells the other end.
func (d *disposer) judge(r *rule) (use, send bool) {
	own, other := flagSender, flagReceiver
	if !d.sending {
		own, other = other, own
	}
	switch r.flags & flagsSided {
	case own:
		return true, false
	case other:
		return false, true
	case flagsSided:
		return true, true
	}
	if d.deleteExcluded && (!r.flags.has(flagPerDir) || r.flags.has(flagNoPrefix)) {
		return d.sending, !d.sending
	}
	return true, true
}
