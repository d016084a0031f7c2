package localapi_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// neighbours stands in for the cloud: what it knows is set by the test.
type neighbours struct {
	mu      sync.Mutex
	joined  bool
	known   map[buyer.Key]wire.Others
	asked   []any
	changes chan []buyer.Key
	shared  map[string]time.Time // marks at the cloud
	version uint64
	past    []confirmed // the newest first
}

// confirmed is a share or a withdrawal that the cloud confirmed.
type confirmed struct {
	at        time.Time
	mark      string
	withdrawn bool
	keys      []buyer.Key
	reason    string
}

func newNeighbours() *neighbours {
	return &neighbours{known: map[buyer.Key]wire.Others{}, changes: make(chan []buyer.Key, 8)}
}

func (n *neighbours) set(k buyer.Key, o wire.Others) {
	n.mu.Lock()
	n.joined, n.known[k] = true, o
	n.mu.Unlock()
}

func (n *neighbours) Lookup(_, _ string, lists [][]buyer.Key) []wire.Others {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.joined {
		return nil
	}
	all := make([]wire.Others, len(lists))
	for i, keys := range lists {
		all[i] = wire.Others{State: wire.OthersPending, Why: wire.WhyQueued}
		for _, k := range keys {
			if o, found := n.known[k]; found {
				all[i] = o
			}
		}
	}
	return all
}

func (n *neighbours) Peek(lists [][]buyer.Key) []wire.Others { return n.Lookup("", "", lists) }

func (n *neighbours) SharedMarks(uint64) (map[string]bool, uint64, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	ids := map[string]bool{}
	for mark := range n.shared {
		ids[mark] = true
	}
	n.version++
	return ids, n.version, nil
}

func (n *neighbours) SharedSince(marks []string) []time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	since := make([]time.Time, len(marks))
	for i, mark := range marks {
		since[i] = n.shared[mark]
	}
	return since
}

func (n *neighbours) Past(before time.Time, fn func(time.Time, string, bool, []buyer.Key, string) bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, p := range n.past {
		if !before.IsZero() && p.at.After(before) {
			continue
		}
		if !fn(p.at, p.mark, p.withdrawn, p.keys, p.reason) {
			return nil
		}
	}
	return nil
}

func (n *neighbours) Subscribe() (<-chan []buyer.Key, func()) { return n.changes, func() {} }

func (n *neighbours) note(asked any) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked = append(n.asked, asked)
	return nil
}

func (n *neighbours) State() (wire.Sharing, error) {
	return wire.Sharing{State: wire.IsJoined, Shared: 7, Lists: []wire.ListState{}}, nil
}
func (n *neighbours) Join(_ context.Context, invitation string) error {
	if invitation == "damaged" {
		return problem.New(problem.Invalid, "invitation_damaged", "no", "no")
	}
	return n.note(invitation)
}
func (n *neighbours) Preview(q wire.ShareQuery) (wire.SharePreview, error) {
	return wire.SharePreview{Share: 3, Kept: map[string]int{}, ByReason: map[string]int{}}, n.note(q)
}
func (n *neighbours) Share(_ context.Context, q wire.ShareQuery) error { return n.note(q) }
func (n *neighbours) List(q wire.ListQuery) (wire.SharedList, error) {
	return wire.SharedList{Marks: []wire.SharedMark{}, Total: 5}, n.note(q)
}
func (n *neighbours) Withdraw(q wire.WithdrawQuery) error { return n.note(q) }
func (n *neighbours) Leave(context.Context) error         { return n.note("leave") }
func (n *neighbours) Set(s wire.SharingSettings) error    { return n.note(s) }
func (n *neighbours) Mute(q wire.MuteQuery) error         { return n.note(q) }
func (n *neighbours) Forget(keys []buyer.Key, dryRun bool) (bool, error) {
	return true, n.note(forgetting{keys, dryRun})
}

type forgetting struct {
	keys   []buyer.Key
	dryRun bool
}

func newSharingStage(t *testing.T) (*stage, *neighbours) {
	t.Helper()
	n := newNeighbours()
	s := &stage{t: t, dir: t.TempDir(), log: &logged{}, share: n,
		clock: &clock{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}}
	s.open()
	t.Cleanup(func() { s.stop() })
	return s, n
}

var three = wire.Others{State: wire.OthersChecked, Counts: map[string]int{"returns": 3}, Total: 3, Recent: wire.RecentMonth, Shown: true}

