package localapi_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// post asks the daemon for something and ends the call.
func post[T any](s *stage, path string, body any) (answer T, err error) {
	s.t.Helper()
	call := s.line()
	defer call.Close()
	err = call.Post(s.t.Context(), path, body, &answer)
	return answer, err
}

// posted is post of what is not refused.
func posted[T any](s *stage, path string, body any) T {
	s.t.Helper()
	answer, err := post[T](s, path, body)
	s.ok(err)
	return answer
}

func (s *stage) find(q wire.MarksQuery) wire.MarksPage {
	s.t.Helper()
	return posted[wire.MarksPage](s, "/v1/marks/find", q)
}

func idsOf(page wire.MarksPage) []string {
	ids := []string{}
	for _, m := range page.Marks {
		ids = append(ids, m.Keys[0].ID)
	}
	return ids
}

// marked marks buyers, one after the other, and gives the marks.
func (s *stage) marked(marks ...wire.NewMark) []wire.Mark {
	s.t.Helper()
	var made []wire.Mark
	for _, m := range marks {
		outcomes := posted[wire.OutcomesBody](s, "/v1/marks", wire.MarksBody{Marks: []wire.NewMark{m}})
		if outcomes.Outcomes[0].Problem != nil {
			s.t.Fatal(outcomes.Outcomes[0].Problem)
		}
		made = append(made, *outcomes.Outcomes[0].Mark)
	}
	return made
}

func TestFindMarks(t *testing.T) {
	s := newStage(t)
	one, two, three := newMark(ali("10001")), newMark(ali("10002")), newMark(shopee("10003"))
	one.Name, two.Note, three.Reason = "Invented Person", "said so TWICE", "unpaid"
	s.marked(one, two, three)
	for _, c := range []struct {
		query wire.MarksQuery
		want  []string
	}{
		{wire.MarksQuery{}, []string{"10003", "10002", "10001"}},
		{wire.MarksQuery{Text: "twice"}, []string{"10002"}},
		{wire.MarksQuery{Text: "person 10001"}, []string{"10001"}},
		{wire.MarksQuery{Marketplace: "aliexpress", Sort: wire.SortOldest}, []string{"10001", "10002"}},
		{wire.MarksQuery{Reasons: []string{"unpaid"}}, []string{"10003"}},
		{wire.MarksQuery{Sort: wire.SortName}, []string{"10001", "10003", "10002"}},
	} {
		page := s.find(c.query)
		if diff := cmp.Diff(c.want, idsOf(page)); diff != "" || page.Found != len(c.want) || page.Total != 3 {
			t.Errorf("%+v: found %d of %d\n%s", c.query, page.Found, page.Total, diff)
		}
	}
}

// sold tells the daemon of an order, as a page shows it.
func (s *stage) sold(p *peer, order *wire.Order, k buyer.Key, do func(*wire.Sighting)) {
	s.t.Helper()
	seen := of(order, k)
	if do != nil {
		do(&seen)
	}
	if kind, _ := head(p.say(wire.Seen{Type: "seen", ID: p.id(), Site: "orders", Sightings: []wire.Sighting{seen}})); kind != "done" {
		s.t.Fatal(kind)
	}
}

