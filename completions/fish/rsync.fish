# fish completion for rsync
complete -c rsync -l help -d 'print this help and exit'
complete -c rsync -l version -s V -d 'print version and capabilities and exit (-VV: as JSON)'
complete -c rsync -l verbose -s v -d 'say more; may be repeated'
complete -c rsync -l no-verbose
complete -c rsync -l no-v
complete -c rsync -l info -d 'choose kinds of information one by one' -xa 'help all none backup copy del flist misc mount name nonreg progress remove skip stats symsafe'
complete -c rsync -l debug -d 'choose kinds of tracing one by one' -xa 'help all none acl backup bind chdir connect cmd del deltasum dup exit filter flist fuzzy genr hash hlink iconv io nstr own proto recv send time'
complete -c rsync -l stderr -d 'where messages go: errors, all or client' -xa 'errors all client'
complete -c rsync -l no-msgs2stderr
complete -c rsync -l quiet -s q -d 'print errors only'
complete -c rsync -l no-motd
complete -c rsync -l stats -d 'print statistics at the end'
complete -c rsync -l human-readable -s h -d 'print numbers with units'
complete -c rsync -l no-human-readable
complete -c rsync -l no-h
complete -c rsync -l progress -d 'show progress while transferring'
complete -c rsync -l no-progress
complete -c rsync -l out-format -d 'print updates in the given FORMAT' -x
complete -c rsync -l itemize-changes -s i -d 'print what changes about each item'
complete -c rsync -l no-itemize-changes
complete -c rsync -l no-i
complete -c rsync -l list-only -d 'list files instead of copying them'
complete -c rsync -l 8-bit-output -s 8 -d 'print bytes above 127 in names as they are'
complete -c rsync -l no-8-bit-output
complete -c rsync -l no-8
complete -c rsync -l outbuf -d 'buffer output: none, by line or by block' -xa 'N L B'
complete -c rsync -l log-file -d 'log what is done to FILE' -rF
complete -c rsync -l log-file-format -d 'format of the lines in the log file' -x
complete -c rsync -l recursive -s r -d 'enter directories'
complete -c rsync -l no-recursive
complete -c rsync -l no-r
complete -c rsync -l inc-recursive -d 'build the file list while transferring'
complete -c rsync -l no-inc-recursive
complete -c rsync -l no-i-r
complete -c rsync -l i-r
complete -c rsync -l dirs -s d -d 'transfer directories without entering them'
complete -c rsync -l no-dirs
complete -c rsync -l no-d
complete -c rsync -l old-dirs -d 'as --dirs, for servers that lack it'
complete -c rsync -l old-d -d 'the same as --old-dirs'
complete -c rsync -l modify-window -s @ -d 'seconds by which equal times may differ' -x
complete -c rsync -l relative -s R -d 'keep the path names as given'
complete -c rsync -l no-relative
complete -c rsync -l no-R
complete -c rsync -l no-implied-dirs
complete -c rsync -l no-i-d
complete -c rsync -l ignore-times -s I -d 'transfer files of equal size and time too'
complete -c rsync -l size-only -d 'pass over files of equal size'
complete -c rsync -l one-file-system -s x -d 'stay on one file system (-xx: without mount points)'
complete -c rsync -l no-one-file-system
complete -c rsync -l no-x
complete -c rsync -l update -s u -d 'pass over files that are newer on the receiver'
complete -c rsync -l existing -d 'create no new files on the receiver'
complete -c rsync -l ignore-non-existing -d 'the same as --existing'
complete -c rsync -l ignore-existing -d 'update no file that the receiver has'
complete -c rsync -l max-size -d 'pass over files larger than SIZE' -x
complete -c rsync -l min-size -d 'pass over files smaller than SIZE' -x
complete -c rsync -l ignore-missing-args -d 'say nothing of sources that do not exist'
complete -c rsync -l checksum -s c -d 'compare checksums instead of size and time'
complete -c rsync -l no-checksum
complete -c rsync -l no-c
complete -c rsync -l prune-empty-dirs -s m -d 'leave out directories that hold no files'
complete -c rsync -l no-prune-empty-dirs
complete -c rsync -l no-m
complete -c rsync -l files-from -d 'read the names of source files from FILE' -rF
complete -c rsync -l from0 -s 0 -d 'names in list and filter files end with a NUL'
complete -c rsync -l no-from0
complete -c rsync -l filter -s f -d 'add a filter RULE' -x
complete -c rsync -l exclude -d 'leave out what matches PATTERN' -x
complete -c rsync -l include -d 'do not leave out what matches PATTERN' -x
complete -c rsync -l exclude-from -d 'read exclude patterns from FILE' -rF
complete -c rsync -l include-from -d 'read include patterns from FILE' -rF
complete -c rsync -l cvs-exclude -s C -d 'leave out what CVS would ignore'
complete -c rsync -l archive -s a -d 'the same as -rlptgoD'
complete -c rsync -l perms -s p -d 'keep permissions'
complete -c rsync -l no-perms
complete -c rsync -l no-p
complete -c rsync -l executability -s E -d 'keep whether a file is executable'
complete -c rsync -l acls -s A -d 'keep ACLs (includes --perms)'
complete -c rsync -l no-acls
complete -c rsync -l no-A
complete -c rsync -l xattrs -s X -d 'keep extended attributes'
complete -c rsync -l no-xattrs
complete -c rsync -l no-X
complete -c rsync -l times -s t -d 'keep modification times'
complete -c rsync -l no-times
complete -c rsync -l no-t
complete -c rsync -l atimes -s U -d 'keep access times'
complete -c rsync -l no-atimes
complete -c rsync -l no-U
complete -c rsync -l open-noatime -d 'leave access times alone when reading'
complete -c rsync -l no-open-noatime
complete -c rsync -l crtimes -s N -d 'keep creation times'
complete -c rsync -l no-crtimes
complete -c rsync -l no-N
complete -c rsync -l omit-dir-times -s O -d 'do not set times of directories'
complete -c rsync -l no-omit-dir-times
complete -c rsync -l no-O
complete -c rsync -l omit-link-times -s J -d 'do not set times of symlinks'
complete -c rsync -l no-omit-link-times
complete -c rsync -l no-J
complete -c rsync -l super -d 'the receiver tries what only root may do'
complete -c rsync -l no-super
complete -c rsync -l fake-super -d 'keep what only root may set in extended attributes'
complete -c rsync -l owner -s o -d 'keep the owner (root only)'
complete -c rsync -l no-owner
complete -c rsync -l no-o
complete -c rsync -l group -s g -d 'keep the group'
complete -c rsync -l no-group
complete -c rsync -l no-g
complete -c rsync -l no-D
complete -c rsync -l devices -d 'recreate device files (root only)'
complete -c rsync -l no-devices
complete -c rsync -l specials -d 'recreate FIFOs and sockets'
complete -c rsync -l no-specials
complete -c rsync -l copy-devices -d 'read devices as if they were files'
complete -c rsync -l drop-D -d 'this receiver creates no devices or specials'
complete -c rsync -l no-drop-D
complete -c rsync -l hard-links -s H -d 'recreate hard links'
complete -c rsync -l no-hard-links
complete -c rsync -l no-H
complete -c rsync -l chmod -d 'change permissions on the way' -x
complete -c rsync -l numeric-ids -d 'keep ids as numbers, not by name'
complete -c rsync -l no-numeric-ids
complete -c rsync -l usermap -d 'map owners by a list of rules' -xa '(__fish_complete_users)'
complete -c rsync -l groupmap -d 'map groups by a list of rules' -xa '(__fish_complete_groups)'
complete -c rsync -l chown -d 'give everything to USER and GROUP' -xa '(__fish_complete_users)'
complete -c rsync -l links -s l -d 'recreate symlinks'
complete -c rsync -l no-links
complete -c rsync -l no-l
complete -c rsync -l copy-links -s L -d 'copy what symlinks point to'
complete -c rsync -l copy-unsafe-links -d 'copy what unsafe symlinks point to'
complete -c rsync -l safe-links -d 'pass over symlinks that leave the tree'
complete -c rsync -l munge-links -d 'make symlinks unusable (and usable again)'
complete -c rsync -l no-munge-links
complete -c rsync -l copy-dirlinks -s k -d 'copy what symlinks to directories point to'
complete -c rsync -l keep-dirlinks -s K -d 'take a symlink to a directory on the receiver as one'
complete -c rsync -l dry-run -s n -d 'only show what would be done'
complete -c rsync -l max-alloc -d 'limit of a single allocation' -x
complete -c rsync -l whole-file -s W -d 'send whole files, no differences'
complete -c rsync -l no-whole-file
complete -c rsync -l no-W
complete -c rsync -l checksum-choice -d 'choose the checksum algorithm (also --cc)' -xa 'auto xxh128 xxh3 xxh64 xxhash md5 md4 sha1 none'
complete -c rsync -l cc -xa 'auto xxh128 xxh3 xxh64 xxhash md5 md4 sha1 none'
complete -c rsync -l block-size -s B -d 'use blocks of SIZE for differences' -x
complete -c rsync -l fuzzy -s y -d 'look for a similar file to start from'
complete -c rsync -l no-fuzzy
complete -c rsync -l no-y
complete -c rsync -l stop-after -d 'stop when MINS minutes have passed' -x
complete -c rsync -l stop-at -d 'stop at the given time' -x
complete -c rsync -l compress -s z -d 'compress data on the way'
complete -c rsync -l no-compress
complete -c rsync -l no-z
complete -c rsync -l compress-choice -d 'choose the compression method (also --zc)' -xa 'auto zstd lz4 zlibx zlib none'
complete -c rsync -l zc -xa 'auto zstd lz4 zlibx zlib none'
complete -c rsync -l compress-level -d 'choose the compression level (also --zl)' -x
complete -c rsync -l zl -x
complete -c rsync -l compress-threads -d 'threads for compression (also --zt)' -x
complete -c rsync -l zt -x
complete -c rsync -l skip-compress -d 'suffixes of files not worth compressing' -x
complete -c rsync -l write-devices -d 'write data into devices (includes --inplace)'
complete -c rsync -l no-write-devices
complete -c rsync -l sparse -s S -d 'write runs of zeros as holes'
complete -c rsync -l no-sparse
complete -c rsync -l no-S
complete -c rsync -l preallocate -d 'reserve space before writing a file'
complete -c rsync -l inplace -d 'update files where they are'
complete -c rsync -l no-inplace
complete -c rsync -l append -d 'append to files that are shorter'
complete -c rsync -l no-append
complete -c rsync -l append-verify -d 'as --append, checking the old part too'
complete -c rsync -l compare-dest -d 'send nothing that DIR has already' -xa '(__fish_complete_directories)'
complete -c rsync -l copy-dest -d '... and copy unchanged files from there' -xa '(__fish_complete_directories)'
complete -c rsync -l link-dest -d '... and hard-link unchanged files to there' -xa '(__fish_complete_directories)'
complete -c rsync -l partial -d 'keep files whose transfer was cut short'
complete -c rsync -l no-partial
complete -c rsync -l partial-dir -d '... and put them into DIR' -xa '(__fish_complete_directories)'
complete -c rsync -l delay-updates -d 'put all files in place at the end'
complete -c rsync -l no-delay-updates
complete -c rsync -l backup -s b -d 'keep what is replaced or deleted'
complete -c rsync -l no-backup
complete -c rsync -l backup-dir -d '... in a tree below DIR' -xa '(__fish_complete_directories)'
complete -c rsync -l suffix -d 'suffix of backups (default ~ without --backup-dir)' -x
complete -c rsync -l fsync -d 'flush every file to the disk'
complete -c rsync -l temp-dir -s T -d 'make temporary files in DIR' -xa '(__fish_complete_directories)'
complete -c rsync -l mkpath -d 'create missing parents of the destination'
complete -c rsync -l no-mkpath
complete -c rsync -l del -d 'the same as --delete-during'
complete -c rsync -l delete -d 'delete what the source does not have'
complete -c rsync -l delete-before -d '... before the transfer'
complete -c rsync -l delete-during -d '... during the transfer'
complete -c rsync -l delete-delay -d '... found during the transfer, done after it'
complete -c rsync -l delete-after -d '... after the transfer'
complete -c rsync -l delete-excluded -d '... and what the filters leave out'
complete -c rsync -l delete-missing-args -d 'delete destinations of missing sources'
complete -c rsync -l remove-source-files -d 'the sender removes files that are in sync'
complete -c rsync -l force -d 'replace directories even if not empty'
complete -c rsync -l no-force
complete -c rsync -l ignore-errors -d 'delete even after I/O errors'
complete -c rsync -l no-ignore-errors
complete -c rsync -l max-delete -d 'delete no more than NUM files' -x
complete -c rsync -l read-batch -d 'apply the update that FILE holds' -rF
complete -c rsync -l write-batch -d 'also write the update to FILE' -rF
complete -c rsync -l only-write-batch -d 'write the update to FILE and change nothing' -rF
complete -c rsync -l bwlimit -d 'limit the transfer rate, in KiB per second' -x
complete -c rsync -l no-bwlimit
complete -c rsync -l timeout -d 'give up after SECONDS without input or output' -x
complete -c rsync -l no-timeout
complete -c rsync -l contimeout -d 'give up connecting to a daemon after SECONDS' -x
complete -c rsync -l no-contimeout
complete -c rsync -l rsh -s e -d 'the remote shell to use' -xa '(__fish_complete_command)'
complete -c rsync -l rsync-path -d 'the program to run on the remote machine' -x
complete -c rsync -l ipv4 -s 4 -d 'use IPv4'
complete -c rsync -l ipv6 -s 6 -d 'use IPv6'
complete -c rsync -l address -d 'local address of the socket' -x
complete -c rsync -l port -d 'port of the daemon' -x
complete -c rsync -l sockopts -d 'options of the TCP socket' -x
complete -c rsync -l password-file -d 'read the daemon\'s password from FILE' -rF
complete -c rsync -l early-input -d 'send FILE to the daemon\'s early exec command' -rF
complete -c rsync -l blocking-io -d 'use blocking I/O for the remote shell'
complete -c rsync -l no-blocking-io
complete -c rsync -l iconv -d 'convert the character set of names' -x
complete -c rsync -l no-iconv
complete -c rsync -l old-args -d 'let the remote shell split arguments, as old releases did'
complete -c rsync -l no-old-args
complete -c rsync -l secluded-args -s s -d 'send arguments over the protocol'
complete -c rsync -l no-secluded-args
complete -c rsync -l no-protect-args
complete -c rsync -l no-s
complete -c rsync -l remote-option -s M -d 'send OPT to the remote side only' -x
complete -c rsync -l confine-root -d 'refuse named paths that lead out of DIR' -xa '(__fish_complete_directories)'
complete -c rsync -l insecure-links -d 'follow symlinks of others in named paths'
complete -c rsync -l no-insecure-links
complete -c rsync -l trust-sender -d 'do not check the names that a sender lists'
complete -c rsync -l copy-as -d 'become USER (and GROUP) for the copy' -xa '(__fish_complete_users)'
complete -c rsync -l protocol -d 'speak an older protocol version' -x
complete -c rsync -l checksum-seed -d 'seed of block and file checksums' -x
complete -c rsync -l daemon -d 'run as a daemon'
complete -c rsync -l config -d 'read the configuration from FILE' -rF
complete -c rsync -l dparam -d 'override a global parameter' -x
complete -c rsync -l no-detach
