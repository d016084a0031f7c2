package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"blackmark/daemon/ledger"
	"blackmark/daemon/settings"
	"blackmark/shared/buyer"
)

// marked is how many buyers are on My Blacklist wherever a daemon is measured.
const marked = 100_000

// idle is how long a daemon does nothing before its memory is read.
const idle = time.Minute

// fill makes a data folder with marked buyers, and closes it well: Shopee's user
// ids from 900000000 on, every tenth of them.
func fill(dir string) error {
	folder, err := settings.Open(dir)
	if err != nil {
		return err
	}
	l, err := ledger.Open(ledger.Config{Dir: folder.Path("ledger")})
	if err != nil {
		return err
	}
	for from := 0; from < marked; from += ledger.MaxBatch {
		batch := make([]ledger.NewMark, ledger.MaxBatch)
		for i := range batch {
			n := from + i
			batch[i] = ledger.NewMark{ID: fmt.Sprintf("%032x", n), Reason: "returns", Via: ledger.ViaImport,
				Name: "买家 Made Up", Note: "said that it never came, twice",
				Keys: []buyer.Key{{Marketplace: "shopee", Region: "br", Kind: "user_id", ID: strconv.Itoa(900_000_000 + 10*n)}}}
		}
		outcomes, err := l.Mark(context.Background(), batch)
		if err != nil {
			return err
		}
		for _, o := range outcomes {
			if o.Problem != nil {
				return o.Problem
			}
		}
	}
	if err := l.Close(); err != nil {
		return err
	}
	return folder.Close()
}

// ofFiles is what the browser has to load on a page.
func ofFiles(string) ([]row, error) {
	info, err := os.Stat(filepath.Join("extension", "dist", "chromium", "content.js"))
	if err != nil {
		return nil, fmt.Errorf("the extension is not built: %w", err)
	}
	dashboard, err := packedDashboard()
	if err != nil {
		return nil, err
	}
	return []row{
		atMost("content script, minified", float64(info.Size()), "bytes", 40_000),
		atMost("dashboard, packed with gzip", dashboard, "bytes", 150_000),
	}, nil
}

// inMemory is what a daemon with many marks holds: after a good start, when it was
// left alone for a while, and at most after a kill, when it builds its index again.
func inMemory(data string) ([]row, error) {
	if err := fill(data); err != nil {
		return nil, err
	}
	d, err := startDaemon(data)
	if err != nil {
		return nil, err
	}
	time.Sleep(idle)
	private, err := d.private()
	if err != nil {
		d.end(os.Kill)
		return nil, err
	}
	mapped, err := d.mapped()
	d.end(os.Kill)
	if err != nil {
		return nil, err
	}
	if d, err = startDaemon(data); err != nil {
		return nil, err
	}
	defer d.end(os.Interrupt)
	for d.rebuilding() {
		time.Sleep(100 * time.Millisecond)
	}
	peak, err := d.peak()
	if err != nil {
		return nil, err
	}
	time.Sleep(idle)
	after, err := d.private()
	return []row{
		atMost("idle private memory, 100k marks", private, "MB", 64),
		{Name: "program and mapped files in the system's cache beside it", Value: mapped, Unit: "MB"},
		{Name: "idle private memory after a kill", Value: after, Unit: "MB"},
		{Name: "peak resident memory while the index is built again", Value: peak, Unit: "MB"},
	}, err
}

// running is a real daemon on a port of its own.
type running struct {
	process *exec.Cmd
	line    func(args ...string) *exec.Cmd
}

func startDaemon(data string) (*running, error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(free.Addr().String())
	_ = free.Close()
	line := func(args ...string) *exec.Cmd {
		command := exec.Command(filepath.Join(".run", "bin", "blackmark"), append(args, "--data", data)...)
		command.Env = append(os.Environ(), "BLACKMARK_PORTS="+port)
		return command
	}
	d := &running{process: line("run"), line: line}
	var log bytes.Buffer
	d.process.Stderr = &log
	if err := d.process.Start(); err != nil {
		return nil, err
	}
	for began := time.Now(); line("status").Run() != nil; time.Sleep(50 * time.Millisecond) {
		if time.Since(began) > 30*time.Second {
			d.end(os.Kill)
			return nil, fmt.Errorf("the daemon does not answer: %s", log.String())
		}
	}
	return d, nil
}

func (d *running) end(signal os.Signal) {
	_ = d.process.Process.Signal(signal)
	_ = d.process.Wait()
}

func (d *running) rebuilding() bool {
	text, err := d.line("status", "--json").Output()
	return err == nil && bytes.Contains(text, []byte(`"rebuilding": true`))
}

// private is what the process holds that no file backs, in MB: it cannot be let go.
// Pages of mapped files are the system's cache, and given up whenever somebody else
// needs the room.
func (d *running) private() (float64, error) { return d.kilobytes("smaps_rollup", "Anonymous:") }

// mapped is how much of its files stands in that cache now, in MB.
func (d *running) mapped() (float64, error) { return d.kilobytes("status", "RssFile:") }

// peak is the most that was in memory so far, in MB.
func (d *running) peak() (float64, error) { return d.kilobytes("status", "VmHWM:") }

// kilobytes adds lines of a file of the process, in MB of 1,000,000 bytes.
func (d *running) kilobytes(file string, names ...string) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", d.process.Process.Pid, file))
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for _, line := range strings.Split(string(text), "\n") {
		for _, name := range names {
			if fields := strings.Fields(line); len(fields) > 1 && fields[0] == name {
				n, err := strconv.ParseFloat(fields[1], 64)
				if err != nil {
					return 0, err
				}
				sum += n * 1024 / 1e6
			}
		}
	}
	return sum, nil
}
