package report

import "godwit/internal/exit"

// Messages about extended attributes and ACLs
// (docs/protocol/06-output.md §12.11).
const (
	ListXattrFailed Msg = sectionAttributes + iota
	GetXattrFailed
	SetXattrFailed
	CopyXattrFailed
	GetACLFailed
	SetACLFailed
	FakeStatReadFailed
	FakeStatWriteFailed
	RestatFailed
	FakeStatDeleteFailed
	FakeStatCorrupt
	XattrValueMissing
	XattrIndexRange
	XattrNameInvalid
	XattrValueLimit
	XattrListLimit
	XattrNotFound
	ACLIndexRange
	ACLAccessRange
	DefaultPermsFallback
)

var attributeMessages = [...]entry{
	ListXattrFailed & place:      {class: ErrorXfer, form: system, text: "get_xattr_names: llistxattr({},{}) failed"},
	GetXattrFailed & place:       {class: ErrorXfer, form: system, text: "get_xattr_data: {}({},\"{}\",{}) failed"},
	SetXattrFailed & place:       {class: ErrorXfer, form: system, text: "rsync_xal_set: {}({},\"{}\") failed"},
	CopyXattrFailed & place:      {class: ErrorXfer, form: system, text: "copy_xattrs: {}({},\"{}\") failed"},
	GetACLFailed & place:         {class: ErrorXfer, form: system, text: "get_acl: sys_acl_get_file({}, {})"},
	SetACLFailed & place:         {class: ErrorXfer, form: system, text: "set_acl: sys_acl_set_file({}, {})"},
	FakeStatReadFailed & place:   {class: ErrorXfer, form: system, text: "failed to read xattr {} for {}"},
	FakeStatWriteFailed & place:  {class: ErrorXfer, form: system, text: "failed to write xattr {} for {}"},
	RestatFailed & place:         {class: ErrorXfer, form: system, text: "failed to re-stat {}"},
	FakeStatDeleteFailed & place: {class: ErrorXfer, form: system, text: "delete of stat xattr failed for {}"},
	FakeStatCorrupt & place:      {class: Error, code: exit.FileIO, text: "Corrupt {} xattr attached to {}: \"{}\""},
	XattrValueMissing & place:    {class: Error, text: "Missing abbreviated xattr value, {}, for {}"},
	XattrIndexRange & place:      {class: Error, code: exit.StreamIO, text: "receive_xattr: xa index {} out of range for {}"},
	XattrNameInvalid & place:     {class: Error, code: exit.FileIO, text: "Invalid xattr name received (missing trailing \\0)."},
	XattrValueLimit & place:      {class: Error, code: exit.Protocol, text: "xattr datum_len exceeds per-value limit [{role}]"},
	XattrListLimit & place:       {class: Error, code: exit.Protocol, text: "xattr list exceeds per-file limit [{role}]"},
	XattrNotFound & place:        {class: Error, code: exit.Protocol, text: "[{role}] could not find xattr #{} for {}"},
	ACLIndexRange & place:        {class: Error, code: exit.StreamIO, text: "recv_acl_index: {} ACL index {} > {}"},
	ACLAccessRange & place:       {class: Error, code: exit.StreamIO, text: "recv_acl_access: value out of range: {}"},
	DefaultPermsFallback & place: {class: Warning, text: "default_perms_for_dir: sys_acl_get_file({}, {}): {}, falling back on umask"},
}
