// Package manual writes the documents that follow from the program's tables:
//
//   - the manual pages godwit(1) and godwitd.conf(5), from the option table of
//     internal/options and the parameter table of internal/daemonconf, with
//     sections written by hand around them (page_godwit.go, page_conf.go) and
//     more words on some options (notes.go);
//   - docs/compatibility.md, which says of each option and parameter what it
//     does here and where that differs from rsync (compatibility.go,
//     differences.go);
//   - the completion scripts of three shells.
//
// [Files] returns them all. They are kept in the repository, so that packagers
// need no build to install them; a test says when one is stale, and
//
//	go generate ./internal/manual
//
// renews them.
package manual

//go:generate go run ./gen ../..
