package report

import "godwit/internal/exit"

// Messages about filter rules, batch files and memory
// (docs/protocol/06-output.md §12.12).
const (
	UnknownFilterRule Msg = sectionRules + iota
	InvalidModifierAt
	InvalidModifier
	UnexpectedRuleEnd
	TrailingCharacters
	SpecifiedSideMerge
	FilterFileUnreadable
	FilterFileUnreadableInner
	OverlongFilter
	MergeNameOverflows
	MergeDepth
	BatchOpenFailed
	BatchScriptOpenFailed
	BatchNotRegular
	BatchScriptWriteFailed
	BatchNeedsIconv
	BatchRefusesIconv
	OutOfMemory
	MaxAllocExceeded
	BufferOverflow
)

var ruleMessages = [...]entry{
	UnknownFilterRule & place:         {class: Error, code: exit.Syntax, text: "Unknown filter rule: {}"},
	InvalidModifierAt & place:         {class: Error, code: exit.Syntax, text: "invalid modifier '{}' at position {} in filter rule: {}"},
	InvalidModifier & place:           {class: Error, code: exit.Syntax, text: "invalid modifier in filter rule: {}"},
	UnexpectedRuleEnd & place:         {class: Error, code: exit.Syntax, text: "unexpected end of filter rule: {}"},
	TrailingCharacters & place:        {class: Error, code: exit.Syntax, text: "'!' rule has trailing characters: {}"},
	SpecifiedSideMerge & place:        {class: Error, code: exit.Syntax, text: "specified-side merge file contains specified-side filter: {}"},
	FilterFileUnreadable & place:      {class: Error, form: system, code: exit.FileIO, text: "failed to open {} file {}"},
	FilterFileUnreadableInner & place: {class: Error, code: exit.FileIO, text: "failed to open {} file {}"},
	OverlongFilter & place:            {class: Error, text: "discarding over-long filter: {}"},
	MergeNameOverflows & place:        {class: Error, text: "merge-file name overflows: {}"},
	MergeDepth & place:                {class: Error, code: exit.FileIO, text: "[{role}] merge-file include depth limit ({}) exceeded at {}"},
	BatchOpenFailed & place:           {class: Error, form: system, code: exit.FileIO, text: "Batch file {} open error"},
	BatchScriptOpenFailed & place:     {class: Error, form: system, code: exit.FileSelect, text: "Batch file {} open error"},
	BatchNotRegular & place:           {class: Error, code: exit.FileIO, text: "Batch file {} is neither a regular file nor a FIFO"},
	BatchScriptWriteFailed & place:    {class: Error, form: system, code: exit.FileIO, text: "Batch file {}.sh write error"},
	BatchNeedsIconv & place:           {class: Error, code: exit.Syntax, text: "Please specify the --iconv option to use this batch file."},
	BatchRefusesIconv & place:         {class: Error, code: exit.Syntax, text: "Do not specify the --iconv option to use this batch file."},
	OutOfMemory & place:               {class: Error, code: exit.Memory, text: "[{role}] out of memory: {} (file={}, line={})"},
	MaxAllocExceeded & place:          {class: Error, code: exit.Memory, text: "[{role}] exceeded --max-alloc={} setting (file={}, line={})"},
	BufferOverflow & place:            {class: Error, code: exit.Memory, text: "[{role}] buffer overflow: {} (file={}, line={})"},
}
