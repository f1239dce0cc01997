package wire

import (
	"encoding/binary"
	"strconv"

	"godwit/internal/exit"
)

// Msg is the code of a frame: data of the raw stream, or a message that may
// stand between any two frames (docs/protocol/02-wire-and-file-list.md §5). A
// code read from a peer may have any value from -135 to 120.
type Msg int16

// The codes that exist. Those marked internal pass only between two processes
// of one side of the reference; a peer that sends one is wrong.
const (
	MsgData        Msg = 0   // bytes of the raw stream; empty: keep-alive
	MsgErrorXfer   Msg = 1   // text: an error that makes the run partial
	MsgInfo        Msg = 2   // text for stdout
	MsgError       Msg = 3   // text: an error that leaves the exit code alone
	MsgWarning     Msg = 4   // text for stderr
	MsgErrorSocket Msg = 5   // internal
	MsgLog         Msg = 6   // internal
	MsgClient      Msg = 7   // internal
	MsgErrorUTF8   Msg = 8   // internal
	MsgRedo        Msg = 9   // internal
	MsgStats       Msg = 10  // internal
	MsgIOError     Msg = 22  // int: the sender's error bits so far
	MsgIOTimeout   Msg = 33  // int: seconds of a daemon's I/O timeout
	MsgNoop        Msg = 42  // empty: keep-alive of protocol 30
	MsgErrorExit   Msg = 86  // empty or int: the peer's run ends with this code
	MsgSuccess     Msg = 100 // int: this index is in place at the receiver
	MsgDeleted     Msg = 101 // name of what the receiver deleted; a directory's ends in NUL
	MsgNoSend      Msg = 102 // int: this index will not be sent
)

// Route tells between which peers a message travels.
type Route uint8

// The routes. The reference lets text pass both ways, so we do.
const (
	RouteInternal       Route = iota // never between two hosts
	RouteBoth                        // either way
	RouteToReceiver                  // sender to receiving side
	RouteToSender                    // receiving side to sender
	RouteServerToClient              // whichever of them sends the files
)

// Payload tells what a message carries.
type Payload uint8

// The payloads.
const (
	PayloadStream     Payload = iota // raw stream, any length
	PayloadText                      // text with its line end, up to MaxMessage bytes
	PayloadName                      // a path, up to MaxMessage bytes
	PayloadInt                       // 4 bytes
	PayloadLong                      // 8 bytes
	PayloadEmpty                     // nothing
	PayloadEmptyOrInt                // nothing, or 4 bytes
	PayloadPlace                     // 4 bytes, or 20 between the ends of a local copy
)

// MsgRow describes one message code.
type MsgRow struct {
	Code    Msg
	Name    string
	Payload Payload
	Route   Route
	Since   int // first protocol in which a writer may use it
}

// messages is the table of codes, by code.
var messages = [...]MsgRow{
	{MsgData, "data", PayloadStream, RouteBoth, 0},
	{MsgErrorXfer, "error-xfer", PayloadText, RouteBoth, 0},
	{MsgInfo, "info", PayloadText, RouteBoth, 0},
	{MsgError, "error", PayloadText, RouteBoth, 30},
	{MsgWarning, "warning", PayloadText, RouteBoth, 30},
	{MsgErrorSocket, "error-socket", PayloadText, RouteInternal, 0},
	{MsgLog, "log", PayloadText, RouteInternal, 0},
	{MsgClient, "client", PayloadText, RouteInternal, 0},
	{MsgErrorUTF8, "error-utf8", PayloadText, RouteInternal, 0},
	{MsgRedo, "redo", PayloadInt, RouteInternal, 0},
	{MsgStats, "stats", PayloadLong, RouteInternal, 0},
	{MsgIOError, "io-error", PayloadInt, RouteBoth, 30},
	{MsgIOTimeout, "io-timeout", PayloadInt, RouteServerToClient, 31},
	{MsgNoop, "noop", PayloadEmpty, RouteBoth, 30},
	{MsgErrorExit, "error-exit", PayloadEmptyOrInt, RouteBoth, 31},
	{MsgSuccess, "success", PayloadPlace, RouteToSender, 0},
	{MsgDeleted, "deleted", PayloadName, RouteToSender, 29},
	{MsgNoSend, "no-send", PayloadInt, RouteToReceiver, 30},
}

