package localapi_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

func sighting(keys ...buyer.Key) wire.Sighting {
	return wire.Sighting{Keys: keys, Source: wire.FromDefinition}
}

func of(order *wire.Order, keys ...buyer.Key) wire.Sighting {
	s := sighting(keys...)
	s.Order = order
	return s
}

func shopeeOrder(number string) *wire.Order {
	return &wire.Order{Marketplace: "shopee", Region: "br", Number: number}
}

func TestAnswersOfRows(t *testing.T) {
	s := newStage(t)
	p := s.joined(s.paired(chromium))
	marked := newMark(shopee("900000001"))
	if o := p.mark(marked); o[0].Result != wire.ResultMarked {
		t.Fatalf("marked: %+v", o)
	}
	withWhy := of(aliOrder("81234567890125"))
	withWhy.Why = wire.Masked
	cases := []struct {
		name  string
		row   wire.Sighting
		state wire.State
		why   wire.Why
		first string
	}{
		{"marked", of(shopeeOrder("260101AAAAAAA1"), shopee("900000001")), wire.Black, "", "900000001"},
		{"not canonical", of(shopeeOrder("260101AAAAAAA2"), buyer.Key{Marketplace: "shopee", Region: " BR ", Kind: "user_id", ID: " 900000001 "}), wire.Black, "", "900000001"},
		{"region of the order", of(shopeeOrder("260101AAAAAAA3"), buyer.Key{Marketplace: "shopee", Kind: "user_id", ID: "900000001"}), wire.Black, "", "900000001"},
		{"another region", sighting(buyer.Key{Marketplace: "shopee", Region: "th", Kind: "user_id", ID: "900000001"}), wire.Clear, "", "900000001"},
		{"not marked", of(shopeeOrder("260101AAAAAAA4"), shopee("900000002")), wire.Clear, "", "900000002"},
		{"strongest first", of(shopeeOrder("260101AAAAAAA5"), shopeeName("sample"), shopee("900000003")), wire.Clear, "", "900000003"},
		{"no identity yet", of(aliOrder("81234567890124")), wire.Unidentified, wire.NoIdentity, ""},
		{"a name alone", wire.Sighting{Order: aliOrder("81234567890124"), Name: "Sample Person"}, wire.Unidentified, wire.NoIdentity, ""},
		{"the page's own why", withWhy, wire.Unidentified, wire.Masked, ""},
		{"nothing", wire.Sighting{}, wire.Unidentified, wire.NoOrder, ""},
		{"no order number", of(aliOrder("abc")), wire.Unidentified, wire.NoOrder, ""},
		{"masked", of(aliOrder("81234567890126"), ali("12***78")), wire.Unidentified, wire.Masked, ""},
		{"one id for everybody", of(aliOrder("81234567890130"), buyer.Key{Marketplace: "aliexpress", Kind: "login_id", ID: "joybuy"}), wire.Unmarkable, wire.SharedByAll, ""},
		{"not an id", of(aliOrder("81234567890127"), ali("twelve")), wire.Unidentified, wire.BadKey, ""},
		{"stand-in", of(aliOrder("81234567890128"), ali("0000")), wire.Unmarkable, wire.SharedByAll, ""},
		{"no region", sighting(buyer.Key{Marketplace: "shopee", Kind: "user_id", ID: "1"}), wire.Unidentified, wire.RegionUnknown, ""},
		{"no buyers there", of(&wire.Order{Marketplace: "temu", Region: "us", Number: "PO-123-12345678"}), wire.Unmarkable, wire.NoBuyers, ""},
		{"unknown marketplace", of(&wire.Order{Marketplace: "bazaar", Number: "1"}), wire.Unidentified, wire.NoOrder, ""},
		{"key of another marketplace", of(aliOrder("81234567890129"), shopee("900000001")), wire.Unidentified, wire.BadKey, ""},
		{"two ids of one kind", sighting(ali("11111111"), ali("22222222")), wire.Unidentified, wire.Contradiction, ""},
	}
	var rows []wire.Row
	for i, c := range cases {
		rows = append(rows, wire.Row{Row: fmt.Sprint(i), Sighting: c.row})
	}
	answers := p.watch("page", rows...)
	if len(answers) != len(cases) {
		t.Fatalf("%d answers to %d rows", len(answers), len(cases))
	}
	for i, c := range cases {
		a := answers[i]
		first := ""
		if len(a.Keys) > 0 {
			first = a.Keys[0].ID
		}
		if a.Row != fmt.Sprint(i) || a.State != c.state || a.Why != c.why || first != c.first {
			t.Errorf("%s: row %s is %s %s %q, want %s %s %q", c.name, a.Row, a.State, a.Why, first, c.state, c.why, c.first)
		}
		if (a.Mark != nil) != (c.state == wire.Black) {
			t.Errorf("%s: mark %v", c.name, a.Mark)
		}
	}
	if answers[0].Orders != 3 || answers[0].Mark.ID != marked.ID {
		t.Errorf("of the marked buyer: %d orders, mark %v", answers[0].Orders, answers[0].Mark)
	}
}

