package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"blackmark/daemon/cloud/store"
	"blackmark/shared/cloudtrust"
	"blackmark/shared/problem"
	"blackmark/shared/tag"
	"blackmark/shared/wire"
)

// doomed is a server, as a process of its own, that is killed.
type doomed struct {
	program, data string
	address       string // while it runs
	process       *exec.Cmd
}

// newDoomed gives a server that is called by a name of programs.
func newDoomed(t *testing.T, name, data string) *doomed {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	d := &doomed{program: filepath.Join(t.TempDir(), name), data: data}
	if err := os.Symlink(self, d.program); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if d.process != nil {
			_ = d.process.Process.Kill()
			_ = d.process.Wait()
		}
	})
	return d
}

// start starts the server and gives the time until it answers.
func (d *doomed) start(t *testing.T) time.Duration {
	t.Helper()
	begin := time.Now()
	if said, err := d.tryStart(); err != nil {
		t.Fatalf("the server does not start: %v\n%s", err, said)
	}
	return time.Since(begin)
}

// tryStart gives what a server that did not start said.
func (d *doomed) tryStart() (said string, err error) {
	d.process = exec.Command(d.program, "serve", "--json", "--data", d.data, "--addr", "127.0.0.1:0",
		"--quorum", "1", "--branch-cap", "0", "--age-days", "0", "--interval", "1",
		"--requests", "1000000", "--shares-day", "100000000", "--shares-max", "100000000")
	stderr, err := d.process.StderrPipe()
	if err != nil {
		return "", err
	}
	if err := d.process.Start(); err != nil {
		return "", err
	}
	lines := bufio.NewReader(stderr)
	for {
		text, err := lines.ReadString('\n')
		if err != nil {
			err = errors.Join(errors.New("it ended"), d.process.Wait())
			d.process = nil
			return said, err
		}
		var line struct{ Address string }
		if json.Unmarshal([]byte(text), &line) == nil && line.Address != "" {
			d.address = line.Address
			go func() { _, _ = io.Copy(io.Discard, lines) }() // until it ends
			return "", nil
		}
		said += text
	}
}

func (d *doomed) kill(t *testing.T) {
	t.Helper()
	if err := d.process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = d.process.Wait() // it says that it was killed
	d.process = nil
}

// run is a command of the operator.
func (d *doomed) run(t *testing.T, args ...string) string {
	t.Helper()
	c := exec.Command(d.program, append(args, "--data", d.data)...)
	var stderr strings.Builder
	c.Stderr = &stderr
	text, err := c.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, stderr.String())
	}
	return strings.TrimSpace(string(text))
}

