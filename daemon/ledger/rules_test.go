package ledger_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/ledger"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

func TestBadInput(t *testing.T) {
	ebay := buyer.Key{Marketplace: "ebay", Kind: "username", ID: "made-up"}
	for name, c := range map[string]struct {
		change      func(*ledger.NewMark)
		code, field string
	}{
		"no id":               {func(n *ledger.NewMark) { n.ID = "" }, "mark_id", "id"},
		"short id":            {func(n *ledger.NewMark) { n.ID = "abc" }, "mark_id", "id"},
		"upper-case id":       {func(n *ledger.NewMark) { n.ID = strings.Repeat("A", 32) }, "mark_id", "id"},
		"no keys":             {func(n *ledger.NewMark) { n.Keys = nil }, "key_empty", "keys"},
		"empty key":           {func(n *ledger.NewMark) { n.Keys[0].ID = " " }, "key_empty", "keys[0].id"},
		"masked key":          {func(n *ledger.NewMark) { n.Keys[0].ID = "9****1" }, "key_masked", "keys[0].id"},
		"stand-in":            {func(n *ledger.NewMark) { n.Keys[0] = username("joybuy") }, "key_stand_in", "keys[0].id"},
		"second key is bad":   {func(n *ledger.NewMark) { n.Keys = append(n.Keys, username("")) }, "key_empty", "keys[1].id"},
		"unknown marketplace": {func(n *ledger.NewMark) { n.Keys[0].Marketplace = "bazaar" }, "marketplace_unknown", "keys[0].marketplace"},
		"no region":           {func(n *ledger.NewMark) { n.Keys[0].Region = "" }, "region_missing", "keys[0].region"},
		"unknown kind":        {func(n *ledger.NewMark) { n.Keys[0].Kind = "phone" }, "kind_unknown", "keys[0].kind"},
		"shows no buyers":     {func(n *ledger.NewMark) { n.Keys[0].Marketplace = "coupang" }, "marketplace_without_buyers", "keys[0].marketplace"},
		"invalid UTF-8 in id": {func(n *ledger.NewMark) { n.Keys[0].ID = "9\xff" }, "key_text", "keys[0].id"},
		"two ids of one kind": {func(n *ledger.NewMark) { n.Keys = append(n.Keys, user(2)) }, "keys_contradict", "keys[1]"},
		"two marketplaces":    {func(n *ledger.NewMark) { n.Keys = append(n.Keys, ebay) }, "keys_contradict", "keys[1]"},
		"nine keys":           {func(n *ledger.NewMark) { n.Keys = make([]buyer.Key, 9) }, "keys_many", "keys"},
		"shared by all":       {func(n *ledger.NewMark) { n.Keys[0] = username("everybody") }, "key_shared_by_all", "keys[0].id"},
		"no reason":           {func(n *ledger.NewMark) { n.Reason = "" }, "reason_missing", "reason"},
		"unknown reason":      {func(n *ledger.NewMark) { n.Reason = "ugly" }, "reason_unknown", "reason"},
		"10,000 characters":   {func(n *ledger.NewMark) { n.Note = strings.Repeat("字", 10_000) }, "note_long", "note"},
		"1,001 characters":    {func(n *ledger.NewMark) { n.Note = strings.Repeat("字", 1_001) }, "note_long", "note"},
		"note not UTF-8":      {func(n *ledger.NewMark) { n.Note = "a\xffb" }, "text_unreadable", "note"},
		"note with a bell":    {func(n *ledger.NewMark) { n.Note = "a\ab" }, "text_control", "note"},
		"name too long":       {func(n *ledger.NewMark) { n.Name = strings.Repeat("名", 201) }, "name_long", "name"},
		"name not UTF-8":      {func(n *ledger.NewMark) { n.Name = "\xc3\x28" }, "text_unreadable", "name"},
		"member too long":     {func(n *ledger.NewMark) { n.By = strings.Repeat("m", 201) }, "member_long", "by"},
		"no way":              {func(n *ledger.NewMark) { n.Via = "" }, "via_unknown", "via"},
		"order elsewhere": {func(n *ledger.NewMark) {
			n.Order = &ledger.Order{Marketplace: "ebay", Number: "01-00001-00001"}
		}, "order_elsewhere", "order.marketplace"},
		"order of another region": {func(n *ledger.NewMark) {
			n.Order = &ledger.Order{Marketplace: "shopee", Region: "th", Number: "260101ABCDEFGH"}
		}, "order_elsewhere", "order.region"},
		"order number": {func(n *ledger.NewMark) {
			n.Order = &ledger.Order{Marketplace: "shopee", Number: "1"}
		}, "order_number", "order.number"},
	} {
		t.Run(name, func(t *testing.T) {
			config := config(t.TempDir())
			config.Refuse = func(k buyer.Key) (bool, error) { return k.ID == "everybody", nil }
			l := open(t, config)
			bad, good := mark(user(1)), mark(user(7))
			c.change(&bad)
			list, err := l.Mark(context.Background(), []ledger.NewMark{bad, good})
			if err != nil {
				t.Fatalf("a bad mark failed the whole call: %v", err)
			}
			if list[1].State != ledger.Marked {
				t.Errorf("a refused mark stopped the next: %+v", list[1])
			}
			got := list[0]
			if got.State != ledger.Refused || got.Problem == nil {
				t.Fatalf("not refused: %+v", got)
			}
			if got.Problem.Code != c.code || got.Problem.Field != c.field || got.Problem.Hint == "" {
				t.Errorf("code %q in %q, hint %q; want %q in %q", got.Problem.Code, got.Problem.Field, got.Problem.Hint, c.code, c.field)
			}
			if h := l.Health(); h.Records != 1 || l.Counts().Buyers != 1 {
				t.Errorf("half done: %d records, %d buyers", h.Records, l.Counts().Buyers)
			}
		})
	}
}

