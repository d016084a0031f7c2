package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"blackmark/daemon/sites"
	"blackmark/shared/wire"
)

// checkSites looks at how well the sites' pages are understood: what the daemon
// says, or what it left behind.
func checkSites(dir string, told *telling) finding {
	var pages []wire.SitePage
	var err error
	if told != nil {
		var reports wire.SiteReports
		reports, err = told.sites()
		pages = reports.Pages
	} else {
		pages, err = sites.Read(filepath.Join(dir, "sites"))
		if err != nil { // counts can be lost
			return finding{Check: "sites", Message: err.Error(), Remedy: "nothing: the next start counts anew"}
		}
	}
	if err != nil {
		return ill("sites", err)
	}
	var troubled []string
	var empty, moved bool
	for _, p := range pages {
		empty = empty || p.Trouble == wire.TroubleRows && (p.Unsure || p.List && p.Good != "")
		moved = moved || p.Trouble == wire.TroubleMoved
		if p.Trouble != wire.TroubleNone {
			troubled = append(troubled, fmt.Sprintf("%s %s (%s)", p.Site, p.Page, understood(p)))
		}
	}
	remedy := mendingHint
	if empty {
		remedy += "; if the list was really empty each time, nothing is wrong"
	}
	if moved {
		remedy += "; if you no longer work there, nothing is wrong: `blackmark sites --forget` counts anew"
	}
	switch {
	case len(troubled) > 0:
		return finding{Check: "sites", Message: "pages that are not understood: " + strings.Join(troubled, "; "), Remedy: remedy}
	case len(pages) == 0:
		return fine("sites", "no page was looked at yet")
	}
	return fine("sites", "%d pages were looked at, and understood", len(pages))
}
