package report

import (
	"godwit/internal/exit"
	"godwit/internal/options"
)

// Messages about the run and its entries that are no errors
// (docs/protocol/06-output.md §2.3, §3, §4).
const (
	NoMessage Msg = sectionRun + iota
	UpToDate
	CreatedDirectory
	CreatedOneDirectory
	CreatedDirectories
	BackedUp
	BackupDirIs
	NewBackupDirIs
	RenamingTextBusy
	SettingForBatch
	ClearingForBatch
	SettingTimeout
	SkippingMount
	CannotDeleteMount
	SkippingDirectory
	SkippingNonRegular
	BackupSkipsNonRegular
	IgnoringUnsafeSymlink
	CopyingUnsafeSymlink
	NotBackingUpUnsafe
	NotBackingUpUnreadable
	SenderRemoved
	SenderAlreadyRemoved
	Exists
	ExistsBecause
	IsNewer
	OverMaxSize
	UnderMinSize
	NotCreatingFile
	NotCreatingDirectory
	CannotDeleteNonEmpty
	SkippingDeletion
	BogusMode
	SkippingBatchedUpdate
	SkippingBatchedResend
	NoDeleteDelayFile
	NoDeleteDelayFileInc
	IgnoringBatchOption
	OldPeer
	DeletionsStopped
	TryOldDirs
)

var runMessages = [...]entry{
	NoMessage:              {class: Info, text: ""},
	UpToDate:               {class: Client, text: "{} is uptodate", gate: at(options.InfoName, 2)},
	CreatedDirectory:       {class: Info, text: "created directory {}", gate: atOrItems(options.InfoName, 1)},
	CreatedOneDirectory:    {class: Info, text: "created 1 directory for {}", gate: atOrItems(options.InfoName, 1)},
	CreatedDirectories:     {class: Info, text: "created {} directories for {}", gate: atOrItems(options.InfoName, 1)},
	BackedUp:               {class: Info, text: "backed up {} to {}", gate: at(options.InfoBackup, 1)},
	BackupDirIs:            {class: Info, text: "backup_dir is {}", gate: at(options.InfoBackup, 1)},
	NewBackupDirIs:         {class: Info, text: "(new) backup_dir is {}", gate: at(options.InfoBackup, 1)},
	RenamingTextBusy:       {class: Warning, text: "renaming {} to {} because of text busy", gate: at(options.InfoMisc, 1)},
	SettingForBatch:        {class: Info, text: "Setting the --{} option to match the batchfile.", gate: at(options.InfoMisc, 1)},
	ClearingForBatch:       {class: Info, text: "Clearing the --{} option to match the batchfile.", gate: at(options.InfoMisc, 1)},
	SettingTimeout:         {class: Info, text: "Setting --timeout={} to match server", gate: at(options.InfoMisc, 2)},
	SkippingMount:          {class: Info, text: "[{role}] skipping mount-point dir {}", gate: at(options.InfoMount, 1)},
	CannotDeleteMount:      {class: Info, text: "cannot delete mount point: {}", gate: at(options.InfoMount, 1)},
	SkippingDirectory:      {class: Info, text: "skipping directory {}"},
	SkippingNonRegular:     {class: Info, text: "skipping non-regular file \"{}\"", gate: at(options.InfoNonreg, 1)},
	BackupSkipsNonRegular:  {class: Info, text: "make_bak: skipping non-regular file {}", gate: at(options.InfoNonreg, 1)},
	IgnoringUnsafeSymlink:  {class: Info, text: "ignoring unsafe symlink \"{}\" -> \"{}\"", gate: at(options.InfoName, 1)},
	CopyingUnsafeSymlink:   {class: Info, text: "copying unsafe symlink \"{}\" -> \"{}\"", gate: at(options.InfoSymsafe, 1)},
	NotBackingUpUnsafe:     {class: Info, text: "not backing up unsafe symlink \"{}\" -> \"{}\"", gate: at(options.InfoSymsafe, 1)},
	NotBackingUpUnreadable: {class: Info, text: "not backing up symlink with unreadable target \"{}\"", gate: at(options.InfoSymsafe, 1)},
	SenderRemoved:          {class: Info, text: "sender removed {}", gate: at(options.InfoRemove, 1)},
	SenderAlreadyRemoved:   {class: Info, text: "sender file already removed: {}"},
	Exists:                 {class: Info, text: "{} exists", gate: at(options.InfoSkip, 1)},
	ExistsBecause:          {class: Info, text: "{} exists ({})", gate: at(options.InfoSkip, 2)},
	IsNewer:                {class: Info, text: "{} is newer", gate: at(options.InfoSkip, 1)},
	OverMaxSize:            {class: Info, text: "{} is over max-size", gate: at(options.InfoSkip, 1)},
	UnderMinSize:           {class: Info, text: "{} is under min-size", gate: at(options.InfoSkip, 1)},
	NotCreatingFile:        {class: Info, text: "not creating new file \"{}\"", gate: at(options.InfoSkip, 1)},
	NotCreatingDirectory:   {class: Info, text: "not creating new directory \"{}\"", gate: at(options.InfoSkip, 1)},
	CannotDeleteNonEmpty:   {class: Info, text: "cannot delete non-empty directory: {}"},
	SkippingDeletion:       {class: Info, text: "IO error encountered -- skipping file deletion"},
	BogusMode:              {class: Info, text: "skipping file with bogus (zero) st_mode: {}"},
	SkippingBatchedUpdate:  {class: Info, text: "(Skipping batched update for \"{}\")"},
	SkippingBatchedResend:  {class: Info, text: "(Skipping batched update for resend of \"{}\")"},
	NoDeleteDelayFile:      {class: Info, text: "NOTE: Unable to create delete-delay temp file -- switching to --delete-after."},
	NoDeleteDelayFileInc:   {class: Info, text: "NOTE: Unable to create delete-delay temp file."},
	IgnoringBatchOption:    {class: Info, text: "ignoring --{}-batch option sent to server"},
	OldPeer:                {class: Info, text: "{} is very old version of rsync, upgrade recommended."},
	DeletionsStopped:       {class: Warning, text: "Deletions stopped due to --max-delete limit ({} skipped)", trouble: exit.TroubleDelete},
	TryOldDirs:             {class: Warning, text: "*** Try using \"--old-d\" if remote rsync is <= 2.6.3 ***"},
}