func TestLimitsThatAreKept(t *testing.T) {
	l := open(t, config(t.TempDir()))
	n := mark(user(1))
	n.Note, n.Name = strings.Repeat("字", ledger.MaxNote), strings.Repeat("名", ledger.MaxName)
	must(t, l, n, ledger.Marked)
	if _, err := l.Mark(context.Background(), make([]ledger.NewMark, ledger.MaxBatch+1)); !errors.Is(err, ledger.ErrBatch) {
		t.Errorf("101 marks: %v", err)
	}
	if _, err := l.Cancel(context.Background(), make([]ledger.NewCancel, ledger.MaxBatch+1)); !errors.Is(err, ledger.ErrBatch) {
		t.Errorf("101 cancels: %v", err)
	}
	var batch []ledger.NewMark
	for i := range ledger.MaxBatch {
		n := mark(user(100 + i))
		n.Note = strings.Repeat("字", ledger.MaxNote)
		batch = append(batch, n)
	}
	list, err := l.Mark(context.Background(), batch)
	if err != nil || list[99].State != ledger.Marked {
		t.Fatalf("the largest batch: %v", err)
	}
}

func TestBadCancel(t *testing.T) {
	l := open(t, config(t.TempDir()))
	for name, c := range map[string]struct {
		n    ledger.NewCancel
		code string
	}{
		"no id":      {ledger.NewCancel{Keys: []buyer.Key{user(1)}}, "mark_id"},
		"nothing":    {ledger.NewCancel{ID: id()}, "cancel_empty"},
		"bad mark":   {ledger.NewCancel{ID: id(), Mark: "x"}, "mark_id"},
		"masked key": {ledger.NewCancel{ID: id(), Keys: []buyer.Key{username("a**b")}}, "key_masked"},
	} {
		if got := cancel(t, l, c.n); got.State != ledger.Refused || got.Problem.Code != c.code || got.Problem.Hint == "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if l.Health().Records != 0 {
		t.Error("a refused cancel was written")
	}
}

