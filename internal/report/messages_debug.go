package report

import "godwit/internal/options"

// Debug output that scripts look for (the lines marked in
// docs/protocol/06-output.md §10). All other debug output is free text, see
// [Log.Debugf].
const (
	DeltaEnabled Msg = sectionDebug + iota
	DeltaDisabled
	DeltaTotals
	FilterVerdict
	FuzzyBasis
	OpeningCommand
	OpeningTCP
	UsingConnectProg
	ViaProxy
	ClientNegotiated
	ClientChosen
	AboutToExit
)

var debugMessages = [...]entry{
	DeltaEnabled & place:     {class: Info, gate: atDebug(options.DebugFlist, 1), text: "delta-transmission enabled"},
	DeltaDisabled & place:    {class: Info, gate: atDebug(options.DebugFlist, 1), text: "delta-transmission disabled for local transfer or --whole-file"},
	DeltaTotals & place:      {class: Info, gate: atDebug(options.DebugDeltasum, 1), text: "total: matches={}  hash_hits={}  false_alarms={} data={}"},
	FilterVerdict & place:    {class: Info, gate: atDebug(options.DebugFilter, 1), text: "[{role}] {} {} {} because of pattern {}{}"},
	FuzzyBasis & place:       {class: Info, gate: atDebug(options.DebugFuzzy, 1), text: "fuzzy basis selected for {}: {}"},
	OpeningCommand & place:   {class: Client, gate: atDebug(options.DebugCmd, 1), text: "opening connection using: {}  ({} args)"},
	OpeningTCP & place:       {class: Info, gate: atDebug(options.DebugConnect, 1), text: "opening tcp connection to {} port {}"},
	UsingConnectProg & place: {class: Info, gate: atDebug(options.DebugConnect, 1), text: "Using RSYNC_CONNECT_PROG instead of opening tcp connection to {} port {}"},
	ViaProxy & place:         {class: Info, gate: atDebug(options.DebugConnect, 1), text: "connection via http proxy {} port {}"},
	ClientNegotiated & place: {class: Info, gate: atDebug(options.DebugNstr, 1), text: "Client negotiated {}: {}"},
	ClientChosen & place:     {class: Info, gate: atDebug(options.DebugNstr, 1), text: "Client {}: {}"},
	AboutToExit & place:      {class: Info, gate: atDebug(options.DebugExit, 1), text: "[{role}] _exit_cleanup(code={}, file={}, line={}): about to call exit({}){}"},
}
