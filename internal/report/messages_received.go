package report

import "godwit/internal/exit"

// Messages about a file list that was received
// (docs/protocol/06-output.md §12.6).
const (
	UnsafePathname Msg = sectionReceivedList + iota
	InvalidPath
	InvalidPathInGenerator
	RejectingUnrequested
	RejectingExcluded
	RejectingRoot
	InvalidMode
	ListOverflow
	NegativeLength
	HardLinkRange
	InvalidListFlag
	RefusingDuplicateList
	RefusingDirIndex
	RefusingLateList
	RefusingClearedDir
	TimeTruncated
	ParentAbsent
)

var receivedListMessages = [...]entry{
	UnsafePathname & place:         {class: Error, code: exit.Unsupported, text: "ABORTING due to unsafe pathname from sender: {}"},
	InvalidPath & place:            {class: Error, code: exit.Unsupported, text: "ABORTING due to invalid path from sender: {}/{}"},
	InvalidPathInGenerator & place: {class: Error, code: exit.Protocol, text: "ABORTING due to invalid path from sender: {}/{}"},
	RejectingUnrequested & place:   {class: Error, code: exit.Unsupported, text: "ERROR: rejecting unrequested file-list name: {}"},
	RejectingExcluded & place:      {class: Error, code: exit.Unsupported, text: "ERROR: rejecting excluded file-list name: {}"},
	RejectingRoot & place:          {class: Error, code: exit.Protocol, text: "ERROR: rejecting non-directory transfer-root entry: {}"},
	InvalidMode & place:            {class: Error, code: exit.Protocol, text: "invalid file mode 0{} for {} [{role}]"},
	ListOverflow & place:           {class: Error, code: exit.Memory, text: "overflow: xflags=0x{} l1={} l2={} lastname={} [{role}]"},
	NegativeLength & place:         {class: Error, code: exit.Unsupported, text: "Offset underflow: file-length is negative"},
	HardLinkRange & place:          {class: Error, code: exit.Protocol, text: "hard-link reference out of range: {} ({})"},
	InvalidListFlag & place:        {class: Error, code: exit.Protocol, text: "Invalid flist flag: {}"},
	RefusingDuplicateList & place:  {class: ErrorXfer, form: prefix, code: exit.Protocol, text: "refusing malicious duplicate flist for dir {}"},
	RefusingDirIndex & place:       {class: ErrorXfer, form: prefix, code: exit.Protocol, text: "refusing invalid dir_ndx {} >= {}"},
	RefusingLateList & place:       {class: ErrorXfer, form: prefix, code: exit.Protocol, text: "refusing sub-flist after final flist was freed"},
	RefusingClearedDir & place:     {class: ErrorXfer, form: prefix, code: exit.Protocol, text: "refusing flist for cleared dir_ndx {}"},
	TimeTruncated & place:          {class: ErrorXfer, text: "Time value of {} truncated on receiver."},
	ParentAbsent & place:           {class: Error, text: "WARNING: parent dir is absent in the file list: {}"},
}