// What stands beside a mark: its order's store, how many orders there are, and
// since when it is shared.
func TestListedMarks(t *testing.T) {
	n := newNeighbours()
	n.joined = true
	s := newStage(t)
	s.share = n
	s.restart()
	p := s.joined(s.paired(chromium))
	for i, number := range []string{"80012345678901", "80012345678902"} {
		s.sold(p, aliOrder(number), ali("10001"), func(seen *wire.Sighting) { seen.Store = []string{"Shop A", "Shop B"}[i] })
	}
	one := newMark(ali("10001"))
	one.Order = aliOrder("80012345678902")
	made := s.marked(one, newMark(ali("10002")))
	since := s.clock.now().Add(time.Minute)
	n.mu.Lock()
	n.shared = map[string]time.Time{made[1].ID: since}
	n.mu.Unlock()
	yes, no := true, false
	for _, c := range []struct {
		query wire.MarksQuery
		want  []string
	}{
		{wire.MarksQuery{Shared: &yes}, []string{"10002"}}, {wire.MarksQuery{Shared: &no}, []string{"10001"}},
		{wire.MarksQuery{Stores: []string{"Shop B"}}, []string{"10001"}}, {wire.MarksQuery{Stores: []string{"Shop A"}}, []string{}},
		{wire.MarksQuery{Since: "2026-03-01T12:00:00Z"}, []string{"10002", "10001"}}, {wire.MarksQuery{Until: "2026-03-01T12:00:00Z"}, []string{}},
	} {
		if diff := cmp.Diff(c.want, idsOf(s.find(c.query))); diff != "" {
			t.Errorf("%+v:\n%s", c.query, diff)
		}
	}
	page := s.find(wire.MarksQuery{})
	if page.Marks[0].Shared != since.Format(time.RFC3339) || page.Marks[0].Orders != 0 {
		t.Errorf("%+v", page.Marks[0])
	}
	if page.Marks[1].Shared != "" || page.Marks[1].Store != "Shop B" || page.Marks[1].Orders != 2 {
		t.Errorf("%+v", page.Marks[1])
	}
	facets := posted[wire.Facets](s, "/v1/marks/facets", wire.MarksQuery{Marketplace: "aliexpress"})
	want := wire.Facets{Marketplaces: []wire.Facet{{Value: "aliexpress", Count: 2}}, Reasons: []wire.Facet{{Value: "returns", Count: 2}},
		Stores: []wire.Facet{{Value: "", Count: 1}, {Value: "Shop B", Count: 1}}, By: []wire.Facet{{Value: "", Count: 2}}, Via: []wire.Facet{{Value: "click", Count: 2}}}
	if diff := cmp.Diff(want, facets); diff != "" {
		t.Error(diff)
	}
	for path, body := range map[string]any{
		"/v1/marks/find":   wire.MarksQuery{Since: "yesterday"},
		"/v1/marks/facets": wire.MarksQuery{Until: "tomorrow"},
		"/v1/activity":     wire.ActivityQuery{Since: "now"},
	} {
		if _, err := post[any](s, path, body); codeOf(err) != "time_unreadable" {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := post[any](s, "/v1/marks/find", wire.MarksQuery{Marketplace: "nowhere"}); codeOf(err) == "" {
		t.Error("a marketplace that is none is looked for")
	}
}

// Every page of every browser follows a change, as it follows a mark.
func TestChangeMarks(t *testing.T) {
	s := newStage(t)
	p := s.joined(s.paired(chromium))
	made := s.marked(newMark(ali("10001")))
	p.watch("page", wire.Row{Row: "1", Sighting: of(aliOrder("80012345678901"), ali("10001"))})
	note := "another note"
	changes := wire.ChangesBody{Changes: []wire.Change{
		{ID: newID(), Mark: made[0].ID, Reason: "unpaid", Note: &note}, {ID: newID(), Mark: newID(), Reason: "unpaid"}}}
	got := posted[wire.OutcomesBody](s, "/v1/marks/change", changes).Outcomes
	if got[0].Result != wire.ResultReplaced || got[0].Mark.Reason != "unpaid" || got[0].Mark.Note != note || got[0].Mark.At != made[0].At {
		t.Errorf("%+v", got[0])
	}
	if got[1].Result != wire.ResultRefused || got[1].Problem.Code != "mark_unknown" || got[1].Problem.Field != "changes[1].mark" {
		t.Errorf("%+v %+v", got[1], got[1].Problem)
	}
	if pushed := p.pushed().Answers[0]; pushed.Mark == nil || pushed.Mark.Reason != "unpaid" {
		t.Errorf("pushed %+v", pushed)
	}
	if again := posted[wire.OutcomesBody](s, "/v1/marks/change", changes).Outcomes; !cmp.Equal(again[0], got[0]) {
		t.Errorf("sent again: %s", cmp.Diff(got[0], again[0]))
	}
	if _, err := post[any](s, "/v1/marks/change", wire.ChangesBody{Changes: []wire.Change{}}); codeOf(err) != "batch_empty" {
		t.Errorf("nothing to change: %v", err)
	}
}

// acts are what was done, as words.
func acts(list []wire.Activity) []string {
	words := []string{}
	for _, a := range list {
		text := string(a.Act)
		if len(a.Keys) > 0 {
			text += " " + a.Keys[0].ID
		}
		if a.Import != "" {
			text += fmt.Sprintf(" %s %d", a.Import, a.Count)
		}
		words = append(words, text)
	}
	return words
}

func TestActivity(t *testing.T) {
	n, m := newNeighbours(), &moved{}
	n.joined = true
	s := newStage(t)
	s.share, s.transfers = n, m
	s.restart()
	tick := func() time.Time { s.clock.move(time.Minute); return s.clock.now() }
	begin := s.clock.now()
	one, two := newMark(ali("10001")), newMark(ali("10002"))
	made := s.marked(one)
	tick()
	m.past = []wire.Import{{ID: "first", At: tick().Format(time.RFC3339), State: wire.ImportUndone, Marked: 3, Undone: 2, UndoneAt: begin.Add(time.Hour).Format(time.RFC3339)},
		{ID: "dry", At: tick().Format(time.RFC3339), DryRun: true}}
	n.past = []confirmed{{at: tick(), mark: made[0].ID, keys: made[0].Keys, reason: "returns"}}
	tick()
	s.marked(two)
	tick()
	cancelled := posted[wire.OutcomesBody](s, "/v1/marks/cancel", wire.CancelsBody{Cancels: []wire.NewCancel{{ID: newID(), Mark: made[0].ID}}})
	if cancelled.Outcomes[0].Result != wire.ResultCancelled {
		t.Fatalf("%+v", cancelled)
	}
	n.past = append([]confirmed{{at: tick(), mark: made[0].ID, keys: made[0].Keys, reason: "returns", withdrawn: true}}, n.past...)
	all := []string{"undone first 2", "withdrawn 10001", "cancelled 10001", "marked 10002", "shared 10001", "imported first 3", "marked 10001"}
	for _, limit := range []int{1, 2, 3, 100} {
		var got []wire.Activity
		query := wire.ActivityQuery{Limit: limit}
		for {
			page := posted[wire.ActivityList](s, "/v1/activity", query)
			got = append(got, page.Activity...)
			if query.Cursor = page.Next; page.Next == "" || len(got) > len(all) {
				break
			}
		}
		if diff := cmp.Diff(all, acts(got)); diff != "" {
			t.Errorf("%d a page:\n%s", limit, diff)
		}
	}
	for _, c := range []struct {
		query wire.ActivityQuery
		want  []string
	}{
		{wire.ActivityQuery{Acts: []wire.Act{wire.ActMarked, wire.ActShared}}, []string{"marked 10002", "shared 10001", "marked 10001"}},
		{wire.ActivityQuery{Text: "10002"}, []string{"marked 10002"}},
		{wire.ActivityQuery{Since: begin.Add(6 * time.Minute).Format(time.RFC3339), Until: begin.Add(7 * time.Minute).Format(time.RFC3339)}, []string{"cancelled 10001"}},
	} {
		if diff := cmp.Diff(c.want, acts(posted[wire.ActivityList](s, "/v1/activity", c.query).Activity)); diff != "" {
			t.Errorf("%+v:\n%s", c.query, diff)
		}
	}
	if _, err := post[any](s, "/v1/activity", wire.ActivityQuery{Limit: 101}); codeOf(err) != "list_limit" {
		t.Errorf("too long a page: %v", err)
	}
	if _, err := post[any](s, "/v1/activity", wire.ActivityQuery{Cursor: "?"}); codeOf(err) != "list_cursor" {
		t.Errorf("a cursor that is none: %v", err)
	}
}

func TestHits(t *testing.T) {
	n := newNeighbours()
	s := newStage(t)
	if hits := posted[wire.Hits](s, "/v1/hits", wire.HitsQuery{}); len(hits.Hits) > 0 {
		t.Errorf("without a cloud: %+v", hits)
	}
	s.share = n
	s.restart()
	p := s.joined(s.paired(chromium))
	reported := wire.Others{State: wire.OthersChecked, Counts: map[string]int{"returns": 2}, Total: 2, Shown: true}
	for i := range 8 {
		id := fmt.Sprint(10_001 + i%7) // the last order is the first buyer's
		placed := s.clock.now().AddDate(0, 0, -4*(7-i))
		s.sold(p, aliOrder(fmt.Sprint(80_012_345_678_900+i)), ali(id), func(seen *wire.Sighting) {
			seen.Name, seen.Placed = "Made Up "+id, placed.Format(time.RFC3339)
		})
		if i%7 != 3 {
			n.set(ali(id), reported)
		}
	}
	s.marked(newMark(ali("10006")))
	var got []string
	query := wire.HitsQuery{Limit: 2}
	for {
		page := posted[wire.Hits](s, "/v1/hits", query)
		for _, h := range page.Hits {
			got = append(got, h.Keys[0].ID+" "+h.Order.Number[12:])
			if (h.Mark != nil) != (h.Keys[0].ID == "10006") || h.Others.Total != 2 || h.Name == "" || h.Seen == "" {
				t.Errorf("%+v", h)
			}
		}
		if query.Cursor = page.Next; page.Next == "" || len(got) > 9 {
			break
		}
	}
	// 21 days: orders 2 to 7; the buyer of order 3 was never reported.
	if diff := cmp.Diff([]string{"10001 07", "10007 06", "10006 05", "10005 04", "10003 02"}, got); diff != "" {
		t.Error(diff)
	}
	if more := posted[wire.Hits](s, "/v1/hits", wire.HitsQuery{Days: 90}); len(more.Hits) != 6 {
		t.Errorf("%d hits of 90 days", len(more.Hits))
	}
	for query, code := range map[wire.HitsQuery]string{{Days: 91}: "hits_days", {Limit: 101}: "list_limit", {Cursor: "?"}: "list_cursor"} {
		if _, err := post[any](s, "/v1/hits", query); codeOf(err) != code {
			t.Errorf("%+v: %v", query, err)
		}
	}
}

// The trend counts each thing in its own week, and nothing twice.
func TestTrend(t *testing.T) {
	n := newNeighbours()
	s := newStage(t)
	got := func() (weeks []wire.TrendWeek) {
		t.Helper()
		call := s.line()
		defer call.Close()
		var trend wire.Trend
		s.ok(call.Get(t.Context(), "/v1/trend", &trend))
		for _, w := range trend.Weeks {
			w.From = ""
			weeks = append(weeks, w)
		}
		return weeks
	}
	none := make([]wire.TrendWeek, wire.TrendWeeks)
	if diff := cmp.Diff(none, got()); diff != "" {
		t.Errorf("before anything:\n%s", diff)
	}
	s.share = n
	s.restart()
	p := s.joined(s.paired(chromium))
	now := s.clock.now()
	order := func(i, days int, id string) {
		s.sold(p, aliOrder(fmt.Sprint(80_012_345_678_900+i)), ali(id), func(seen *wire.Sighting) {
			seen.Placed = now.AddDate(0, 0, -days).Format(time.RFC3339)
		})
	}
	order(0, 92, "10001") // before the first week
	order(1, 90, "10001")
	order(2, 8, "10001")
	order(3, 9, "10002")
	order(4, 1, "10001")
	n.set(ali("10001"), wire.Others{State: wire.OthersChecked, Counts: map[string]int{"returns": 2}, Total: 2, Shown: true})
	made := s.marked(newMark(ali("10001")), newMark(ali("10002")))
	posted[wire.OutcomesBody](s, "/v1/marks/cancel", wire.CancelsBody{Cancels: []wire.NewCancel{{ID: newID(), Mark: made[0].ID}}})
	n.past = []confirmed{{at: now.AddDate(0, 0, -2), mark: made[0].ID, keys: made[0].Keys, withdrawn: true},
		{at: now.AddDate(0, 0, -16), mark: made[0].ID, keys: made[0].Keys}, {at: now.AddDate(-1, 0, 0), mark: made[0].ID, keys: made[0].Keys}}
	want := slices.Clone(none)
	want[0] = wire.TrendWeek{Orders: 1, Reported: 1}
	want[10] = wire.TrendWeek{Shared: 1}
	want[11] = wire.TrendWeek{Orders: 2, Reported: 1}
	want[12] = wire.TrendWeek{Orders: 1, Reported: 1, Marked: 2, Cancelled: 1, Withdrawn: 1}
	if diff := cmp.Diff(want, got()); diff != "" {
		t.Error(diff)
	}
}

// The report adds up what is known of a buyer in the course of time.
func TestReportOfTheCourse(t *testing.T) {
	s := newStage(t)
	p := s.joined(s.paired(chromium))
	order := func(i int, status, currency string, total int64, placed time.Time) {
		s.sold(p, aliOrder(fmt.Sprint(80_012_345_678_900+i)), ali("10001"), func(seen *wire.Sighting) {
			seen.Name, seen.Status, seen.Currency, seen.Placed = fmt.Sprint("Made Up ", i%2), status, currency, placed.Format(time.RFC3339)
			if currency != "" {
				seen.Total = &total
			}
		})
	}
	now := s.clock.now()
	order(0, "Refund finished", "USD", 1250, now.AddDate(0, 0, -9))
	order(1, "买家取消订单", "USD", 250, now.AddDate(0, 0, -8))
	order(2, "In dispute, refund asked", "EUR", 999, now.AddDate(0, 0, -7))
	order(3, "shipped", "", 0, now.AddDate(0, 0, -6))
	first, second := newMark(ali("10001")), newMark(ali("10001"))
	first.Name = "Known As"
	made := s.marked(first)
	posted[wire.OutcomesBody](s, "/v1/marks/cancel", wire.CancelsBody{Cancels: []wire.NewCancel{{ID: newID(), Mark: made[0].ID}}})
	s.clock.move(time.Hour)
	second.Reason = "unpaid"
	s.marked(second)
	s.clock.move(3 * 24 * time.Hour)
	order(4, "shipped", "USD", 100, now.AddDate(0, 0, 1))
	order(5, "退款中", "USD", 100, now.AddDate(0, 0, 2))
	report := posted[wire.Report](s, "/v1/buyers/report", wire.ReportQuery{Keys: []buyer.Key{ali("10001")}})
	if len(report.Marks) != 2 || report.Marks[0].Reason != "unpaid" || report.Marks[0].Ended != "" ||
		report.Marks[1].Ended != now.Format(time.RFC3339) || report.Marks[1].Replaced {
		t.Errorf("marks: %+v", report.Marks)
	}
	got := wire.Report{Names: report.Names, Known: report.Known, Money: report.Money, Course: report.Course, Since: report.Since, SinceCourse: report.SinceCourse}
	want := wire.Report{
		Names: []string{"Known As", "Made Up 1", "Made Up 0"}, Known: []buyer.Key{ali("10001")},
		Money:  []wire.Money{{Currency: "USD", Orders: 4, Total: 1700}, {Currency: "EUR", Orders: 1, Total: 999}},
		Course: &wire.Course{Refunded: 2, Disputed: 1, Cancelled: 1}, Since: 2, SinceCourse: &wire.Course{Refunded: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
