package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"blackmark/daemon/commandline"
	"blackmark/daemon/ledger"
	"blackmark/daemon/localapi"
	"blackmark/daemon/settings"
	"blackmark/shared/wire"
)

// What doctor finds in the data, and what a daemon that runs says of itself.

// Limits of what is in order.
const (
	clockSlack   = time.Minute         // an entry may be younger than now by this
	cloudSlack   = 5 * time.Minute     // between this clock and the cloud's
	longUnseen   = 14 * 24 * time.Hour // since a browser was connected
	firstSoundly = 2025                // no clock is right before this year
	lastSoundly  = 2100                // nor after this one
)

// telling is what a daemon that runs says of itself.
type telling struct {
	status  wire.Status
	sharing func() (wire.Sharing, error)
	sites   func() (wire.SiteReports, error)
}

// askDaemon asks the daemon; nil where none answers.
func (t *terminal) askDaemon(ctx context.Context) (*telling, finding) {
	var told telling
	err := t.call(ctx, func(call *localapi.Call) error { return call.Get(ctx, "/v1/status", &told.status) })
	if err != nil {
		return nil, ill("daemon", err)
	}
	told.sharing = func() (sharing wire.Sharing, err error) {
		err = t.call(ctx, func(call *localapi.Call) error { return call.Get(ctx, "/v1/sharing", &sharing) })
		return sharing, err
	}
	told.sites = func() (reports wire.SiteReports, err error) {
		err = t.call(ctx, func(call *localapi.Call) error { return call.Get(ctx, "/v1/sites", &reports) })
		return reports, err
	}
	return &told, fine("daemon", "version %s runs on %s", told.status.Daemon, told.status.Address)
}

