package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"blackmark/daemon/localapi"
	"blackmark/daemon/settings"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// finding is one thing that doctor looked at.
type finding struct {
	Check   string `json:"check"`
	OK      bool   `json:"ok"`
	Message string `json:"message"`
	Remedy  string `json:"remedy,omitempty"`

	code int // exit code where it is not in order; 0 where it only deserves a look
}

func fine(check, format string, args ...any) finding {
	return finding{Check: check, OK: true, Message: fmt.Sprintf(format, args...)}
}

// ill is a finding from an error.
func ill(check string, err error) finding {
	p := problem.Of(err)
	message := p.Message
	if p.Kind == problem.Internal {
		message = err.Error()
	}
	return finding{Check: check, Message: message, Remedy: p.Hint, code: codeOf(p)}
}

// freeWanted is the free space in bytes below which nothing more is saved.
const freeWanted = 256 << 20

func newDoctorCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Look for what is wrong, and say what to do",
		Long: `Looks at the data folder, its lock, the ports, the daemon, the journal, the
disk, the clock and the paired browsers. It changes nothing. Every finding
that is not in order comes with what to do about it.

` + exitHelp,
		Example: `  blackmark doctor
  blackmark doctor --json`,
		Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error { return t.doctor(c.Context()) },
	}
}

func (t *terminal) doctor(ctx context.Context) error {
	dir, err := t.dir()
	if err != nil {
		return err
	}
	ports, err := t.ports()
	if err != nil {
		return err
	}
	findings := checkFolder(dir)
	status, running := t.checkDaemon(ctx)
	findings = append(findings, running)
	switch {
	case running.OK:
		findings = append(findings, checkJournal(status), checkClients(status), checkClock(status, time.Now()))
	case running.code == exitNotRunning:
		findings = append(findings, checkLock(dir))
		findings = append(findings, checkPorts(ports)...)
	}
	findings = append(findings, checkSpace(dir))
	if err := t.print(map[string]any{"findings": findings}, func(w io.Writer) { writeFindings(w, findings) }); err != nil {
		return err
	}
	return worst(findings)
}

// worst is the error by which doctor ends: that of the first finding with an
// exit code, or none.
func worst(findings []finding) error {
	for _, f := range findings {
		switch {
		case f.OK || f.code == exitDone:
			continue
		case f.code == exitNotRunning:
			return localapi.ErrNotRunning
		case f.code == exitDamaged:
			return problem.New(problem.Damaged, "doctor_found", "something needs care: "+f.Message, f.Remedy)
		}
		return problem.New(problem.Refused, "doctor_found", "something needs care: "+f.Message, f.Remedy)
	}
	return nil
}

func writeFindings(w io.Writer, findings []finding) {
	for _, f := range findings {
		sign := "ok  "
		if !f.OK {
			sign = "LOOK"
		}
		fmt.Fprintf(w, "%s  %-9s %s\n", sign, f.Check, f.Message)
		if f.Remedy != "" {
			fmt.Fprintf(w, "                do: %s\n", f.Remedy)
		}
	}
}

func checkFolder(dir string) []finding {
	info, err := os.Lstat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return []finding{{Check: "folder", Message: "there is no data folder at " + dir + " yet",
			Remedy: "start the daemon once: `blackmark run`"}}
	case err != nil:
		return []finding{ill("folder", err)}
	case !info.IsDir():
		return []finding{{Check: "folder", Message: dir + " is not a folder", Remedy: "name another one with --data", code: exitRefused}}
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return []finding{{Check: "folder", Message: "other users of this computer can look into " + dir,
			Remedy: "chmod 700 " + dir, code: exitRefused}}
	}
	findings := []finding{fine("folder", "%s, yours alone", dir)}
	if _, err := settings.ReadLocalKey(dir); err != nil && !errors.Is(err, settings.ErrNoKey) {
		findings = append(findings, ill("key", err))
	}
	return findings
}

func (t *terminal) checkDaemon(ctx context.Context) (status wire.Status, f finding) {
	err := t.call(ctx, func(call *localapi.Call) error { return call.Get(ctx, "/v1/status", &status) })
	if err != nil {
		return status, ill("daemon", err)
	}
	return status, fine("daemon", "version %s runs on %s", status.Daemon, status.Address)
}

func checkJournal(s wire.Status) finding {
	switch {
	case s.Problem != nil:
		return ill("journal", s.Problem)
	case s.Rebuilding:
		return fine("journal", "%d records; the index is being built again, answers are complete meanwhile", s.Records)
	}
	return fine("journal", "%d records, sound; %d buyers marked", s.Records, s.Buyers)
}

func checkClients(s wire.Status) finding {
	if len(s.Clients) == 0 {
		return finding{Check: "browsers", Message: "no browser is paired", Remedy: "`blackmark pair`, then paste the code in the extension"}
	}
	connected := 0
	var names []string
	for _, c := range s.Clients {
		names = append(names, c.Browser)
		if c.Connected {
			connected++
		}
	}
	return fine("browsers", "%d paired (%s), %d connected now", len(s.Clients), strings.Join(names, ", "), connected)
}

// checkClock finds a clock that was set back: times on marks would lie.
func checkClock(s wire.Status, now time.Time) finding {
	started, err := time.Parse(time.RFC3339, s.Started)
	if err == nil && now.Add(time.Minute).Before(started) {
		return finding{Check: "clock", Message: "the daemon started later than it is now: the clock was set back",
			Remedy: "set the clock, then start the daemon again", code: exitRefused}
	}
	if now.Year() < 2025 {
		return finding{Check: "clock", Message: "the clock says " + now.Format(time.DateOnly), Remedy: "set the clock", code: exitRefused}
	}
	return fine("clock", "%s", now.Format(time.RFC3339))
}

// checkLock looks whether a daemon holds the folder and yet does not answer.
func checkLock(dir string) finding {
	if _, err := os.Lstat(dir); err != nil {
		return fine("lock", "free")
	}
	folder, err := settings.Open(dir)
	if err != nil {
		f := ill("lock", err)
		if errors.Is(err, settings.ErrInUse) {
			f.Message = "a daemon holds this data folder and does not answer"
			f.Remedy = "end the program `blackmark run`, then start it again"
		}
		return f
	}
	_ = folder.Close()
	return fine("lock", "free")
}

func checkPorts(ports []int) []finding {
	var taken []string
	for _, port := range ports {
		if !portFree(port) {
			taken = append(taken, fmt.Sprint(port))
		}
	}
	switch len(taken) {
	case 0:
		return []finding{fine("ports", "all %d are free", len(ports))}
	case len(ports):
		return []finding{{Check: "ports", Message: "every port is taken by another program: " + strings.Join(taken, ", "),
			Remedy: "find the programs that listen there and end one", code: exitRefused}}
	}
	return []finding{fine("ports", "taken by other programs: %s; another one will be used", strings.Join(taken, ", "))}
}

func checkSpace(dir string) finding {
	for _, err := os.Lstat(dir); errors.Is(err, os.ErrNotExist) && dir != filepath.Dir(dir); _, err = os.Lstat(dir) {
		dir = filepath.Dir(dir)
	}
	free, err := settings.FreeSpace(dir)
	switch {
	case err != nil:
		return ill("disk", err)
	case free < freeWanted:
		return finding{Check: "disk", Message: fmt.Sprintf("only %d MiB are free: nothing more is saved", free>>20),
			Remedy: "free some space on the disk of the data folder", code: exitDamaged}
	}
	return fine("disk", "%d MiB free", free>>20)
}