// Info returns the row of m, and whether the code exists.
func (m Msg) Info() (MsgRow, bool) {
	for i := range messages {
		if messages[i].Code == m {
			return messages[i], true
		}
	}
	return MsgRow{}, false
}

// String returns the name of m, or its number if it has none.
func (m Msg) String() string {
	if row, ok := m.Info(); ok {
		return row.Name
	}
	return strconv.Itoa(int(m))
}

// ForProtocol returns the code under which a text of class m travels: below
// protocol 30 an error goes as error-xfer, a warning as info.
func (m Msg) ForProtocol(protocol int) Msg {
	if protocol >= 30 {
		return m
	}
	switch m {
	case MsgError:
		return MsgErrorXfer
	case MsgWarning:
		return MsgInfo
	}
	return m
}

// MsgRules says who reads messages, so that those which nobody may send to it
// are refused. The protocol version does not matter: Since binds writers only,
// and a reader takes a code of any version, as the reference does.
type MsgRules struct {
	Sender bool   // this side sends the files
	Server bool   // this side is the server
	Local  bool   // both ends are in this process
	Who    string // role for error texts, with "/inc" appended under incremental recursion
}

// Check returns nil if a frame with this header may arrive here, else an error
// with exit code 12. It needs no payload: call it before reading any.
func (p MsgRules) Check(m Msg, n int) error {
	if m == MsgData {
		return nil
	}
	row, ok := m.Info()
	if !ok {
		return exit.Errorf(exit.StreamIO, "unexpected tag %d [%s]", m, p.Who)
	}
	fits := row.Payload.fits(n) || p.Local && row.Payload == PayloadPlace && n == PlaceSize
	if !p.receives(row.Route) || !fits {
		return exit.Errorf(exit.StreamIO, "invalid multi-message %d:%d [%s]", m, n, p.Who)
	}
	if n > MaxMessage {
		return exit.Errorf(exit.StreamIO, "multiplexing overflow %d:%d [%s]", m, n, p.Who)
	}
	return nil
}

// receives reports whether a message with route t can come from the peer.
func (p MsgRules) receives(t Route) bool {
	switch t {
	case RouteBoth:
		return true
	case RouteToReceiver:
		return !p.Sender
	case RouteToSender:
		return p.Sender
	case RouteServerToClient:
		return !p.Server
	}
	return false
}

// fits reports whether n bytes can be the payload, the limit for text apart.
func (p Payload) fits(n int) bool {
	switch p {
	case PayloadInt, PayloadPlace:
		return n == 4
	case PayloadLong:
		return n == 8
	case PayloadEmpty:
		return n == 0
	case PayloadEmptyOrInt:
		return n == 0 || n == 4
	}
	return true
}

// Int returns the number in the payload of a message whose length has been
// checked to be 4.
func Int(payload []byte) int32 {
	_ = payload[3]
	return int32(uint32(payload[0]) | uint32(payload[1])<<8 | uint32(payload[2])<<16 | uint32(payload[3])<<24)
}

// PlaceSize is the length of a success message between the ends of a local copy: behind the index
// stand device and inode of the destination, so that a sender does not remove a source that is the
// destination itself (docs/protocol/03-transfer.md §8.5).
const PlaceSize = 20

// AppendPlace appends the payload of such a message.
func AppendPlace(dst []byte, ndx int32, dev, ino uint64) []byte {
	return AppendInt64(AppendInt64(AppendInt32(dst, ndx), int64(dev)), int64(ino))
}

// Place takes the payload of such a message, whose length has been checked, apart.
func Place(payload []byte) (ndx int32, dev, ino uint64) {
	_ = payload[PlaceSize-1]
	return Int(payload), binary.LittleEndian.Uint64(payload[4:]), binary.LittleEndian.Uint64(payload[12:])
}