// checkData looks at all that is stored, read only.
func checkData(dir string, told *telling) []finding {
	var findings []finding
	running, status := told != nil, wire.Status{}
	if running {
		status = told.status
	}
	found, err := ledger.Inspect(filepath.Join(dir, "ledger"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		findings = append(findings, fine("journal", "nothing was saved yet"))
	case err != nil:
		findings = append(findings, ill("journal", err))
	default:
		findings = append(findings, checkJournal(found, running), checkIndex(found, status, running))
	}
	if status.Problem != nil && (found.Problem == nil || found.Problem.Code != status.Problem.Code) {
		findings = append(findings, ill("saving", status.Problem))
	}
	findings = append(findings, checkBackups(dir, found.Records, time.Now()), checkClients(dir, status, running, time.Now()))
	findings = append(findings, checkSites(dir, told))
	var sharing wire.Sharing
	if running {
		var cloud finding
		sharing, cloud = checkCloud(told)
		findings = append(findings, cloud)
	} else {
		findings = append(findings, checkMembership(dir))
	}
	return append(findings, checkClock(status, found.Last, sharing.Ahead, time.Now()))
}

func checkJournal(found ledger.Inspection, running bool) finding {
	switch {
	case found.Problem != nil:
		return ill("journal", found.Problem)
	case found.Unfinished > 0 && !running:
		return fine("journal", "%d records, sound; a write that was cut off, and never confirmed, is moved aside at the next start", found.Records)
	case found.Torn > 0:
		return fine("journal", "%d records, sound; %d writes that were cut off, and never confirmed, are kept beside it", found.Records, found.Torn)
	}
	return fine("journal", "%d records, read to the end: sound", found.Records)
}

func checkIndex(found ledger.Inspection, status wire.Status, running bool) finding {
	switch {
	case running && status.Rebuilding:
		return fine("index", "it is being built again; answers are complete meanwhile")
	case running:
		return fine("index", "%d buyers marked", status.Buyers)
	case !found.Indexed:
		return fine("index", "it was not closed in order; the next start builds it again from the journal, and loses nothing")
	}
	return fine("index", "closed in order")
}

func checkClients(dir string, status wire.Status, running bool, now time.Time) finding {
	clients := status.Clients
	if !running {
		known, err := settings.ReadClients(dir)
		if err != nil {
			return ill("browsers", err)
		}
		for _, c := range known {
			one := wire.Client{Browser: c.Browser}
			if !c.LastSeen.IsZero() {
				one.LastSeen = c.LastSeen.UTC().Format(time.RFC3339)
			}
			clients = append(clients, one)
		}
	}
	if len(clients) == 0 {
		return finding{Check: "browsers", Message: "no browser is paired", Remedy: "`blackmark pair`, then paste the code in the extension"}
	}
	var names []string
	connected, last := 0, time.Time{}
	for _, c := range clients {
		names = append(names, fmt.Sprintf("%s, %s", c.Browser, lastSeen(c)))
		if c.Connected {
			connected++
		}
		if seen, err := time.Parse(time.RFC3339, c.LastSeen); err == nil && seen.After(last) {
			last = seen
		}
	}
	list := fmt.Sprintf("%d paired (%s)", len(clients), strings.Join(names, "; "))
	switch {
	case connected > 0:
		return fine("browsers", "%s", list)
	case last.IsZero():
		return finding{Check: "browsers", Message: list,
			Remedy: "open the browser and see that the extension is switched on; if it stays so, pair it again: `blackmark pair`"}
	case now.Sub(last) > longUnseen:
		return finding{Check: "browsers", Message: list,
			Remedy: "if you work in that browser, see that the extension is switched on and says that it is connected"}
	}
	return fine("browsers", "%s", list)
}

// checkClock finds a clock that is wrong: times on marks would lie. ahead is by
// how many seconds it is ahead of the cloud's, 0 where no cloud was heard.
func checkClock(status wire.Status, last time.Time, ahead int64, now time.Time) finding {
	wrong := func(format string, args ...any) finding {
		return finding{Check: "clock", Message: fmt.Sprintf(format, args...),
			Remedy: "set the clock, and the time zone, then start the daemon again", code: commandline.Refused}
	}
	started, err := time.Parse(time.RFC3339, status.Started)
	switch {
	case now.Year() < firstSoundly || now.Year() > lastSoundly:
		return wrong("the clock says %s", now.Format(time.DateOnly))
	case err == nil && now.Add(clockSlack).Before(started):
		return wrong("the daemon started later than it is now: the clock was set back")
	case now.Add(clockSlack).Before(last):
		return wrong("it is %s, but the newest entry of the journal was made at %s: the clock was set back, or was ahead then",
			now.UTC().Format(time.RFC3339), last.UTC().Format(time.RFC3339))
	case time.Duration(max(ahead, -ahead))*time.Second > cloudSlack:
		return wrong("this clock and the cloud's are %s apart", (time.Duration(max(ahead, -ahead)) * time.Second))
	}
	return fine("clock", "%s", now.Format(time.RFC3339))
}

// checkMembership says what can be said without asking the daemon.
func checkMembership(dir string) finding {
	if _, err := os.Lstat(filepath.Join(dir, "cloud")); err != nil {
		return fine("cloud", "not joined; nothing leaves this computer")
	}
	return fine("cloud", "it is asked when the daemon runs")
}

func checkCloud(told *telling) (sharing wire.Sharing, f finding) {
	sharing, err := told.sharing()
	if err != nil {
		return sharing, ill("cloud", err)
	}
	old := 0
	for _, list := range sharing.Lists {
		if list.Old {
			old++
		}
	}
	switch {
	case sharing.Problem != nil:
		return sharing, ill("cloud", sharing.Problem)
	case sharing.State == wire.NotJoined:
		return sharing, fine("cloud", "not joined; nothing leaves this computer")
	case sharing.State == wire.IsLeaving:
		return sharing, finding{Check: "cloud", Message: sharing.Cloud + " has not confirmed yet that all was deleted",
			Remedy: "leave the daemon running; it asks again by itself"}
	case sharing.Account != nil && sharing.Account.Suspended:
		return sharing, finding{Check: "cloud", Message: "the operator of " + sharing.Cloud + " suspended this account",
			Remedy: "ask the operator why", code: commandline.Refused}
	case old > 0:
		return sharing, finding{Check: "cloud", Message: fmt.Sprintf("%d lists of other sellers are older than 14 days and not shown", old),
			Remedy: "see that this computer reaches " + sharing.Cloud + "; if it does, ask its operator", code: commandline.Refused}
	case sharing.Account != nil && sharing.Account.Evaluations == 0 && sharing.Unchecked > 0:
		return sharing, finding{Check: "cloud", Message: fmt.Sprintf("no more buyers can be checked before %s; %d wait", sharing.Account.Refills, sharing.Unchecked),
			Remedy: "nothing: it goes on by itself"}
	}
	return sharing, fine("cloud", "%s answers; %d shared, %d waiting to be sent, %d buyers waiting to be checked",
		sharing.Cloud, sharing.Shared, sharing.Outbox, sharing.Unchecked)
}
