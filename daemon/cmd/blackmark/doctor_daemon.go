package main

import (
	"context"

	"blackmark/daemon/localapi"
	"blackmark/shared/wire"
)

// What the daemon finds in its own folder, by the checks of doctor.

// Findings looks for what is wrong while the daemon runs. It reads the journal and
// the newest backup to their ends.
func (m *Main) Findings(context.Context) []wire.Finding {
	dir := m.folder.Path()
	told := &telling{status: m.door.Status(), sharing: m.cloud.State,
		sites: func() (wire.SiteReports, error) { return m.sites.Reports(), nil }}
	found, there := checkFolder(dir)
	found = append(found, checkStored(dir, there, told)...)
	findings := make([]wire.Finding, len(found))
	for i, f := range found {
		findings[i] = f.wire()
	}
	return findings
}

// wire is the finding as the extension gets it.
func (f finding) wire() wire.Finding {
	severity := wire.Warning
	switch {
	case f.OK:
		return wire.Finding{Check: f.Check, Severity: wire.Fine}
	case f.code != 0:
		severity = wire.Broken
	}
	if f.problem != nil {
		return wire.Finding{Check: f.Check, Severity: severity, Problem: f.problem}
	}
	return localapi.NewFinding(f.Check, severity, f.Message, f.Remedy)
}