func TestKeySharedByAll(t *testing.T) {
	s := newStage(t)
	p := s.joined(s.paired(chromium))
	var rows []wire.Row
	for i := range 30 {
		row := of(aliOrder(fmt.Sprintf("8123456789%04d", i)), ali("77777777"))
		row.Name = fmt.Sprint("Sample Recipient ", i)
		rows = append(rows, wire.Row{Row: fmt.Sprint(i), Sighting: row})
	}
	p.watch("page", rows...)
	answer := p.watch("page", rows[0])[0]
	if answer.State != wire.Unmarkable || answer.Why != wire.SharedByAll || len(answer.Keys) > 0 {
		t.Errorf("a key of 30 recipients is %s %s", answer.State, answer.Why)
	}
	if o := p.mark(newMark(ali("77777777")))[0]; o.Result != wire.ResultRefused || o.Problem.Code != "key_shared_by_all" {
		t.Errorf("marking it: %+v", o)
	}
}

func TestNameThatMayHaveChangedHands(t *testing.T) {
	s := newStage(t)
	p := s.joined(s.paired(chromium))
	name := shopeeName("sample_name")
	p.mark(newMark(name))
	day := func(n int) string { return s.clock.now().Add(time.Duration(n) * 24 * time.Hour).Format(time.RFC3339) }
	placed := func(number string, at string) wire.Sighting {
		row := of(shopeeOrder(number), name)
		row.Placed = at
		return row
	}
	state := func(row wire.Sighting) wire.State { return p.watch("p", wire.Row{Row: "r", Sighting: row})[0].State }
	if got := state(sighting(name)); got != wire.Black {
		t.Errorf("just marked: %s", got)
	}
	first := placed("260301AAAAAAA1", day(0))
	state(first)
	s.clock.move(20 * 24 * time.Hour)
	second := placed("260301AAAAAAA2", day(0)) // 20 days after: it confirms
	if got := state(second); got != wire.Black {
		t.Errorf("an order after 20 days: %s", got)
	}
	s.clock.move(25 * 24 * time.Hour)
	if got := state(sighting(name)); got != wire.Black {
		t.Errorf("25 days after the order that confirmed: %s", got)
	}
	s.clock.move(20 * 24 * time.Hour)
	if got := state(sighting(name)); got != wire.Stale {
		t.Errorf("45 days without an order: %s", got)
	}
	third := placed("260301AAAAAAA3", day(0)) // it comes too late to confirm
	if got := state(third); got != wire.Stale {
		t.Errorf("an order after 45 days: %s", got)
	}
	if got := state(second); got != wire.Black {
		t.Errorf("the old order, looked at now: %s", got)
	}
	p.mark(newMark(shopee("900000005")))
	s.clock.move(400 * 24 * time.Hour)
	if got := state(sighting(shopee("900000005"))); got != wire.Black {
		t.Errorf("an id that never changes hands, later: %s", got)
	}
}

