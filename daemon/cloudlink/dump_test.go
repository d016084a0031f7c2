package cloudlink_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/cloudlink"
	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

var sendingID = regexp.MustCompile(`"sending":\{"id":"([0-9a-f]{32})"`)

// A dump gives the same record of what was shared elsewhere. What was on its way is
// sent under another name from there.
func TestDumpLoads(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	s := newSeller(t, c)
	s.join(y)
	s.ok(s.link.Set(wire.SharingSettings{Threshold: 2, Delay: 0}))
	s.ok(s.link.Mute(wire.MuteQuery{Keys: []buyer.Key{ali("70000009")}, On: true}))
	s.shares("8012345678901231", "returns", ali("70000001"))
	s.shares("8012345678901232", "unpaid", ali("70000002"))
	s.drained()
	dump := func(l *cloudlink.Link) string {
		t.Helper()
		var b bytes.Buffer
		s.ok(l.Dump(t.Context(), &b))
		return b.String()
	}
	y.wire.meddle.Store(meddler(func(path string, body []byte) []byte {
		if path == "/v1/shares" {
			return nil // what the cloud took is not heard of here
		}
		return body
	}))
	s.shares("8012345678901233", "extortion", ali("70000003"))
	s.eventually("a report is on its way", func() bool { return sendingID.MatchString(dump(s.link)) })
	s.stop()

	s.open()
	text := dump(s.link)
	load := func(text string) (dir string, err error) {
		dir = filepath.Join(t.TempDir(), "cloud")
		return dir, cloudlink.Load(t.Context(), cloudlink.Config{Dir: dir, MinFree: 1}, strings.NewReader(text))
	}
	dir, err := load(text)
	s.ok(err)
	copied, err := cloudlink.Open(cloudlink.Config{Dir: dir, Ledger: s.ledger, Orders: s.orders, MinFree: 1, Now: c.now})
	s.ok(err)
	defer copied.Close()
	again := dump(copied)
	was, is := sendingID.FindStringSubmatch(text), sendingID.FindStringSubmatch(again)
	if was == nil || is == nil || was[1] == is[1] {
		t.Fatalf("two machines send under one name: %v %v", was, is)
	}
	if diff := cmp.Diff(text, strings.Replace(again, is[1], was[1], 1)); diff != "" {
		t.Errorf("the loaded record dumps as another:\n%s", diff)
	}
	state, err := copied.State()
	s.ok(err)
	if state.State != wire.IsJoined || state.Shared != 2 || state.Outbox == 0 || state.Muted != 1 || state.Settings.Threshold != 2 {
		t.Errorf("%+v", state)
	}

	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	for what, bad := range map[string]string{
		"empty":                 "",
		"cut":                   strings.Join(lines[:len(lines)-1], ""),
		"a line less":           strings.Join(lines[:len(lines)-2], "") + lines[len(lines)-1],
		"a line after all":      text + lines[0],
		"a report of no member": lines[3] + text,
		"no object":             "[]\n",
		"no name":               strings.Replace(text, `"name":"`, `"name":"x`+strings.Repeat("y", 3)+`","row":{"mark":"z"}}`+"\n"+`{"name":"`, 1),
	} {
		if _, err := load(bad); !errors.Is(err, cloudlink.ErrDumpDamaged) {
			t.Errorf("%s: %v", what, err)
		}
	}
	newer := strings.Replace(text, `"end":{"format":1`, `"end":{"format":2`, 1)
	if _, err := load(newer); !errors.Is(err, cloudlink.ErrDumpTooNew) {
		t.Errorf("a newer one: %v", err)
	}
}
