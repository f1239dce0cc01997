package options

import (
	"math"
	"path"
	"strings"
)

// The steps of the evaluation that concern the destination: deleting, backups,
// output formats, in-place and partial files, --files-from.

func (e *evaluation) deletion() error {
	e.o.MaxDelete = -1
	if e.o.MaxDeleteSet && e.maxDelete != math.MinInt32 {
		e.o.MaxDelete = max(e.maxDelete, 0)
	}
	when, kinds := DeleteDefault, 0
	for _, w := range []struct {
		given bool
		when  DeleteWhen
	}{{e.deleteBefore, DeleteBefore}, {e.deleteDuring != DeleteDefault, e.deleteDuring}, {e.deleteAfter, DeleteAfter}} {
		if w.given {
			when, kinds = w.when, kinds+1
		}
	}
	if kinds > 1 {
		return usageError("rsync: You may not combine multiple --delete-WHEN options.")
	}
	e.o.DeleteWhen = when
	plain := e.o.Delete
	e.o.Delete = e.o.Delete || kinds > 0 || e.o.DeleteExcluded
	if e.o.Delete && !e.o.Dirs && e.o.Recurse == RecurseNot {
		return usageError("rsync: --delete does not work without --recursive (-r) or --dirs (-d).")
	}
	return e.refusedDeletion(plain)
}

// refusedDeletion applies what a module's refusal of deletions implies.
func (e *evaluation) refusedDeletion(plain bool) error {
	r := e.cfg.Refusal
	if r == nil {
		return nil
	}
	if e.o.Delete || e.deleteMissing || e.o.Sender && e.o.RemoveSource != RemoveNothing {
		if err := e.refuses("delete"); err != nil {
			return err
		}
	}
	if plain && e.o.DeleteWhen == DeleteDefault {
		before, during := r.Refuses("delete-before"), r.Refuses("delete-during")
		switch {
		case before && during:
			return e.refuses("delete-before")
		case before:
			e.o.DeleteWhen = DeleteDuring
		case during:
			e.o.DeleteWhen = DeleteBefore
		}
	}
	return nil
}

func (e *evaluation) backup() error {
	if strings.Contains(e.suffix, "/") {
		return usageError("rsync: --suffix cannot contain slashes: " + e.suffix)
	}
	if e.o.BackupDirSet {
		for strings.HasPrefix(e.o.BackupDir, "./") {
			e.o.BackupDir = e.o.BackupDir[2:]
		}
		if e.o.BackupDir == "." {
			e.o.BackupDir = ""
		}
		if len(e.o.BackupDir) > maxBackupDir {
			return usageError("rsync: the --backup-dir path is WAY too long.")
		}
		e.o.Backup = true
	}
	standard := "~"
	if e.o.BackupDirSet {
		standard = ""
	}
	e.o.Suffix = standard
	if e.suffixSet {
		e.o.Suffix = e.suffix
	}
	e.o.SuffixDefault = e.o.Suffix == standard
	switch {
	case e.o.BackupDirSet && e.o.BackupDir == "" && e.o.Suffix == "":
		return usageError("rsync: --suffix cannot be empty when --backup-dir is the same as the dest dir")
	case !e.o.BackupDirSet && e.o.Suffix == "" && !(e.o.Server && e.o.Sender):
		return usageError("rsync: --suffix cannot be empty without a --backup-dir")
	}
	e.o.OmitDirTimes = e.o.OmitDirTimesGiven
	if e.o.Backup && e.o.BackupDir == "" {
		e.o.OmitDirTimes = true
		if e.o.Delete && !e.o.DeleteExcluded && !e.server() {
			e.o.Filters = append(e.o.Filters, FilterArg{Kind: FilterRule, Text: "P *" + e.o.Suffix, Implied: true})
		}
	}
	return nil
}