// A mark, a look-up, and whether the looked-up buyer is the marked one.
func TestMatchRule(t *testing.T) {
	ali := func(kind, id string) buyer.Key { return buyer.Key{Marketplace: "aliexpress", Kind: kind, ID: id} }
	th := user(1)
	th.Region = "th"
	email := buyer.Key{Marketplace: "amazon", Kind: "proxy_email", ID: "abcdefghij1234@marketplace.amazon.com"}
	shouted := email
	shouted.ID = strings.ToUpper(email.ID)
	for name, c := range map[string]struct {
		marked, asked []buyer.Key
		by            string
	}{
		"the same permanent id":                     {[]buyer.Key{user(1)}, []buyer.Key{user(1)}, ledger.ByPermanent},
		"another permanent id":                      {[]buyer.Key{user(1)}, []buyer.Key{user(2)}, ""},
		"the same id in another region":             {[]buyer.Key{user(1)}, []buyer.Key{th}, ""},
		"the same name, nothing else known":         {[]buyer.Key{username("aa")}, []buyer.Key{username("aa")}, ledger.ByChanges},
		"the name in another case":                  {[]buyer.Key{username("aa")}, []buyer.Key{username("AA")}, ""},
		"the name, the mark knows an id too":        {[]buyer.Key{user(1), username("aa")}, []buyer.Key{username("aa")}, ledger.ByChanges},
		"the name, the page knows an id too":        {[]buyer.Key{username("aa")}, []buyer.Key{user(1), username("aa")}, ledger.ByChanges},
		"the name went to another buyer":            {[]buyer.Key{user(1), username("aa")}, []buyer.Key{user(2), username("aa")}, ""},
		"the buyer has another name now":            {[]buyer.Key{user(1), username("aa")}, []buyer.Key{user(1), username("bb")}, ledger.ByPermanent},
		"one of two permanent ids":                  {[]buyer.Key{ali("ali_id", "123456"), ali("login_id", "cn1000x")}, []buyer.Key{ali("login_id", "cn1000x")}, ledger.ByPermanent},
		"a life that is not known is no proof":      {[]buyer.Key{email}, []buyer.Key{shouted}, ledger.ByChanges},
		"a key that is none matches nobody":         {[]buyer.Key{username("aa")}, []buyer.Key{username("a**a"), user(3)}, ""},
		"a key that is none does not hide the good": {[]buyer.Key{user(1)}, []buyer.Key{username("a**a"), user(1)}, ledger.ByPermanent},
	} {
		t.Run(name, func(t *testing.T) {
			l := open(t, config(t.TempDir()))
			want := must(t, l, mark(c.marked...), ledger.Marked)
			got := find(t, l, c.asked...)
			if got.By != c.by || (got.Mark != nil) != (c.by != "") {
				t.Fatalf("matched by %q (%v), want %q", got.By, got.Mark, c.by)
			}
			if got.Mark != nil && got.Mark.ID != want.ID {
				t.Fatal("another mark answers")
			}
			all, err := l.FindAll([][]buyer.Key{c.asked, {user(99)}, c.marked})
			if err != nil || all[0].By != c.by || all[1].Mark != nil || all[2].Mark == nil {
				t.Fatalf("as a page: %+v %v", all, err)
			}
		})
	}
	l := open(t, config(t.TempDir()))
	if _, err := l.Find([]buyer.Key{username("a**a")}); !errors.Is(err, buyer.ErrMasked) {
		t.Errorf("a look-up of a masked key alone: %v", err)
	}
}

// Two buyers may hold one name, one after the other; the newest answers to
// the name alone, and each to his own id.
func TestOneNameTwoBuyers(t *testing.T) {
	l := open(t, config(t.TempDir()))
	first := must(t, l, mark(user(1), username("aa")), ledger.Marked)
	second := must(t, l, mark(user(2), username("aa")), ledger.Marked)
	for _, c := range []struct {
		keys []buyer.Key
		want string
	}{
		{[]buyer.Key{username("aa")}, second.ID},
		{[]buyer.Key{user(1), username("aa")}, first.ID},
		{[]buyer.Key{user(2), username("aa")}, second.ID},
	} {
		if m := find(t, l, c.keys...); m.Mark == nil || m.Mark.ID != c.want {
			t.Errorf("%v: %+v", c.keys, m)
		}
	}
	if m := find(t, l, user(3), username("aa")); m.Mark != nil {
		t.Error("a stranger of the same name is black")
	}
	if o := one(t, l, mark(username("aa"))); o.State != ledger.Refused || o.Problem.Code != "keys_join_two_buyers" {
		t.Errorf("marking by the name alone: %+v", o)
	}
	if c := cancel(t, l, ledger.NewCancel{ID: id(), Keys: []buyer.Key{username("aa")}}); c.State != ledger.Refused || c.Problem.Code != "keys_join_two_buyers" {
		t.Errorf("cancelling by the name alone: %+v", c)
	}
	cancel(t, l, ledger.NewCancel{ID: id(), Mark: second.ID})
	if m := find(t, l, username("aa")); m.Mark == nil || m.Mark.ID != first.ID {
		t.Errorf("after the second was cancelled: %+v", m)
	}
}

