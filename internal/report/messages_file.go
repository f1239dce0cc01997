package report

import (
	"godwit/internal/exit"
	"godwit/internal/options"
)

// Messages of the sender and the receiver about the data of one file
// (docs/protocol/06-output.md §12.9).
const (
	SendOpenFailed Msg = sectionFile + iota
	ReadErrorsMapping
	SendFstatFailed
	SkippedDiminished
	DeviceWithoutCopyDevices
	SenderRemoveFailed
	SenderRelstatFailed
	SenderOpenParentFailed
	SkippingRemoveChanged
	SkippingRemoveDestination
	VerificationRetry
	VerificationRetryBatch
	VerificationFailed
	MkstempFailed
	OpenFailed
	FstatFailed
	ReceivedIsDirectory
	TempNameTooLong
	WriteFailed
	SeekFailed
	FileCloseFailed
	FsyncFailed
	TruncateFailed
	AllocateFailed
	RenameFailed
	CopyFailed
	RenameFromPartialFailed
	NoPartialDirCompleted
	NoPartialDirPartial
	InvalidBlockIndex
	MatchWithoutBasis
	InvalidLiteral
	InvalidBasisDir
	RefusingFuzzy
	RefusingPartialBasis
	RejectingExcludedTransfer
	NoBatchedUpdate
	NoBatchedResend
)

var fileMessages = [...]entry{
	SendOpenFailed & place:            {class: ErrorXfer, form: system, trouble: exit.TroubleIO, text: "send_files failed to open {}"},
	ReadErrorsMapping & place:         {class: ErrorXfer, form: system, trouble: exit.TroubleIO, text: "read errors mapping {}"},
	SendFstatFailed & place:           {class: ErrorXfer, form: system, code: exit.FileIO, trouble: exit.TroubleIO, text: "fstat failed"},
	SkippedDiminished & place:         {class: Warning, text: "skipped diminished file: {}"},
	DeviceWithoutCopyDevices & place:  {class: Error, code: exit.Protocol, text: "attempt to copy device contents without --copy-devices"},
	SenderRemoveFailed & place:        {class: ErrorXfer, form: system, text: "sender failed to remove {}"},
	SenderRelstatFailed & place:       {class: ErrorXfer, form: system, text: "sender failed to re-lstat {}"},
	SenderOpenParentFailed & place:    {class: ErrorXfer, form: system, text: "sender failed to secure-open-parent {}"},
	SkippingRemoveChanged & place:     {class: ErrorXfer, text: "ERROR: Skipping sender remove for changed file: {}"},
	SkippingRemoveDestination & place: {class: ErrorXfer, text: "ERROR: Skipping sender remove of destination file: {}"},
	VerificationRetry & place:         {class: Warning, gate: atOrItems(options.InfoName, 1), text: "WARNING: {} failed verification -- update {} (will try again)."},
	VerificationRetryBatch & place:    {class: Warning, gate: atOrItems(options.InfoName, 1), text: "WARNING: {} failed verification -- update {} (may try again)."},
	VerificationFailed & place:        {class: ErrorXfer, text: "ERROR: {} failed verification -- update {}."},
	MkstempFailed & place:             {class: ErrorXfer, form: system, text: "mkstemp {} failed"},
	OpenFailed & place:                {class: ErrorXfer, form: system, text: "open {} failed"},
	FstatFailed & place:               {class: ErrorXfer, form: system, text: "fstat {} failed"},
	ReceivedIsDirectory & place:       {class: ErrorXfer, text: "recv_files: {} is a directory"},
	TempNameTooLong & place:           {class: ErrorXfer, text: "temporary filename too long: {}"},
	WriteFailed & place:               {class: ErrorXfer, form: system, code: exit.FileIO, text: "write failed on {}"},
	SeekFailed & place:                {class: ErrorXfer, form: system, code: exit.FileIO, text: "lseek of {} returned {}, not {}"},
	FileCloseFailed & place:           {class: Error, form: system, code: exit.FileIO, text: "close failed on {}"},
	FsyncFailed & place:               {class: Error, form: system, code: exit.FileIO, text: "fsync failed on {}"},
	TruncateFailed & place:            {class: ErrorXfer, form: system, text: "ftruncate failed on {}"},
	AllocateFailed & place:            {class: Warning, form: system, text: "do_fallocate {}"},
	RenameFailed & place:              {class: ErrorXfer, form: system, text: "rename {} -> \"{}\""},
	CopyFailed & place:                {class: ErrorXfer, form: system, text: "copy {} -> \"{}\""},
	RenameFromPartialFailed & place:   {class: ErrorXfer, form: system, text: "rename failed for {} (from {})"},
	NoPartialDirCompleted & place:     {class: Error, text: "Unable to create partial-dir for {} -- discarding completed file."},
	NoPartialDirPartial & place:       {class: Error, text: "Unable to create partial-dir for {} -- discarding partial file."},
	InvalidBlockIndex & place:         {class: Error, code: exit.Protocol, text: "Invalid block index {} (count={}) [{role}]"},
	MatchWithoutBasis & place:         {class: Error, code: exit.Protocol, text: "got a block match with no basis file for {} [{role}]"},
	InvalidLiteral & place:            {class: Error, code: exit.Protocol, text: "Invalid literal token with no data [{role}]"},
	InvalidBasisDir & place:           {class: Error, code: exit.Protocol, text: "invalid basis_dir index: {}."},
	RefusingFuzzy & place:             {class: Error, form: prefix, code: exit.Protocol, text: "refusing malicious fuzzy operation for {}"},
	RefusingPartialBasis & place:      {class: Error, form: prefix, code: exit.Protocol, text: "refusing unconfined partial basis for {}"},
	RejectingExcludedTransfer & place: {class: Error, code: exit.Protocol, text: "ERROR: rejecting file transfer request for daemon excluded file: {}"},
	NoBatchedUpdate & place:           {class: ErrorXfer, text: "(No batched update for \"{}\")"},
	NoBatchedResend & place:           {class: ErrorXfer, text: "(No batched update for resend of \"{}\")"},
}