// reports is how often each buyer was reported, read from a backup that the
// running server makes.
func (d *doomed) reports(t *testing.T) map[tag.Tag]int {
	t.Helper()
	file := filepath.Join(t.TempDir(), "backup")
	d.run(t, "backup", file)
	key, err := os.ReadFile(filepath.Join(d.data, "api", "store.key"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	prefix := append([]byte{'r', 0, 0, 0, 1}, marketplace+"\x00"...)
	rows := map[tag.Tag]int{}
	_, err = store.ReadBackup(f, key, func(key, _ []byte) error {
		if rest, ours := bytes.CutPrefix(key, prefix); ours {
			rows[tag.Tag(rest[:32])]++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

const marketplace = "shopee"

// seller is an account with one device.
type seller struct{ device string }

// join makes accounts.
func (d *doomed) join(t *testing.T, n int) (sellers []*seller) {
	t.Helper()
	i, err := cloudtrust.ParseInvitation(d.run(t, "invite", "--uses", fmt.Sprint(n)))
	if err != nil {
		t.Fatal(err)
	}
	door := d.dial()
	defer door.close()
	for range n {
		device := make([]byte, 32)
		_, _ = rand.Read(device)
		s := &seller{base64.RawURLEncoding.EncodeToString(device)}
		query := wire.JoinQuery{Token: base64.RawURLEncoding.EncodeToString(i.Token[:]), Device: s.device}
		if err := door.post(nil, "/v1/join", query, &wire.Joined{}); err != nil {
			t.Fatal(err)
		}
		sellers = append(sellers, s)
	}
	return sellers
}

// door is connections to the server as it runs now. Whose key it has is not looked
// at: that is tested where daemons dial.
type door struct {
	url  string
	http *http.Client
}

func (d *doomed) dial() *door {
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS13}}
	return &door{"https://" + d.address, &http.Client{Transport: transport, Timeout: patience}}
}

func (d *door) close() { d.http.CloseIdleConnections() }

// post gives a *problem.Error where the server refused, and any other error where
// nobody knows what became of it.
func (d *door) post(s *seller, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	request, err := http.NewRequest(http.MethodPost, d.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if s != nil {
		request.Header.Set("Authorization", "Bearer "+s.device)
	}
	response, err := d.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		var p problem.Error
		if err := json.Unmarshal(data, &p); err != nil {
			return err
		}
		return &p
	}
	return json.Unmarshal(data, out)
}

// book is what the sellers were told.
type book struct {
	lock     sync.Mutex
	standing map[tag.Tag]sent // acknowledged, not withdrawn
	gone     map[tag.Tag]bool // acknowledged as withdrawn
	unsure   map[tag.Tag]sent // reported, and the server was gone
	leaving  map[tag.Tag]sent // withdrawn, and the server was gone
	told     int              // requests acknowledged
	refused  error            // an answer that was neither yes nor silence
}

type sent struct {
	by *seller
	id string // of the request
}

func newBook() *book {
	return &book{standing: map[tag.Tag]sent{}, gone: map[tag.Tag]bool{}, unsure: map[tag.Tag]sent{}, leaving: map[tag.Tag]sent{}}
}

// differs says what is lost, doubled, invented or came back.
func (b *book) differs(rows map[tag.Tag]int) string {
	for t, n := range rows {
		_, standing := b.standing[t]
		_, unsure := b.unsure[t]
		switch {
		case n > 1:
			return "a report is there twice"
		case b.gone[t]:
			return "a report that was withdrawn came back"
		case !standing && !unsure:
			return "there is a report that nobody made"
		}
	}
	lost := 0
	for t := range b.standing {
		if _, leaving := b.leaving[t]; rows[t] == 0 && !leaving {
			lost++
		}
	}
	if lost > 0 {
		return fmt.Sprintf("%d of %d acknowledged reports are lost", lost, len(b.standing))
	}
	return ""
}

// load is sellers at work, each on connections of its own, until the server dies
// under them.
func (d *doomed) load(sellers []*seller, b *book) *sync.WaitGroup {
	var load sync.WaitGroup
	for _, s := range sellers {
		door := d.dial()
		load.Go(func() {
			defer door.close()
			for b.work(door, s) {
			}
		})
	}
	return &load
}

// work reports five buyers, every second time twice, and withdraws one.
func (b *book) work(door *door, s *seller) bool {
	shares, tags := newShares(5)
	err := door.share(s, shares)
	if again := b.took(s, shares, tags, err); again && err == nil {
		err = door.share(s, shares)
	}
	if err != nil {
		return b.ends(err)
	}
	id := newID()
	err = door.withdraw(s, id, tags[0])
	b.lock.Lock()
	defer b.lock.Unlock()
	if err != nil {
		b.leaving[tags[0]] = sent{s, id}
		return b.endsLocked(err)
	}
	b.told++
	delete(b.standing, tags[0])
	b.gone[tags[0]] = true
	return true
}

// took keeps what became of reports, and tells whether to send them once more.
func (b *book) took(s *seller, shares []wire.Share, tags []tag.Tag, err error) (again bool) {
	b.lock.Lock()
	defer b.lock.Unlock()
	for i, t := range tags {
		if err != nil {
			b.unsure[t] = sent{s, shares[i].ID}
		} else {
			b.standing[t] = sent{s, shares[i].ID}
		}
	}
	if err == nil {
		b.told++
	}
	return b.told%2 == 0
}

// ends ends a seller's work: a server that dies says nothing, it does not refuse.
func (b *book) ends(err error) bool {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.endsLocked(err)
}

func (b *book) endsLocked(err error) bool {
	var p *problem.Error
	if errors.As(err, &p) {
		b.refused = p
	}
	return false
}

func newShares(n int) (shares []wire.Share, tags []tag.Tag) {
	for range n {
		var t tag.Tag
		_, _ = rand.Read(t[:])
		tags = append(tags, t)
		shares = append(shares, newShare(newID(), t))
	}
	return shares, tags
}

func newShare(id string, t tag.Tag) wire.Share {
	return wire.Share{ID: id, Marketplace: marketplace, Epoch: 1, Tag: t.String(), Reason: "returns", Day: int(time.Now().Unix() / 86400)}
}

func newID() string {
	var id [16]byte
	_, _ = rand.Read(id[:])
	return base64.RawURLEncoding.EncodeToString(id[:])
}

func (d *door) share(s *seller, shares []wire.Share) error {
	var out wire.ShareOutcomes
	if err := d.post(s, "/v1/shares", wire.SharesBody{Shares: shares}, &out); err != nil {
		return err
	}
	return allDone(out)
}

func (d *door) withdraw(s *seller, id string, t tag.Tag) error {
	var out wire.ShareOutcomes
	body := wire.WithdrawalsBody{Withdrawals: []wire.Withdrawal{{ID: id, Marketplace: marketplace, Epoch: 1, Tag: t.String()}}}
	if err := d.post(s, "/v1/withdrawals", body, &out); err != nil {
		return err
	}
	return allDone(out)
}

func allDone(out wire.ShareOutcomes) error {
	for _, o := range out.Outcomes {
		if o.Code != "" {
			return problem.New(problem.Invalid, o.Code, "one was not done", "")
		}
	}
	return nil
}

// settle compares what the server holds with the book, sends again what nobody
// knows about, and compares once more. The control, every time: the comparison
// must see one report that is lost, one that is twice, one that nobody made.
func (d *doomed) settle(t *testing.T, b *book, when string) {
	t.Helper()
	if b.refused != nil {
		t.Fatalf("%s: %v", when, b.refused)
	}
	if wrong := b.differs(d.reports(t)); wrong != "" {
		t.Fatalf("%s: %s", when, wrong)
	}
	door := d.dial()
	defer door.close()
	for one, s := range b.unsure {
		if err := door.share(s.by, []wire.Share{newShare(s.id, one)}); err != nil {
			t.Fatalf("%s: sent again: %v", when, err)
		}
		b.standing[one] = s
	}
	for one, s := range b.leaving {
		if err := door.withdraw(s.by, s.id, one); err != nil {
			t.Fatalf("%s: sent again: %v", when, err)
		}
		delete(b.standing, one)
		b.gone[one] = true
	}
	clear(b.unsure)
	clear(b.leaving)
	rows := d.reports(t)
	if wrong := b.differs(rows); wrong != "" {
		t.Fatalf("%s, sent again: %s", when, wrong)
	}
	for one := range rows {
		for _, n := range []int{0, 2} {
			rows[one] = n
			if b.differs(rows) == "" {
				t.Fatal("the comparison does not see a lost report or a doubled one")
			}
		}
		rows[one] = 1
		rows[tag.Tag{}] = 1
		if b.differs(rows) == "" {
			t.Fatal("the comparison does not see a report that nobody made")
		}
		return
	}
}