func TestMarkingAgain(t *testing.T) {
	ali := func(n, login string) []buyer.Key {
		return []buyer.Key{{Marketplace: "aliexpress", Kind: "ali_id", ID: n}, {Marketplace: "aliexpress", Kind: "login_id", ID: login}}
	}
	for name, c := range map[string]struct {
		before   [][]buyer.Key
		again    []buyer.Key
		ifAbsent bool
		state    string
		code     string
		keys     []buyer.Key // of the mark that stands
		buyers   int
	}{
		"the same buyer":                  {before: [][]buyer.Key{{user(1)}}, again: []buyer.Key{user(1)}, state: "replaced", keys: []buyer.Key{user(1)}, buyers: 1},
		"left as he is":                   {before: [][]buyer.Key{{user(1)}}, again: []buyer.Key{user(1)}, ifAbsent: true, state: "already", keys: []buyer.Key{user(1)}, buyers: 1},
		"a key more":                      {before: [][]buyer.Key{{username("aa")}}, again: []buyer.Key{user(1), username("aa")}, state: "replaced", keys: []buyer.Key{user(1), username("aa")}, buyers: 1},
		"a key less":                      {before: [][]buyer.Key{{user(1), username("aa")}}, again: []buyer.Key{username("aa")}, state: "replaced", keys: []buyer.Key{user(1), username("aa")}, buyers: 1},
		"a new name":                      {before: [][]buyer.Key{{user(1), username("aa")}}, again: []buyer.Key{user(1), username("bb")}, state: "replaced", keys: []buyer.Key{user(1), username("bb")}, buyers: 1},
		"the name of another":             {before: [][]buyer.Key{{user(1), username("aa")}}, again: []buyer.Key{user(2), username("aa")}, state: "marked", keys: []buyer.Key{user(2), username("aa")}, buyers: 2},
		"two buyers by their keys":        {before: [][]buyer.Key{{user(1)}, {username("aa")}}, again: []buyer.Key{user(1), username("aa")}, state: "refused", code: "keys_join_two_buyers", buyers: 2},
		"two buyers, but absent only":     {before: [][]buyer.Key{{user(1)}, {username("aa")}}, again: []buyer.Key{user(1), username("aa")}, ifAbsent: true, state: "already", keys: []buyer.Key{user(1)}, buyers: 2},
		"two buyers by two permanent ids": {before: [][]buyer.Key{ali("1001", "cnaa")[:1], ali("1002", "cnbb")[1:]}, again: ali("1001", "cnbb"), state: "refused", code: "keys_join_two_buyers", buyers: 2},
		"another id of a permanent kind":  {before: [][]buyer.Key{ali("1001", "cnaa")}, again: ali("1001", "cnbb"), state: "refused", code: "keys_contradict", buyers: 1},
		"the same key twice":              {again: []buyer.Key{user(1), user(1)}, state: "marked", keys: []buyer.Key{user(1)}, buyers: 1},
		"keys that are not canonical":     {again: []buyer.Key{{Marketplace: "shopee", Region: " BR ", Kind: "user_id", ID: " 900000001 "}}, state: "marked", keys: []buyer.Key{user(1)}, buyers: 1},
	} {
		t.Run(name, func(t *testing.T) {
			l := open(t, config(t.TempDir()))
			for _, keys := range c.before {
				must(t, l, mark(keys...), ledger.Marked)
			}
			n := mark(c.again...)
			n.IfAbsent = c.ifAbsent
			o := one(t, l, n)
			code := ""
			if o.Problem != nil {
				code = o.Problem.Code
			}
			if o.State != c.state || code != c.code {
				t.Fatalf("state %q, code %q; want %q, %q", o.State, code, c.state, c.code)
			}
			if o.Mark != nil {
				if diff := cmp.Diff(c.keys, o.Mark.Keys); diff != "" {
					t.Errorf("keys:\n%s", diff)
				}
				for _, k := range o.Mark.Keys {
					if m := find(t, l, k); m.Mark == nil || m.Mark.ID != o.Mark.ID {
						t.Errorf("%s does not find the mark", k.Kind)
					}
				}
			}
			if got := l.Counts(); got.Buyers != c.buyers || len(all(t, l)) != c.buyers {
				t.Errorf("%d buyers, %d in the list, want %d", got.Buyers, len(all(t, l)), c.buyers)
			}
		})
	}
}

