# fish completion for godwit
complete -c godwit -l help -d 'print this help and exit'
complete -c godwit -l version -s V -d 'print version and capabilities and exit (-VV: as JSON)'
complete -c godwit -l verbose -s v -d 'say more; may be repeated'
complete -c godwit -l no-verbose
complete -c godwit -l no-v
complete -c godwit -l info -d 'choose kinds of information one by one' -xa 'help all none backup copy del flist misc mount name nonreg progress remove skip stats symsafe'
complete -c godwit -l debug -d 'choose kinds of tracing one by one' -xa 'help all none acl backup bind chdir connect cmd del deltasum dup exit filter flist fuzzy genr hash hlink iconv io nstr own proto recv send time'
complete -c godwit -l stderr -d 'where messages go: errors, all or client' -xa 'errors all client'
complete -c godwit -l no-msgs2stderr
complete -c godwit -l quiet -s q -d 'print errors only'
complete -c godwit -l no-motd
complete -c godwit -l stats -d 'print statistics at the end'
complete -c godwit -l human-readable -s h -d 'print numbers with units'
complete -c godwit -l no-human-readable
complete -c godwit -l no-h
complete -c godwit -l progress -d 'show progress while transferring'
complete -c godwit -l no-progress
complete -c godwit -l out-format -d 'print updates in the given FORMAT' -x
complete -c godwit -l itemize-changes -s i -d 'print what changes about each item'
complete -c godwit -l no-itemize-changes
complete -c godwit -l no-i
complete -c godwit -l list-only -d 'list files instead of copying them'
complete -c godwit -l 8-bit-output -s 8 -d 'print bytes above 127 in names as they are'
complete -c godwit -l no-8-bit-output
complete -c godwit -l no-8
complete -c godwit -l outbuf -d 'buffer output: none, by line or by block' -xa 'N L B'
complete -c godwit -l log-file -d 'log what is done to FILE' -rF
complete -c godwit -l log-file-format -d 'format of the lines in the log file' -x
complete -c godwit -l recursive -s r -d 'enter directories'
complete -c godwit -l no-recursive
complete -c godwit -l no-r
complete -c godwit -l inc-recursive -d 'build the file list while transferring'
complete -c godwit -l no-inc-recursive
complete -c godwit -l no-i-r
complete -c godwit -l i-r
complete -c godwit -l dirs -s d -d 'transfer directories without entering them'
complete -c godwit -l no-dirs
complete -c godwit -l no-d
complete -c godwit -l old-dirs -d 'as --dirs, for servers that lack it'
complete -c godwit -l old-d -d 'the same as --old-dirs'
complete -c godwit -l modify-window -s @ -d 'seconds by which equal times may differ' -x
complete -c godwit -l relative -s R -d 'keep the path names as given'
complete -c godwit -l no-relative
complete -c godwit -l no-R
complete -c godwit -l no-implied-dirs
complete -c godwit -l no-i-d
complete -c godwit -l ignore-times -s I -d 'transfer files of equal size and time too'
complete -c godwit -l size-only -d 'pass over files of equal size'
complete -c godwit -l one-file-system -s x -d 'stay on one file system (-xx: without mount points)'
complete -c godwit -l no-one-file-system
complete -c godwit -l no-x
complete -c godwit -l update -s u -d 'pass over files that are newer on the receiver'
complete -c godwit -l existing -d 'create no new files on the receiver'
complete -c godwit -l ignore-non-existing -d 'the same as --existing'
complete -c godwit -l ignore-existing -d 'update no file that the receiver has'
complete -c godwit -l max-size -d 'pass over files larger than SIZE' -x
complete -c godwit -l min-size -d 'pass over files smaller than SIZE' -x
complete -c godwit -l ignore-missing-args -d 'say nothing of sources that do not exist'
complete -c godwit -l checksum -s c -d 'compare checksums instead of size and time'
complete -c godwit -l no-checksum
complete -c godwit -l no-c
complete -c godwit -l prune-empty-dirs -s m -d 'leave out directories that hold no files'
complete -c godwit -l no-prune-empty-dirs
complete -c godwit -l no-m
complete -c godwit -l files-from -d 'read the names of source files from FILE' -rF
complete -c godwit -l from0 -s 0 -d 'names in list and filter files end with a NUL'
complete -c godwit -l no-from0
complete -c godwit -l filter -s f -d 'add a filter RULE' -x
complete -c godwit -l exclude -d 'leave out what matches PATTERN' -x
complete -c godwit -l include -d 'do not leave out what matches PATTERN' -x
complete -c godwit -l exclude-from -d 'read exclude patterns from FILE' -rF
complete -c godwit -l include-from -d 'read include patterns from FILE' -rF
complete -c godwit -l cvs-exclude -s C -d 'leave out what CVS would ignore'
complete -c godwit -l archive -s a -d 'the same as -rlptgoD'
complete -c godwit -l perms -s p -d 'keep permissions'
complete -c godwit -l no-perms
complete -c godwit -l no-p
complete -c godwit -l executability -s E -d 'keep whether a file is executable'
complete -c godwit -l acls -s A -d 'keep ACLs (includes --perms)'
complete -c godwit -l no-acls
complete -c godwit -l no-A
complete -c godwit -l xattrs -s X -d 'keep extended attributes'
complete -c godwit -l no-xattrs
complete -c godwit -l no-X
complete -c godwit -l times -s t -d 'keep modification times'
complete -c godwit -l no-times
complete -c godwit -l no-t
complete -c godwit -l atimes -s U -d 'keep access times'
complete -c godwit -l no-atimes
complete -c godwit -l no-U
complete -c godwit -l open-noatime -d 'leave access times alone when reading'
complete -c godwit -l no-open-noatime
complete -c godwit -l crtimes -s N -d 'keep creation times'
complete -c godwit -l no-crtimes
complete -c godwit -l no-N
complete -c godwit -l omit-dir-times -s O -d 'do not set times of directories'
complete -c godwit -l no-omit-dir-times
complete -c godwit -l no-O
complete -c godwit -l omit-link-times -s J -d 'do not set times of symlinks'
complete -c godwit -l no-omit-link-times
complete -c godwit -l no-J
complete -c godwit -l super -d 'the receiver tries what only root may do'
complete -c godwit -l no-super
complete -c godwit -l fake-super -d 'keep what only root may set in extended attributes'
complete -c godwit -l owner -s o -d 'keep the owner (root only)'
complete -c godwit -l no-owner
complete -c godwit -l no-o
complete -c godwit -l group -s g -d 'keep the group'
complete -c godwit -l no-group
complete -c godwit -l no-g
complete -c godwit -l no-D
complete -c godwit -l devices -d 'recreate device files (root only)'
complete -c godwit -l no-devices
complete -c godwit -l specials -d 'recreate FIFOs and sockets'
complete -c godwit -l no-specials
complete -c godwit -l copy-devices -d 'read devices as if they were files'
complete -c godwit -l drop-D -d 'this receiver creates no devices or specials'
complete -c godwit -l no-drop-D
complete -c godwit -l hard-links -s H -d 'recreate hard links'
complete -c godwit -l no-hard-links
complete -c godwit -l no-H
complete -c godwit -l chmod -d 'change permissions on the way' -x
complete -c godwit -l numeric-ids -d 'keep ids as numbers, not by name'
complete -c godwit -l no-numeric-ids
complete -c godwit -l usermap -d 'map owners by a list of rules' -xa '(__fish_complete_users)'
complete -c godwit -l groupmap -d 'map groups by a list of rules' -xa '(__fish_complete_groups)'
complete -c godwit -l chown -d 'give everything to USER and GROUP' -xa '(__fish_complete_users)'
complete -c godwit -l links -s l -d 'recreate symlinks'
complete -c godwit -l no-links
complete -c godwit -l no-l
complete -c godwit -l copy-links -s L -d 'copy what symlinks point to'
complete -c godwit -l copy-unsafe-links -d 'copy what unsafe symlinks point to'
complete -c godwit -l safe-links -d 'pass over symlinks that leave the tree'
complete -c godwit -l munge-links -d 'make symlinks unusable (and usable again)'
complete -c godwit -l no-munge-links
complete -c godwit -l copy-dirlinks -s k -d 'copy what symlinks to directories point to'
complete -c godwit -l keep-dirlinks -s K -d 'take a symlink to a directory on the receiver as one'
complete -c godwit -l dry-run -s n -d 'only show what would be done'
complete -c godwit -l max-alloc -d 'limit of a single allocation' -x
complete -c godwit -l whole-file -s W -d 'send whole files, no differences'
complete -c godwit -l no-whole-file
complete -c godwit -l no-W
complete -c godwit -l checksum-choice -d 'choose the checksum algorithm (also --cc)' -xa 'auto xxh128 xxh3 xxh64 xxhash md5 md4 sha1 none'
complete -c godwit -l cc -xa 'auto xxh128 xxh3 xxh64 xxhash md5 md4 sha1 none'
complete -c godwit -l block-size -s B -d 'use blocks of SIZE for differences' -x
complete -c godwit -l fuzzy -s y -d 'look for a similar file to start from'
complete -c godwit -l no-fuzzy
complete -c godwit -l no-y
complete -c godwit -l stop-after -d 'stop when MINS minutes have passed' -x
complete -c godwit -l stop-at -d 'stop at the given time' -x
complete -c godwit -l compress -s z -d 'compress data on the way'
complete -c godwit -l no-compress
complete -c godwit -l no-z
complete -c godwit -l compress-choice -d 'choose the compression method (also --zc)' -xa 'auto zstd lz4 zlibx zlib none'
complete -c godwit -l zc -xa 'auto zstd lz4 zlibx zlib none'
complete -c godwit -l compress-level -d 'choose the compression level (also --zl)' -x
complete -c godwit -l zl -x
complete -c godwit -l compress-threads -d 'threads for compression (also --zt)' -x
complete -c godwit -l zt -x
complete -c godwit -l skip-compress -d 'suffixes of files not worth compressing' -x
complete -c godwit -l write-devices -d 'write data into devices (includes --inplace)'
complete -c godwit -l no-write-devices
complete -c godwit -l sparse -s S -d 'write runs of zeros as holes'
complete -c godwit -l no-sparse
complete -c godwit -l no-S
complete -c godwit -l preallocate -d 'reserve space before writing a file'
complete -c godwit -l inplace -d 'update files where they are'
complete -c godwit -l no-inplace
complete -c godwit -l append -d 'append to files that are shorter'
complete -c godwit -l no-append
complete -c godwit -l append-verify -d 'as --append, checking the old part too'
complete -c godwit -l compare-dest -d 'send nothing that DIR has already' -xa '(__fish_complete_directories)'
complete -c godwit -l copy-dest -d '... and copy unchanged files from there' -xa '(__fish_complete_directories)'
complete -c godwit -l link-dest -d '... and hard-link unchanged files to there' -xa '(__fish_complete_directories)'
complete -c godwit -l partial -d 'keep files whose transfer was cut short'
complete -c godwit -l no-partial
complete -c godwit -l partial-dir -d '... and put them into DIR' -xa '(__fish_complete_directories)'
complete -c godwit -l delay-updates -d 'put all files in place at the end'
complete -c godwit -l no-delay-updates
complete -c godwit -l backup -s b -d 'keep what is replaced or deleted'
complete -c godwit -l no-backup
complete -c godwit -l backup-dir -d '... in a tree below DIR' -xa '(__fish_complete_directories)'
complete -c godwit -l suffix -d 'suffix of backups (default ~ without --backup-dir)' -x
complete -c godwit -l fsync -d 'flush every file to the disk'
complete -c godwit -l temp-dir -s T -d 'make temporary files in DIR' -xa '(__fish_complete_directories)'
complete -c godwit -l mkpath -d 'create missing parents of the destination'
complete -c godwit -l no-mkpath
complete -c godwit -l del -d 'the same as --delete-during'
complete -c godwit -l delete -d 'delete what the source does not have'
complete -c godwit -l delete-before -d '... before the transfer'
complete -c godwit -l delete-during -d '... during the transfer'
complete -c godwit -l delete-delay -d '... found during the transfer, done after it'
complete -c godwit -l delete-after -d '... after the transfer'
complete -c godwit -l delete-excluded -d '... and what the filters leave out'
complete -c godwit -l delete-missing-args -d 'delete destinations of missing sources'
complete -c godwit -l remove-source-files -d 'the sender removes files that are in sync'
complete -c godwit -l force -d 'replace directories even if not empty'
complete -c godwit -l no-force
complete -c godwit -l ignore-errors -d 'delete even after I/O errors'
complete -c godwit -l no-ignore-errors
complete -c godwit -l max-delete -d 'delete no more than NUM files' -x
complete -c godwit -l read-batch -d 'apply the update that FILE holds' -rF
complete -c godwit -l write-batch -d 'also write the update to FILE' -rF
complete -c godwit -l only-write-batch -d 'write the update to FILE and change nothing' -rF
complete -c godwit -l bwlimit -d 'limit the transfer rate, in KiB per second' -x
complete -c godwit -l no-bwlimit
complete -c godwit -l timeout -d 'give up after SECONDS without input or output' -x
complete -c godwit -l no-timeout
complete -c godwit -l contimeout -d 'give up connecting to a daemon after SECONDS' -x
complete -c godwit -l no-contimeout
complete -c godwit -l rsh -s e -d 'the remote shell to use' -xa '(__fish_complete_command)'
complete -c godwit -l rsync-path -d 'the program to run on the remote machine' -x
complete -c godwit -l ipv4 -s 4 -d 'use IPv4'
complete -c godwit -l ipv6 -s 6 -d 'use IPv6'
complete -c godwit -l address -d 'local address of the socket' -x
complete -c godwit -l port -d 'port of the daemon' -x
complete -c godwit -l sockopts -d 'options of the TCP socket' -x
complete -c godwit -l password-file -d 'read the daemon\'s password from FILE' -rF
complete -c godwit -l early-input -d 'send FILE to the daemon\'s early exec command' -rF
complete -c godwit -l blocking-io -d 'use blocking I/O for the remote shell'
complete -c godwit -l no-blocking-io
complete -c godwit -l iconv -d 'convert the character set of names' -x
complete -c godwit -l no-iconv
complete -c godwit -l old-args -d 'let the remote shell split arguments, as old releases did'
complete -c godwit -l no-old-args
complete -c godwit -l secluded-args -s s -d 'send arguments over the protocol'
complete -c godwit -l no-secluded-args
complete -c godwit -l no-protect-args
complete -c godwit -l no-s
complete -c godwit -l remote-option -s M -d 'send OPT to the remote side only' -x
complete -c godwit -l confine-root -d 'refuse named paths that lead out of DIR' -xa '(__fish_complete_directories)'
complete -c godwit -l insecure-links -d 'follow symlinks of others in named paths'
complete -c godwit -l no-insecure-links
complete -c godwit -l trust-sender -d 'do not check the names that a sender lists'
complete -c godwit -l copy-as -d 'become USER (and GROUP) for the copy' -xa '(__fish_complete_users)'
complete -c godwit -l protocol -d 'speak an older protocol version' -x
complete -c godwit -l checksum-seed -d 'seed of block and file checksums' -x
complete -c godwit -l daemon -d 'run as a daemon'
complete -c godwit -l config -d 'read the configuration from FILE' -rF
complete -c godwit -l dparam -d 'override a global parameter' -x
complete -c godwit -l no-detach