func TestMarkOnOneSocketAppearsOnAnother(t *testing.T) {
	s := newStage(t)
	a, b := s.joined(s.paired(chromium)), s.joined(s.paired(firefox))
	rows := []wire.Row{
		{Row: "x", Sighting: of(shopeeOrder("260101AAAAAAA1"), shopee("900000001"))},
		{Row: "y", Sighting: of(shopeeOrder("260101AAAAAAA2"), shopee("900000002"))},
		{Row: "z", Sighting: of(shopeeOrder("260101AAAAAAA3"), shopee("900000001"))},
	}
	b.watch("page", rows...)
	mark := newMark(shopee("900000001"))
	a.mark(mark)
	told := b.pushed()
	if told.Page != "page" || len(told.Answers) != 2 {
		t.Fatalf("told of %+v, want the two rows of that buyer alone", told)
	}
	for _, answer := range told.Answers {
		if answer.Row == "y" || answer.State != wire.Black || answer.Mark.ID != mark.ID {
			t.Errorf("told %+v", answer)
		}
	}
	b.say(wire.Unwatch{Type: "unwatch", ID: b.id(), Page: "page", Rows: []string{"z"}})
	a.say(wire.CancelMarks{Type: "cancel", ID: a.id(), Cancels: []wire.NewCancel{{ID: newID(), Mark: mark.ID}}})
	told = b.pushed()
	if len(told.Answers) != 1 || told.Answers[0].Row != "x" || told.Answers[0].State != wire.Clear || told.Answers[0].Mark != nil {
		t.Errorf("after the cancel told %+v", told)
	}
	// By HTTP too, and to the page of the one who marks.
	var done wire.OutcomesBody
	s.ok(s.line().Post(t.Context(), "/v1/marks", wire.MarksBody{Marks: []wire.NewMark{newMark(shopee("900000002"))}}, &done))
	if told = b.pushed(); len(told.Answers) != 1 || told.Answers[0].Row != "y" || told.Answers[0].State != wire.Black {
		t.Errorf("after a mark by HTTP told %+v", told)
	}
	b.say(wire.Unwatch{Type: "unwatch", ID: b.id(), Page: "page"})
	a.mark(newMark(shopee("900000003")))
	b.watch("page", rows[0])
	if len(b.read) > 0 {
		t.Errorf("told of a page that was left: %s", <-b.read)
	}
}

// The way of AliExpress: the list names nobody, the messages page does.
func TestSeenOnOnePageIdentifiesARowOnAnother(t *testing.T) {
	s := newStage(t)
	a, b := s.joined(s.paired(chromium)), s.joined(s.paired(firefox))
	b.mark(newMark(ali("12345678")))
	order := aliOrder("81234567890123")
	row := wire.Row{Row: "r", Sighting: of(order)}
	if answer := b.watch("list", row)[0]; answer.State != wire.Unidentified {
		t.Fatalf("at first: %+v", answer)
	}
	seen := of(order, ali("12345678"))
	seen.Source = wire.FromSweep
	if kind, _ := head(a.say(wire.Seen{Type: "seen", ID: a.id(), Site: "messages", Sightings: []wire.Sighting{seen}})); kind != "done" {
		t.Fatalf("seen got %s", kind)
	}
	told := b.pushed()
	if len(told.Answers) != 1 || told.Answers[0].State != wire.Black || told.Answers[0].Keys[0] != ali("12345678") {
		t.Fatalf("told %+v", told)
	}
	// A page that is opened later knows it at once, and so does a mark by order.
	if answer := a.watch("other", row)[0]; answer.State != wire.Black {
		t.Errorf("on another page: %+v", answer)
	}
	other := aliOrder("81234567890999")
	a.say(wire.Seen{Type: "seen", ID: a.id(), Site: "messages", Sightings: []wire.Sighting{of(other, ali("87654321"))}})
	o := a.mark(wire.NewMark{ID: newID(), Order: other, Reason: "returns", Via: wire.ByClick})[0]
	if o.Result != wire.ResultMarked || o.Mark.Keys[0] != ali("87654321") {
		t.Errorf("marked by order: %+v", o)
	}
	o = a.mark(wire.NewMark{ID: newID(), Order: aliOrder("81234567890777"), Reason: "returns", Via: wire.ByClick})[0]
	if o.Result != wire.ResultRefused || o.Problem.Code != "buyer_not_identified" || o.Problem.Hint == "" {
		t.Errorf("marked by an order of nobody: %+v", o)
	}
}

