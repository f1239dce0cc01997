package report

import "godwit/internal/exit"

// Messages about making the file list, on the sender
// (docs/protocol/06-output.md §12.5).
const (
	LinkStatFailed Msg = sectionList + iota
	LinkStatMissing
	ChangeDirFailed
	FileVanished
	DirectoryVanished
	NoReferent
	ReadlinkStatFailed
	OpendirFailed
	OpendirLedOutside
	ReaddirFailed
	SkippingLongName
	NameOverflows
	EmptyNameIn
	SkippingEmptySymlink
	CannotConvertName
	CannotConvertLink
	DotDotInRelative
	ListTooLarge
	DyingForOldReceiver
	DeviceSizeFailed
)

var listMessages = [...]entry{
	LinkStatFailed & place:       {class: ErrorXfer, form: system, trouble: exit.TroubleIO, text: "link_stat {} failed"},
	LinkStatMissing & place:      {class: ErrorXfer, form: system, text: "link_stat {} failed"},
	ChangeDirFailed & place:      {class: ErrorXfer, form: system, trouble: exit.TroubleIO, text: "change_dir {} failed"},
	FileVanished & place:         {class: Warning, trouble: exit.TroubleVanish, text: "file has vanished: {}"},
	DirectoryVanished & place:    {class: Warning, trouble: exit.TroubleVanish, text: "directory has vanished: {}"},
	NoReferent & place:           {class: ErrorXfer, trouble: exit.TroubleIO, text: "symlink has no referent: {}"},
	ReadlinkStatFailed & place:   {class: ErrorXfer, form: system, trouble: exit.TroubleIO, text: "readlink_stat({}) failed"},
	OpendirLedOutside & place:    {class: ErrorXfer, form: system, text: "opendir {} failed"},
	OpendirFailed & place:        {class: ErrorXfer, form: system, trouble: exit.TroubleIO, text: "opendir {} failed"},
	ReaddirFailed & place:        {class: ErrorXfer, form: system, trouble: exit.TroubleIO, text: "readdir({})"},
	SkippingLongName & place:     {class: ErrorXfer, trouble: exit.TroubleIO, text: "skipping overly long name: {}"},
	NameOverflows & place:        {class: ErrorXfer, trouble: exit.TroubleIO, text: "filename overflows max-path len by {}: {}/{}"},
	EmptyNameIn & place:          {class: ErrorXfer, trouble: exit.TroubleIO, text: "cannot send file with empty name in {}"},
	SkippingEmptySymlink & place: {class: ErrorXfer, text: "skipping symlink with 0-length value: {}"},
	CannotConvertName & place:    {class: ErrorXfer, trouble: exit.TroubleIO, text: "[{role}] cannot convert filename: {} ({})"},
	CannotConvertLink & place:    {class: ErrorXfer, trouble: exit.TroubleIO, text: "[{role}] cannot convert symlink data for: {} ({})"},
	DotDotInRelative & place:     {class: Error, code: exit.Syntax, text: "found \"..\" dir in relative path: {}"},
	ListTooLarge & place:         {class: Error, code: exit.Memory, text: "[{role}] file list has grown too large to expand"},
	DyingForOldReceiver & place:  {class: ErrorXfer, code: exit.Unsupported, text: "FATAL I/O ERROR: dying to avoid a --delete-{} issue with a pre-3.0.7 receiver."},
	DeviceSizeFailed & place:     {class: Error, form: system, text: "failed to get device size via seek: {}"},
}
