package report

import "godwit/internal/exit"

// Messages about the destination argument and the directories given by options
// (docs/protocol/06-output.md §12.7).
const (
	DestinationNotDirForMany Msg = sectionDestination + iota
	DestinationNotDirForDir
	DestinationNotDir
	DestinationStatFailed
	MkdirFailed
	ChangeDirExisting
	ChangeDirMade
	ChangeDirParent
	ChangeDirServer
	ChangeDirSender
	DestinationExcluded
	AltDestMissing
	AltDestNotDir
	BackupDirNotDir
	BackupDirStatFailed
	TempDirMissing
	TempDirNotDir
	TempDirStatFailed
)

var destinationMessages = [...]entry{
	DestinationNotDirForMany & place: {class: Error, code: exit.FileSelect, text: "ERROR: destination must be a directory when copying more than 1 file"},
	DestinationNotDirForDir & place:  {class: Error, code: exit.FileSelect, text: "ERROR: cannot overwrite non-directory with a directory"},
	DestinationNotDir & place:        {class: Error, code: exit.Syntax, text: "ERROR: destination path is not a directory"},
	DestinationStatFailed & place:    {class: Error, form: system, code: exit.FileSelect, text: "ERROR: cannot stat destination {}"},
	MkdirFailed & place:              {class: Error, form: system, code: exit.FileIO, text: "mkdir {} failed"},
	ChangeDirExisting & place:        {class: Error, form: system, code: exit.FileSelect, text: "change_dir#1 {} failed"},
	ChangeDirMade & place:            {class: Error, form: system, code: exit.FileSelect, text: "change_dir#2 {} failed"},
	ChangeDirParent & place:          {class: Error, form: system, code: exit.FileSelect, text: "change_dir#3 {} failed"},
	ChangeDirSender & place:          {class: Error, form: system, code: exit.FileSelect, text: "change_dir#3 {} failed"},
	ChangeDirServer & place:          {class: Error, form: system, code: exit.FileSelect, text: "change_dir#4 {} failed"},
	DestinationExcluded & place:      {class: Error, code: exit.FileSelect, text: "ERROR: daemon has excluded destination \"{}\""},
	AltDestMissing & place:           {class: Warning, text: "--{}-dest arg does not exist: {}"},
	AltDestNotDir & place:            {class: Warning, text: "--{}-dest arg is not a dir: {}"},
	BackupDirNotDir & place:          {class: Error, code: exit.Syntax, text: "The backup-dir is not a directory: {}"},
	BackupDirStatFailed & place:      {class: Error, code: exit.FileIO, text: "Failed to stat {}: {}"},
	TempDirMissing & place:           {class: Error, code: exit.Syntax, text: "The temp-dir does not exist: {}"},
	TempDirNotDir & place:            {class: Error, code: exit.Syntax, text: "The temp-dir is not a directory: {}"},
	TempDirStatFailed & place:        {class: Error, code: exit.FileIO, text: "Failed to stat temp-dir {}: {}"},
}