func TestTwoPlacesThatDisagreeBlackenNobody(t *testing.T) {
	s := newStage(t)
	p := s.joined(s.paired(chromium))
	order := aliOrder("81234567890123")
	p.mark(newMark(ali("11111111")))
	p.watch("list", wire.Row{Row: "r", Sighting: of(order, ali("11111111"))})
	p.say(wire.Seen{Type: "seen", ID: p.id(), Site: "x", Sightings: []wire.Sighting{of(order, ali("22222222"))}})
	told := p.pushed()
	for told.Answers[0].State == wire.Black {
		told = p.pushed() // the mark was told of while the order was seen
	}
	if a := told.Answers[0]; a.State != wire.Unidentified || a.Why != wire.Contradiction || a.Mark != nil {
		t.Errorf("told %+v", a)
	}
}

// A page whose document and response name different buyers for one order shows
// neither, whomever the history knows: the badge would stand beside a stranger's name.
func TestPageThatContradictsItselfBlackensNobody(t *testing.T) {
	s := newStage(t)
	p := s.joined(s.paired(chromium))
	order := aliOrder("81234567890123")
	p.mark(newMark(ali("11111111")))
	row := wire.Row{Row: "r", Sighting: of(order, ali("11111111"))}
	if a := p.watch("page", row)[0]; a.State != wire.Black {
		t.Fatalf("the control: %+v", a)
	}
	torn := wire.Sighting{Order: order, Name: "Sample Person", Why: wire.Contradiction}
	if a := p.watch("page", wire.Row{Row: "r", Sighting: torn})[0]; a.State != wire.Unidentified || a.Why != wire.Contradiction || a.Mark != nil || len(a.Keys) > 0 {
		t.Errorf("told %+v", a)
	}
	if a := p.watch("page", row)[0]; a.State != wire.Black {
		t.Errorf("whole again: %+v", a)
	}
}

