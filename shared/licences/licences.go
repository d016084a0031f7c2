// Package licences holds the licences of everything that the programs and the
// extension are shipped with, in one text.
//
// It imports nothing of ours, does no I/O and decides nothing. The text is written by
// `make generate`; `make check` fails where it is not current.
package licences

import _ "embed"

// Text is all of them, in English, for a person to read.
//
//go:embed licences.txt
var Text string