// What other sellers reported stands in answers and reports once the seller has
// joined, and follows by itself when it changes.
func TestOthersStandInAnswers(t *testing.T) {
	s, n := newSharingStage(t)
	p := s.joined(s.paired(chromium))
	row := wire.Row{Row: "1", Sighting: wire.Sighting{Order: aliOrder("8012345678901234"), Keys: []buyer.Key{ali("90000001")}}}
	if got := p.watch("page", row)[0]; got.Others != nil {
		t.Fatalf("nothing was joined, and the answer says %+v", got.Others)
	}
	n.set(ali("90000002"), three)
	if got := p.watch("page", row)[0]; got.Others == nil || got.Others.Why != wire.WhyQueued {
		t.Fatalf("not checked yet: %+v", got.Others)
	}
	n.set(ali("90000001"), three)
	n.changes <- []buyer.Key{ali("90000001")}
	pushed := p.pushed()
	for pushed.Answers[0].Others.State == wire.OthersPending {
		pushed = p.pushed() // the order was told of when others were known of already
	}
	if diff := cmp.Diff(&three, pushed.Answers[0].Others); diff != "" {
		t.Errorf("pushed (-want +got):\n%s", diff)
	}
	var report wire.Report
	s.ok(s.line().Post(t.Context(), "/v1/buyers/report", wire.ReportQuery{Keys: []buyer.Key{ali("90000001")}}, &report))
	if diff := cmp.Diff(&three, report.Others); diff != "" {
		t.Errorf("the report (-want +got):\n%s", diff)
	}
	fewer := three
	fewer.Total, fewer.Counts = 2, map[string]int{"returns": 2}
	n.set(ali("90000001"), fewer)
	n.changes <- nil // all may have changed: only what did is told
	if got := p.pushed().Answers; len(got) != 1 || got[0].Others.Total != 2 {
		t.Errorf("pushed %+v", got)
	}
	// A page that nobody identified has no others.
	if got := p.watch("page", wire.Row{Row: "2", Sighting: wire.Sighting{Order: aliOrder("8012345678901299")}})[0]; got.Others != nil {
		t.Errorf("nobody's others: %+v", got.Others)
	}
}

// A mark that is made while other sellers' reports are shown is kept apart from
// own experience.
func TestMarksMadeWhileOthersAreShown(t *testing.T) {
	s, n := newSharingStage(t)
	p := s.joined(s.paired(chromium))
	n.set(ali("90000001"), three)
	hidden := three
	hidden.Shown = false
	n.set(ali("90000002"), hidden)
	shown, quiet, own := newMark(ali("90000001")), newMark(ali("90000002")), newMark(ali("90000003"))
	shown.Keys[0].ID = " 90000001" // as a page may give it
	p.mark(shown, quiet, own)
	for _, c := range []struct {
		id   string
		echo bool
	}{{shown.ID, true}, {quiet.ID, false}, {own.ID, false}} {
		m, err := s.ledger.Get(c.id)
		s.ok(err)
		if m.Echo != c.echo {
			t.Errorf("%s: %v", m.Keys[0], m.Echo)
		}
	}
	// Sent again when nothing is shown any more it is still the same request.
	n.set(ali("90000001"), hidden)
	if got := p.mark(shown)[0]; got.Result != wire.ResultMarked {
		t.Errorf("sent again: %+v", got)
	}
	if m, err := s.ledger.Get(shown.ID); err != nil || !m.Echo {
		t.Errorf("and it is %+v, %v", m, err)
	}
}

// The HTTP API passes on what is asked, and answers with all about sharing.
func TestSharingOverHTTP(t *testing.T) {
	s, n := newSharingStage(t)
	call := s.line()
	for _, c := range []struct {
		path string
		body any
		want any
	}{
		{"join", wire.InvitationQuery{Invitation: "word"}, "word"},
		{"share", wire.ShareQuery{Reasons: []string{"returns"}, Own: true}, wire.ShareQuery{Reasons: []string{"returns"}, Own: true}},
		{"withdraw", wire.WithdrawQuery{All: true}, wire.WithdrawQuery{All: true}},
		{"settings", wire.SharingSettings{Threshold: 2, Delay: 0}, wire.SharingSettings{Threshold: 2}},
		{"mute", wire.MuteQuery{Keys: []buyer.Key{ali("90000001")}, On: true}, wire.MuteQuery{Keys: []buyer.Key{ali("90000001")}, On: true}},
		{"leave", nil, "leave"},
	} {
		var state wire.Sharing
		s.ok(call.Post(t.Context(), "/v1/sharing/"+c.path, c.body, &state))
		if state.Shared != 7 {
			t.Errorf("%s answers %+v", c.path, state)
		}
		n.mu.Lock()
		if diff := cmp.Diff(c.want, n.asked[len(n.asked)-1]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.path, diff)
		}
		n.mu.Unlock()
	}
	var state wire.Sharing
	s.ok(call.Get(t.Context(), "/v1/sharing", &state))
	var preview wire.SharePreview
	s.ok(call.Post(t.Context(), "/v1/sharing/preview", wire.ShareQuery{}, &preview))
	var list wire.SharedList
	s.ok(call.Post(t.Context(), "/v1/sharing/list", wire.ListQuery{}, &list))
	if state.Shared != 7 || preview.Share != 3 || list.Total != 5 {
		t.Errorf("%+v, %+v, %+v", state, preview, list)
	}
	if err := call.Post(t.Context(), "/v1/sharing/join", wire.InvitationQuery{Invitation: "damaged"}, nil); codeOf(err) != "invitation_damaged" {
		t.Errorf("a refusal comes as %v", err)
	}
	without := newStage(t)
	if err := without.line().Get(t.Context(), "/v1/sharing", &state); codeOf(err) != "sharing_missing" {
		t.Errorf("a daemon without it says %v", err)
	}
}