func TestBadInputOverTheSocket(t *testing.T) {
	s := newStage(t)
	p := s.joined(s.paired(chromium))
	mark := func(change func(m map[string]any)) string {
		m := map[string]any{"id": newID(), "keys": []any{map[string]any{"marketplace": "shopee", "region": "br", "kind": "user_id", "id": "900000001"}},
			"reason": "returns", "via": "click"}
		change(m)
		data, err := json.Marshal(map[string]any{"type": "mark", "id": 7, "marks": []any{m}})
		s.ok(err)
		return string(data)
	}
	key := func(id string) func(m map[string]any) {
		return func(m map[string]any) {
			m["keys"] = []any{map[string]any{"marketplace": "shopee", "region": "br", "kind": "user_id", "id": id}}
		}
	}
	set := func(name string, value any) func(m map[string]any) { return func(m map[string]any) { m[name] = value } }
	rows := func(n int) string { return strings.TrimSuffix(strings.Repeat(`{"row":"ROW"},`, n), ",") }
	numbered := func(text string) string {
		for i := 0; strings.Contains(text, "ROW"); i++ {
			text = strings.Replace(text, "ROW", fmt.Sprint("r", i), 1)
		}
		return text
	}
	cases := []struct{ name, message, code string }{
		{"not JSON", `{`, "message_invalid"},
		{"not an object", `[]`, "message_invalid"},
		{"two values", `{"type":"unwatch","id":1,"page":"p"} {}`, "message_invalid"},
		{"no id", `{"type":"watch"}`, "message_id"},
		{"unknown type", `{"type":"steal","id":7}`, "message_unknown"},
		{"a message of the daemon", `{"type":"welcome","id":7}`, "message_unknown"},
		{"unknown field", `{"type":"unwatch","id":7,"page":"p","all":true}`, "message_invalid"},
		{"unknown field, deep", mark(set("verdict", "guilty")), "message_invalid"},
		{"a number for a text", `{"type":"unwatch","id":7,"page":5}`, "message_invalid"},
		{"invalid UTF-8", "{\"type\":\"unwatch\",\"id\":7,\"page\":\"\xff\xfe\"}", "message_text"},
		{"no page", `{"type":"watch","id":7,"page":"","site":"x","rows":[{"row":"1"}]}`, "page_name"},
		{"no rows", `{"type":"watch","id":7,"page":"p","site":"x","rows":[]}`, "rows_many"},
		{"too many rows", numbered(`{"type":"watch","id":7,"page":"p","site":"x","rows":[` + rows(101) + `]}`), "rows_many"},
		{"a row twice", `{"type":"watch","id":7,"page":"p","site":"x","rows":[{"row":"1"},{"row":"1"}]}`, "row_name"},
		{"no sightings", `{"type":"seen","id":7,"site":"x","sightings":[]}`, "rows_many"},
		{"no marks", `{"type":"mark","id":7,"marks":[]}`, "batch_empty"},
		{"too many marks", `{"type":"mark","id":7,"marks":[` + strings.TrimSuffix(strings.Repeat(`{"id":"x","reason":"returns","via":"click"},`, 101), ",") + `]}`, "batch_size"},
		{"no cancels", `{"type":"cancel","id":7,"cancels":[]}`, "batch_empty"},
		{"no reason", mark(set("reason", "")), "reason_missing"},
		{"unknown reason", mark(set("reason", "ugly")), "reason_unknown"},
		{"unknown via", mark(set("via", "magic")), "via_unknown"},
		{"unknown marketplace", mark(set("keys", []any{map[string]any{"marketplace": "bazaar", "kind": "x", "id": "1"}})), "marketplace_unknown"},
		{"marketplace without buyers", mark(set("keys", []any{map[string]any{"marketplace": "temu", "region": "us", "kind": "x", "id": "1"}})), "marketplace_without_buyers"},
		{"masked id", mark(key("9000***01")), "key_masked"},
		{"empty id", mark(key("")), "key_empty"},
		{"stand-in", mark(key("0")), "key_stand_in"},
		{"no keys, no order", mark(set("keys", []any{})), "key_empty"},
		{"no random id", mark(set("id", "7")), "mark_id"},
		{"a note of 10,000 characters", mark(set("note", strings.Repeat("字", 10_000))), "note_long"},
		{"a cancel of nobody", `{"type":"cancel","id":7,"cancels":[{"id":"` + newID() + `"}]}`, "cancel_empty"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			data := p.ask(c.message)
			var answer struct {
				Type     string         `json:"type"`
				ID       int64          `json:"id"`
				Problem  *problem.Error `json:"problem"`
				Outcomes []wire.Outcome `json:"outcomes"`
			}
			s.ok(json.Unmarshal(data, &answer))
			if answer.Type == "outcomes" && len(answer.Outcomes) == 1 {
				answer.Problem = answer.Outcomes[0].Problem
			}
			if answer.Problem == nil || answer.Problem.Code != c.code || answer.Problem.Hint == "" || answer.Problem.Message == "" {
				t.Errorf("got %.300s, want the problem %s with a hint", data, c.code)
			}
			if strings.Contains(c.message, `"id":7`) && c.code != "message_text" && answer.ID != 7 {
				t.Errorf("the answer has the id %d", answer.ID)
			}
		})
	}
	if n := s.ledger.Counts().Buyers; n != 0 {
		t.Errorf("%d buyers were marked by bad input", n)
	}
	if o := p.mark(newMark(shopee("900000001")))[0]; o.Result != wire.ResultMarked {
		t.Errorf("the socket is of no use after bad input: %+v", o)
	}
}

func TestOversizedFrames(t *testing.T) {
	s := newStage(t)
	b := s.paired(chromium)
	p := s.joined(b)
	data := p.ask(`{"type":"unwatch","id":1,"page":"` + strings.Repeat("x", wire.MaxFrame) + `"}`)
	if code := codeOf(failedOf(data)); code != "message_too_large" {
		t.Errorf("got %.200s", data)
	}
	p.closed()
	p = s.joined(b)
	if p.conn.WriteText(bytes.Repeat([]byte("x"), 2<<20)) == nil {
		p.closed()
	}
	s.joined(b).watch("p", wire.Row{Row: "1"})
}