// formats settles the line format, the flags that --progress implies, and the
// log file's format.
func (e *evaluation) formats() error {
	switch {
	case e.o.OutFormatGiven:
		e.o.OutFormat = e.outFormat
		itemized := FormatHas(e.outFormat, 'i')
		switch {
		case !itemized:
			e.o.Itemize = 0
		case FormatHas(e.outFormat, 'I') && e.o.Server:
			e.o.Itemize = 2
		default:
			e.o.Itemize = max(e.o.Itemize, 1)
		}
	case e.o.Itemize > 0:
		e.o.OutFormat = "%i %n%L"
	}
	early := e.o.OutFormat != "" && !FormatHas(e.o.OutFormat, 'b') && !FormatHas(e.o.OutFormat, 'c') && !FormatHas(e.o.OutFormat, 'C')
	if e.o.Progress && !e.server() {
		e.implyInfo("FLIST2,PROGRESS")
		if !early && e.o.Info[InfoName] == 0 {
			e.implyInfo("NAME")
		}
	}
	if e.o.OutFormat == "" && !e.o.OutFormatGiven && e.o.Info[InfoName] > 0 && !e.o.Server {
		e.o.OutFormat = "%n%L"
	}
	if e.o.LogFile != "" {
		e.o.LogFileFormat = "%i %n%L"
		if e.logFormatSet {
			e.o.LogFileFormat = e.logFormat
		}
	}
	return nil
}

// FormatHas tells whether a line format (--out-format, --log-file-format, a
// daemon's "log format") uses the escape of a letter, with any flags and width
// between the percent sign and the letter.
func FormatHas(format string, letter byte) bool {
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			continue
		}
		for i++; i < len(format) && (format[i] == '\'' || format[i] == '-' || isDigit(format[i])); i++ {
		}
		if i < len(format) && format[i] == letter {
			return true
		}
	}
	return false
}

// updating settles append, in-place, delayed and partial updates.
func (e *evaluation) updating() error {
	if e.o.Append != AppendNot {
		if e.o.WholeFile == On {
			return usageError("rsync: --append cannot be used with --whole-file")
		}
		if err := e.refuses("inplace"); err != nil {
			return err
		}
	}
	if e.o.WriteDevices {
		if err := e.refuses("inplace"); err != nil {
			return err
		}
	}
	e.o.Inplace = e.o.Inplace || e.o.Append != AppendNot || e.o.WriteDevices
	if e.o.DelayUpdates && !e.partialDirSet {
		e.partialDir, e.partialDirSet = ".~tmp~", true
		e.o.PartialDirImplied = true
	}
	if e.o.Inplace {
		name := "--inplace"
		if e.o.Append != AppendNot {
			name = "--append"
		}
		switch {
		case e.o.DelayUpdates:
			return usageError("rsync: " + name + " cannot be used with --delay-updates")
		case e.partialDirSet:
			return usageError("rsync: " + name + " cannot be used with --partial-dir")
		}
		if err := e.refuses("partial"); err != nil {
			return err
		}
		e.o.Partial = false
		return nil
	}
	if e.o.Partial && !e.partialDirSet && !e.server() {
		e.partialDir = e.cfg.env("RSYNC_PARTIAL_DIR")
	}
	if e.partialDir != "" {
		e.o.PartialDir = cleanPartialDir(e.partialDir)
	}
	if e.partialDirSet && e.o.PartialDir == "" {
		return e.refuses("partial")
	}
	return nil
}

// cleanPartialDir collapses slashes, "." and ".." textually; "." alone means
// no directory.
func cleanPartialDir(dir string) string {
	if dir = path.Clean(dir); dir == "." {
		return ""
	}
	return dir
}

func (e *evaluation) filesFromSource() error {
	if !e.o.FilesFromGiven {
		return nil
	}
	if n := len(e.o.Args); n > 2 || n == 1 && !e.server() {
		return &Error{Usage: true, Code: exitSyntax}
	}
	name := e.filesFrom
	if name == "-" {
		e.o.FilesFrom = name
		return nil
	}
	host := parseOperand(name, driveLetters)
	if host.Kind == Local {
		e.o.FilesFrom = name
		return nil
	}
	if e.o.Server {
		return usageError("rsync: The --files-from sent to the server cannot specify a host.")
	}
	e.o.FilesFrom, e.o.FilesFromHost, e.o.FilesFromRemote = host.Path, host.Host, true
	if host.Path == "-" {
		return usageError("rsync: Invalid --files-from remote filename")
	}
	return nil
}
