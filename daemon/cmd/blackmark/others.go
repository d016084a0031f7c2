package main

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"blackmark/shared/wire"
)

// writeOthers shows what other sellers reported of a buyer.
func writeOthers(w io.Writer, o wire.Others) {
	switch o.State {
	case wire.OthersChecked:
		if o.Total == 0 {
			fmt.Fprintln(w, "Other sellers: no reports.")
			return
		}
		fmt.Fprintf(w, "Other sellers: %d reported this buyer, the last within %s.\n", o.Total, recentText(o.Recent))
		for _, code := range slices.Sorted(maps.Keys(o.Counts)) {
			fmt.Fprintf(w, "  %5d  %s\n", o.Counts[code], reasonText(code))
		}
	case wire.OthersPending:
		fmt.Fprintf(w, "Other sellers: not checked yet, %s.\n", pendingText(o.Why))
	case wire.OthersNever:
		fmt.Fprintln(w, "Other sellers: they see another identifier for this buyer, so nothing can be known.")
	case wire.OthersMuted:
		fmt.Fprintln(w, "Other sellers: muted.")
	}
}

func recentText(r wire.Recent) string {
	switch r {
	case wire.RecentMonth:
		return "a month"
	case wire.RecentQuarter:
		return "three months"
	case wire.RecentHalf:
		return "six months"
	}
	return "twelve months"
}

func pendingText(why wire.OthersWhy) string {
	switch why {
	case wire.WhyQueued:
		return "it is on its way"
	case wire.WhyUnreachable:
		return "the cloud does not answer; it is tried again by itself"
	case wire.WhyQuota:
		return "no more buyers can be checked today"
	case wire.WhyListOld:
		return "the list is older than 14 days and is not shown"
	case wire.WhyNoList:
		return "no list was loaded yet"
	case wire.WhyRefused:
		return "the cloud's answer did not check; `blackmark share status` says more"
	case wire.WhySuspended:
		return "the cloud's operator suspended this account"
	}
	return string(why)
}