func TestSameIDAgain(t *testing.T) {
	config := config(t.TempDir())
	l := open(t, config)
	n := mark(user(1))
	first := must(t, l, n, ledger.Marked)
	again := n
	again.IfAbsent, again.ID = true, id()
	must(t, l, again, ledger.Already)
	replace := mark(user(1))
	must(t, l, replace, ledger.Replaced)
	stop := ledger.NewCancel{ID: id(), Keys: []buyer.Key{user(1)}}
	if c := cancel(t, l, stop); c.State != ledger.CancelledNow || c.Mark != replace.ID {
		t.Fatalf("%+v", c)
	}
	nobody := ledger.NewCancel{ID: id(), Keys: []buyer.Key{user(1)}}
	if c := cancel(t, l, nobody); c.State != ledger.AbsentAlready || c.Was != nil {
		t.Fatalf("%+v", c)
	}
	last := must(t, l, mark(user(1)), ledger.Marked) // marking again after a cancel
	records := l.Health().Records
	check := func(l *ledger.Ledger) {
		t.Helper()
		if diff := cmp.Diff(first, must(t, l, n, ledger.Marked)); diff != "" {
			t.Errorf("another outcome:\n%s", diff)
		}
		if m := must(t, l, again, ledger.Already); m.ID != first.ID {
			t.Errorf("another mark stood: %+v", m)
		}
		must(t, l, replace, ledger.Replaced)
		if c := cancel(t, l, stop); c.State != ledger.CancelledNow || c.Mark != replace.ID || c.Was == nil {
			t.Errorf("%+v", c)
		}
		if c := cancel(t, l, nobody); c.State != ledger.AbsentAlready {
			t.Errorf("a cancel of nobody took somebody at the second time: %+v", c)
		}
		changed := n
		changed.Reason = "unpaid"
		if o := one(t, l, changed); o.State != ledger.Refused || o.Problem.Code != "mark_id_reused" || o.Problem.Kind != problem.Conflict {
			t.Errorf("%+v", o)
		}
		if c := cancel(t, l, ledger.NewCancel{ID: n.ID, Mark: last.ID}); c.State != ledger.Refused || c.Problem.Code != "mark_id_reused" {
			t.Errorf("%+v", c)
		}
		if m := find(t, l, user(1)); m.Mark == nil || m.Mark.ID != last.ID {
			t.Errorf("the mark that stands is another: %+v", m)
		}
		if got := l.Health().Records; got != records {
			t.Errorf("%d records, want %d", got, records)
		}
	}
	check(l)
	settled(t, l)
	check(l)
	_ = l.Close()
	check(open(t, config))
}

// One call sees what it decided itself.
func TestOneBuyerTwiceInABatch(t *testing.T) {
	l := open(t, config(t.TempDir()))
	a, b, c := mark(user(1)), mark(user(1)), mark(user(1))
	a.IfAbsent, b.IfAbsent = true, true
	list, err := l.Mark(context.Background(), []ledger.NewMark{a, b, c, a})
	if err != nil {
		t.Fatal(err)
	}
	var states []string
	for _, o := range list {
		states = append(states, o.State)
	}
	if diff := cmp.Diff([]string{"marked", "already", "replaced", "marked"}, states); diff != "" {
		t.Fatal(diff)
	}
	if l.Counts().Buyers != 1 || l.Health().Records != 3 {
		t.Fatalf("%+v %+v", l.Counts(), l.Health())
	}
}