// A header that announces a gigabyte is answered by closing.
func TestAnnouncedGigabyte(t *testing.T) {
	s := newStage(t)
	conn, err := net.Dial("tcp4", s.server.Address())
	s.ok(err)
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	_, err = conn.Write([]byte(request("SOCKET", "", "Host: "+s.server.Address()+"\r\n", nil, "")))
	s.ok(err)
	_, err = conn.Write([]byte{0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4})
	s.ok(err)
	buffer := make([]byte, 1<<16)
	for {
		if _, err := conn.Read(buffer); err != nil {
			var timeout net.Error
			if errors.As(err, &timeout) && timeout.Timeout() {
				t.Error("it waits for the gigabyte")
			}
			return
		}
	}
}

func TestLimitsOfAPage(t *testing.T) {
	s := newStage(t)
	p := s.joined(s.paired(chromium))
	batch := func(from int) wire.Watch {
		w := wire.Watch{Type: "watch", ID: p.id(), Page: "page", Site: "x"}
		for i := range wire.MaxRows {
			w.Rows = append(w.Rows, wire.Row{Row: fmt.Sprint(from + i)})
		}
		return w
	}
	for i := range wire.MaxPerMinute / wire.MaxRows {
		if kind, _ := head(p.say(batch(i * wire.MaxRows))); kind != "answers" {
			t.Fatalf("batch %d: %s", i, kind)
		}
	}
	if code := codeOf(failedOf(p.say(batch(0)))); code != "too_many_lookups" {
		t.Errorf("row 1,001 in a minute: %q", code)
	}
	p.say(wire.Unwatch{Type: "unwatch", ID: p.id(), Page: "page", Rows: []string{"1"}})
	if code := codeOf(failedOf(p.say(batch(0)))); code != "too_many_lookups" {
		t.Errorf("after an unwatch: %q", code)
	}
	if kind, _ := head(p.say(wire.Watch{Type: "watch", ID: p.id(), Page: "other", Site: "x", Rows: []wire.Row{{Row: "1"}}})); kind != "answers" {
		t.Errorf("another page: %s", kind)
	}
	s.clock.move(time.Minute)
	if kind, _ := head(p.say(batch(0))); kind != "answers" {
		t.Errorf("a minute later: %s", kind)
	}
	if code := codeOf(failedOf(p.say(batch(wire.MaxWatched)))); code != "too_many_watched" {
		t.Errorf("1,100 rows at a time: %q", code)
	}
}

// A page that never reads holds nobody up: not those who mark, and not the
// other pages.
func TestClientThatDoesNotReadHoldsNobodyUp(t *testing.T) {
	s := newStage(t)
	deaf := s.paired(chromium)
	s.deafSocket(deaf)
	other := s.joined(s.paired(firefox))
	row := wire.Row{Row: "r", Sighting: sighting(shopee("900000001"))}
	other.watch("page", row)
	for i := range 50 {
		mark := newMark(shopee("900000001"))
		mark.Note = fmt.Sprint(i)
		if o := other.mark(mark)[0]; o.Problem != nil {
			t.Fatal(o.Problem)
		}
	}
	last := ""
	s.eventually("the other page has the last mark", func() bool {
		if len(other.early)+len(other.read) > 0 {
			last = other.pushed().Answers[0].Mark.Note
		}
		return last == "49"
	})
}

// deafSocket is a proved socket that watches a hundred rows of one buyer and
// never reads again.
func (s *stage) deafSocket(b browser) {
	s.t.Helper()
	conn, _, err := s.shake(b)
	s.ok(err)
	var rows []wire.Row
	for i := range wire.MaxRows {
		rows = append(rows, wire.Row{Row: fmt.Sprint(i), Sighting: sighting(shopee("900000001"))})
	}
	s.ok(conn.Write(wire.Watch{Type: "watch", ID: 1, Page: "p", Site: "x", Rows: rows}))
}
