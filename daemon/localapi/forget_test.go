package localapi_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// A buyer is named by one key or one order; marks and orders know the others.
func TestForget(t *testing.T) {
	s, n := newSharingStage(t)
	p := s.joined(s.paired(chromium))
	row := wire.Row{Row: "1", Sighting: wire.Sighting{Order: aliOrder("8012345678901234"), Keys: []buyer.Key{ali("90000001")}}}
	p.watch("page", row)
	login := buyer.Key{Marketplace: "aliexpress", Kind: "login_id", ID: "sample.login"}
	both := newMark(ali("90000001"))
	both.Keys = append(both.Keys, login)
	p.mark(both)
	p.mark(newMark(ali("90000002")))
	for _, name := range []string{"backups/one", "orders.damaged-1", "cloud/tags.damaged-1"} {
		path := filepath.Join(s.dir, filepath.FromSlash(name))
		s.ok(os.MkdirAll(filepath.Dir(path), 0o700))
		s.ok(os.WriteFile(path, nil, 0o600))
	}
	call := s.line()
	want := wire.Forgotten{Records: 1, Orders: 1, Shared: true, Backups: []string{"backups/one", "orders.damaged-1", "cloud/tags.damaged-1"}}
	for _, q := range []wire.ForgetQuery{{Keys: []buyer.Key{login}, DryRun: true}, {Order: row.Order}} {
		var got wire.Forgotten
		s.ok(call.Post(t.Context(), "/v1/forget", q, &got))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%+v:\n%s", q, diff)
		}
		last := n.asked[len(n.asked)-1].(forgetting)
		if last.dryRun != q.DryRun || len(last.keys) != 2 || !slices.Contains(last.keys, login) {
			t.Errorf("asked of the cloud: %+v", last)
		}
	}
	var list wire.MarkList
	s.ok(call.Post(t.Context(), "/v1/marks/list", wire.ListQuery{}, &list))
	if len(list.Marks) != 1 || list.Marks[0].Keys[0] != ali("90000002") {
		t.Errorf("left: %+v", list.Marks)
	}
	// Orders that no identifier finds: by the name that they show, or by their number.
	for i, number := range []string{"8012345678905001", "8012345678905002"} {
		p.watch("names", wire.Row{Row: fmt.Sprint(i), Sighting: wire.Sighting{Order: aliOrder(number), Name: "Made Up", Source: wire.FromDefinition}})
	}
	for i, q := range []wire.ForgetQuery{{Order: aliOrder("8012345678905001")}, {Name: "made up"}, {Name: "made up"}} {
		var got wire.Forgotten
		s.ok(call.Post(t.Context(), "/v1/forget", q, &got))
		if want := []int{1, 1, 0}[i]; got.Orders != want || got.Records != 0 || got.Shared {
			t.Errorf("%+v: %+v", q, got)
		}
	}
	for code, q := range map[string]wire.ForgetQuery{
		"forget_whom": {Name: strings.Repeat("x", 10_000)},
		"key_shape":   {Keys: []buyer.Key{{Marketplace: "aliexpress", Kind: "ali_id", ID: "?"}}},
		"keys_many":   {Keys: make([]buyer.Key, wire.MaxKeys+1)},
	} {
		if err := call.Post(t.Context(), "/v1/forget", q, nil); problem.Of(err).Code != code {
			t.Errorf("want %s, got %v", code, err)
		}
	}
}
