package report

import "godwit/internal/exit"

// Operands that cannot be used (docs/protocol/06-output.md §12.2).
const (
	BothRemote Msg = sectionOperands + iota
	UnexpectedRemoteArg
	UnexpectedLocalArg
	PrefixWithColon
	DifferentMachines
	DifferentHostspecs
	DifferentPorts
	EmptySource
	EmptyDestination
	RemoteReadBatch
	FilesFromOtherHost
	FilesFromRemoteLocal
	PasswordFileWithoutDaemon
	ContimeoutWithoutDaemon
	HostStartsWithDash
	MissingQuote
	TooManyRemoteOptions
	InvalidCopyAsUser
	InvalidCopyAsGroup
)

var operandMessages = [...]entry{
	BothRemote & place:                {class: Error, code: exit.Syntax, text: "The source and destination cannot both be remote."},
	UnexpectedRemoteArg & place:       {class: Error, code: exit.Syntax, text: "Unexpected remote arg: {}"},
	UnexpectedLocalArg & place:        {class: Error, code: exit.Syntax, text: "Unexpected local arg: {}"},
	PrefixWithColon & place:           {class: Error, code: exit.Syntax, text: "If arg is a remote file/dir, prefix it with a colon (:)."},
	DifferentMachines & place:         {class: Error, code: exit.Syntax, text: "All source args must come from the same machine."},
	DifferentHostspecs & place:        {class: Error, code: exit.Syntax, text: "All source args must use the same hostspec format."},
	DifferentPorts & place:            {class: Error, code: exit.Syntax, text: "All source args must use the same port number."},
	EmptySource & place:               {class: Error, code: exit.Syntax, text: "Empty source arg specified."},
	EmptyDestination & place:          {class: Error, code: exit.Syntax, text: "Empty destination arg specified (use \".\" or see --old-args)."},
	RemoteReadBatch & place:           {class: Error, code: exit.Syntax, text: "remote destination is not allowed with --read-batch"},
	FilesFromOtherHost & place:        {class: Error, code: exit.Syntax, text: "--files-from hostname is not the same as the transfer hostname"},
	FilesFromRemoteLocal & place:      {class: Error, code: exit.Syntax, text: "--files-from cannot be remote when the transfer is local"},
	PasswordFileWithoutDaemon & place: {class: Error, code: exit.Syntax, text: "The --password-file option may only be used when accessing an rsync daemon."},
	ContimeoutWithoutDaemon & place:   {class: Error, code: exit.Syntax, text: "The --contimeout option may only be used when connecting to an rsync daemon."},
	HostStartsWithDash & place:        {class: Error, code: exit.Syntax, text: "Invalid remote host: hostnames may not start with '-'."},
	MissingQuote & place:              {class: Error, code: exit.Syntax, text: "Missing trailing-{} in remote-shell command."},
	TooManyRemoteOptions & place:      {class: Error, code: exit.Syntax, text: "too many remote options specified."},
	InvalidCopyAsUser & place:         {class: Error, code: exit.Syntax, text: "Invalid copy-as user: {}"},
	InvalidCopyAsGroup & place:        {class: Error, code: exit.Syntax, text: "Invalid copy-as group: {}"},
}
