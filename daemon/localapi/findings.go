package localapi

import (
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// findingProblems are what can be found, by what was looked at. A finding says more,
// in its own words; these are for those who show a problem by its code.
var findingProblems = map[string]*problem.Error{
	"folder":   problem.New(problem.Refused, "finding_folder", "the data folder needs care", "see who may read it, and whether it can be written"),
	"key":      problem.New(problem.Refused, "finding_key", "the key of the data folder needs care", "see the report"),
	"rights":   problem.New(problem.Refused, "finding_rights", "files of the data folder have the wrong rights", "see the report"),
	"journal":  problem.New(problem.Damaged, "finding_journal", "the journal needs care", "see the report"),
	"index":    problem.New(problem.Unavailable, "finding_index", "the index needs care", "nothing: it is built again by itself"),
	"saving":   problem.New(problem.Unavailable, "finding_saving", "nothing can be saved", "see the report"),
	"backups":  problem.New(problem.Refused, "finding_backups", "the backups need care", "make a backup now"),
	"browsers": problem.New(problem.Unavailable, "finding_browsers", "a browser was not here for long", "see that the extension is switched on there"),
	"sites":    problem.New(problem.Unavailable, "finding_sites", "pages are not understood", "see the list of sites"),
	"cloud":    problem.New(problem.Unavailable, "finding_cloud", "the cloud share needs care", "see the page of the cloud share"),
	"clock":    problem.New(problem.Refused, "finding_clock", "the clock of this computer is wrong", "set the clock and the time zone"),
	"disk":     problem.New(problem.NoSpace, "finding_disk", "the disk is full, or nearly", "free some space on the disk of the data folder"),
}

// NewFinding is what a check found, with the words of this one finding under the
// code of what was looked at.
func NewFinding(check string, severity wire.Severity, message, hint string) wire.Finding {
	p := problem.Error{Kind: problem.Refused, Code: "finding_" + check}
	if known := findingProblems[check]; known != nil {
		p = *known
	}
	p.Message, p.Hint = message, hint
	return wire.Finding{Check: check, Severity: severity, Problem: &p}
}
