package report

import "godwit/internal/options"

// Messages of the generator: making, changing and deleting entries
// (docs/protocol/06-output.md §12.8, §12.10).
const (
	GeneratorMkdirFailed Msg = sectionGenerator + iota
	SkippingFailedDirectory
	GeneratorStatFailed
	BasisOpenFailed
	ModifyPermsFailed
	SetPermsFailed
	SetTimesFailed
	ChownFailed
	ChgrpFailed
	StatFailed
	ImpossibleID
	SymlinkFailed
	MknodFailed
	HardLinkFailed
	UnlinkFailed
	OpenInPlaceFailed
	RenameTempFailed
	CopyFileFailed
	DaemonRefusedFile
	TooLargeForSums
	CannotMakeWay
	DeleteUnlinkFailed
	DeleteRmdirFailed
	DeleteBackupFailed
	DelayFileEOF
	DelayFileInvalid
	DelayFileNameTooLong
	DelayFileReadFailed
	DelayFileFlushFailed
	BackupLstatFailed
	BackupMkdirFailed
	BackupStatFailed
	BackupNameTooLong
	KeepBackupFailed
	BackupMknodFailed
	BackupLinkFailed
)

var generatorMessages = [...]entry{
	GeneratorMkdirFailed & place:    {class: ErrorXfer, form: system, text: "recv_generator: mkdir {} failed"},
	SkippingFailedDirectory & place: {class: Error, text: "*** Skipping any contents from this failed directory ***"},
	GeneratorStatFailed & place:     {class: ErrorXfer, form: system, text: "recv_generator: failed to stat {}"},
	BasisOpenFailed & place:         {class: Error, form: system, text: "failed to open {}, continuing"},
	ModifyPermsFailed & place:       {class: ErrorXfer, form: system, text: "failed to modify permissions on {}"},
	SetPermsFailed & place:          {class: ErrorXfer, form: system, text: "failed to set permissions on {}"},
	SetTimesFailed & place:          {class: ErrorXfer, form: system, text: "failed to set times on {}"},
	ChownFailed & place:             {class: ErrorXfer, form: system, text: "chown {} failed"},
	ChgrpFailed & place:             {class: ErrorXfer, form: system, text: "chgrp {} failed"},
	StatFailed & place:              {class: ErrorXfer, form: system, text: "stat {} failed"},
	ImpossibleID & place:            {class: ErrorXfer, text: "{} 4294967295 (-1) is impossible to set on {}"},
	SymlinkFailed & place:           {class: ErrorXfer, form: system, text: "symlink {} -> \"{}\" failed"},
	MknodFailed & place:             {class: ErrorXfer, form: system, text: "mknod {} failed"},
	HardLinkFailed & place:          {class: ErrorXfer, form: system, text: "link {} => {} failed"},
	UnlinkFailed & place:            {class: ErrorXfer, form: system, text: "unlink {}"},
	OpenInPlaceFailed & place:       {class: ErrorXfer, form: system, text: "open {}"},
	RenameTempFailed & place:        {class: ErrorXfer, form: system, text: "rename {} -> \"{}\" failed"},
	CopyFileFailed & place:          {class: Info, gate: at(options.InfoCopy, 1), form: system, text: "copy_file {} => {}"},
	DaemonRefusedFile & place:       {class: ErrorXfer, text: "ERROR: daemon refused to receive {} \"{}\""},
	TooLargeForSums & place:         {class: Warning, text: "WARNING: file is too large for checksum sending: {}"},
	CannotMakeWay & place:           {class: ErrorXfer, text: "could not make way for {} {}: {}"},
	DeleteUnlinkFailed & place:      {class: ErrorXfer, form: system, text: "delete_file: unlink({}) failed"},
	DeleteRmdirFailed & place:       {class: ErrorXfer, form: system, text: "delete_file: rmdir({}) failed"},
	DeleteBackupFailed & place:      {class: ErrorXfer, form: system, text: "delete_file: make_backup({}) failed"},
	DelayFileEOF & place:            {class: Error, text: "ERROR: unexpected EOF in delete-delay file."},
	DelayFileInvalid & place:        {class: Error, text: "ERROR: invalid data in delete-delay file."},
	DelayFileNameTooLong & place:    {class: Error, text: "ERROR: filename too long in delete-delay file."},
	DelayFileReadFailed & place:     {class: Error, form: system, text: "reading delete-delay file"},
	DelayFileFlushFailed & place:    {class: Error, form: system, text: "flush of delete-delay buffer"},
	BackupLstatFailed & place:       {class: Error, form: system, text: "backup lstat {} failed"},
	BackupMkdirFailed & place:       {class: Error, form: system, text: "backup mkdir {} failed"},
	BackupStatFailed & place:        {class: Error, form: system, text: "backup stat {} failed"},
	BackupNameTooLong & place:       {class: Error, text: "backup filename too long"},
	KeepBackupFailed & place:        {class: Error, form: system, text: "keep_backup failed: {} -> \"{}\""},
	BackupMknodFailed & place:       {class: Error, form: system, text: "mknod {} failed"},
	BackupLinkFailed & place:        {class: Error, form: system, text: "link {} -> \"{}\""},
}
