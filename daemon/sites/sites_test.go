package sites_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"blackmark/daemon/sites"
	"blackmark/shared/wire"
)

type clock struct{ now time.Time }

func (c *clock) tick(d time.Duration) { c.now = c.now.Add(d) }

func open(t *testing.T, dir string, c *clock) *sites.Sites {
	t.Helper()
	s, err := sites.Open(sites.Config{Dir: dir, Now: func() time.Time { return c.now }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func look(t *testing.T, s *sites.Sites, l wire.PageLook) wire.SitePage {
	t.Helper()
	if err := s.Look([]wire.PageLook{l}); err != nil {
		t.Fatal(err)
	}
	for _, p := range s.Reports().Pages {
		if p.Site == l.Site && p.Page == l.Page {
			return p
		}
	}
	t.Fatal("the look was not counted")
	return wire.SitePage{}
}

func TestTroubleNeedsSeveralLooks(t *testing.T) {
	at := &clock{time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC)}
	s := open(t, t.TempDir(), at)
	good := wire.PageLook{Site: "shopee", Page: "list", Version: 1, Rows: 40, Buyers: 38}
	if p := look(t, s, good); p.Trouble != "" || p.Good == "" || p.Found != 1 || p.Rows != 40 || p.Buyers != 38 {
		t.Fatalf("%+v", p)
	}
	for i := range 3 {
		at.tick(time.Minute)
		p := look(t, s, wire.PageLook{Site: "shopee", Page: "list", Version: 1})
		if want := i == 2; (p.Trouble == wire.TroubleRows) != want {
			t.Fatalf("after %d looks without rows: %+v", i+1, p)
		}
	}
	if p := look(t, s, wire.PageLook{Site: "shopee", Page: "list", Version: 1, Empty: true}); p.Trouble != "" {
		t.Fatalf("an empty list is no trouble: %+v", p)
	}
	for range 3 {
		look(t, s, wire.PageLook{Site: "shopee", Page: "list", Version: 1, Rows: 40})
	}
	if p := s.Reports().Pages[0]; p.Trouble != wire.TroubleBuyers {
		t.Fatalf("rows without the buyers that they used to have: %+v", p)
	}
	if p := look(t, s, wire.PageLook{Site: "shopee", Page: "list", Version: 2}); p.Trouble != "" || p.Looks != 1 {
		t.Fatalf("another definition is judged anew: %+v", p)
	}
}

func TestPageThatNeverNamesBuyersIsNoTrouble(t *testing.T) {
	s := open(t, t.TempDir(), &clock{time.Now()})
	for range 10 {
		if p := look(t, s, wire.PageLook{Site: "aliexpress", Page: "list", Version: 1, Rows: 40}); p.Trouble != "" {
			t.Fatalf("%+v", p)
		}
	}
	look(t, s, wire.PageLook{Site: "ebay", Page: "detail", Version: 1})
	if p := look(t, s, wire.PageLook{Site: "ebay", Page: "detail", Version: 1}); p.Trouble != wire.TroubleRows {
		t.Fatalf("a page that never gave a row: %+v", p)
	}
	if first := s.Reports().Pages[0]; first.Site != "ebay" {
		t.Errorf("trouble comes first, not %s", first.Site)
	}
}

// A list whose buyers are known only once a seller opened an order names one now
// and then: looks that find none are nothing new.
func TestPageThatSeldomNamesBuyersIsNoTrouble(t *testing.T) {
	s := open(t, t.TempDir(), &clock{time.Now()})
	for _, buyers := range []int{0, 1, 4, 0, 0, 0, 0} {
		if p := look(t, s, wire.PageLook{Site: "amazon", Page: "list", Version: 1, Rows: 20, Buyers: buyers}); p.Trouble != "" {
			t.Fatalf("%+v", p)
		}
	}
}

// What an empty list of some pages looks like is not known: a seller without
// orders may open it as often as he likes, and one that stays empty day after day
// is told of.
func TestListThatMayBeEmpty(t *testing.T) {
	at := &clock{time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC)}
	s := open(t, t.TempDir(), at)
	list := wire.PageLook{Site: "ebay", Page: "list", Version: 1, List: true}
	nothing := list
	nothing.Unsure = true
	full := list
	full.Rows = 20
	look(t, s, full)
	for day := range 3 {
		for range 20 {
			at.tick(time.Minute)
			p := look(t, s, nothing)
			if want := day == 2; (p.Trouble == wire.TroubleRows) != want || !p.Unsure {
				t.Fatalf("on day %d: %+v", day+1, p)
			}
		}
		at.tick(24 * time.Hour)
	}
	if p := look(t, s, full); p.Trouble != "" || p.Missed != 0 || p.Unsure {
		t.Fatalf("%+v", p)
	}
	// The control: where it is known, three looks are enough.
	sure := list
	sure.Site = "shopee"
	full.Site = "shopee"
	look(t, s, full)
	look(t, s, sure)
	look(t, s, sure)
	if p := look(t, s, sure); p.Trouble != wire.TroubleRows || p.Unsure {
		t.Fatalf("%+v", p)
	}
}

// A site that moves its list to another address: the list is opened no more, and
// the site is. Nobody else would ever say so.
func TestListThatMoved(t *testing.T) {
	day := 24 * time.Hour
	list := wire.PageLook{Site: "ebay", Page: "list", Version: 1, List: true, Rows: 20}
	away := wire.PageLook{Site: "ebay"}
	for _, test := range []struct {
		name   string
		every  time.Duration // between two days on which the list was opened
		opened int           // such days
		days   int           // after that, elsewhere
		visits int           // on each of them
		moved  bool
	}{
		{"opened daily, then three days elsewhere", day, 5, 3, 4, true},
		{"two days elsewhere are none", day, 5, 2, 20, false},
		{"hardly there", day, 5, 4, 1, false},
		{"never a habit", day, 2, 20, 10, false},
		{"opened weekly, and not for ten days", 7 * day, 5, 10, 4, false},
		{"opened weekly, and not for three weeks", 7 * day, 5, 21, 4, true},
	} {
		at := &clock{time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC)}
		dir := t.TempDir()
		s := open(t, dir, at)
		for range test.opened {
			at.tick(test.every)
			look(t, s, list)
			look(t, s, wire.PageLook{Site: "ebay", Page: "feedback", Version: 1, Rows: 2})
			look(t, s, wire.PageLook{Site: "shopee", Page: "list", Version: 1, List: true, Rows: 2})
		}
		for range test.days {
			at.tick(day)
			for range test.visits {
				if err := s.Look([]wire.PageLook{away}); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, dir, at)
		for _, p := range s.Reports().Pages {
			want := test.moved && p.Site == "ebay" && p.Page == "list"
			if got := p.Trouble == wire.TroubleMoved; got != want {
				t.Errorf("%s: %+v", test.name, p)
			}
			if p.Site == "ebay" && p.List && (p.Elsewhere == nil || p.Elsewhere.Visits != test.days*test.visits || p.Elsewhere.Days != test.days) {
				t.Errorf("%s: %+v", test.name, p.Elsewhere)
			}
		}
		if p := look(t, s, list); p.Trouble != "" || p.Elsewhere != nil {
			t.Errorf("%s: opened again it is where it was: %+v", test.name, p)
		}
	}
}

func TestCountsOutliveTheDaemonAndDamage(t *testing.T) {
	dir := t.TempDir()
	at := &clock{time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC)}
	s := open(t, dir, at)
	look(t, s, wire.PageLook{Site: "shopee", Page: "list", Version: 1, Rows: 3, Buyers: 3})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, at)
	if p := s.Reports().Pages; len(p) != 1 || p[0].Rows != 3 {
		t.Fatalf("%+v", p)
	}
	if err := s.Forget(); err != nil {
		t.Fatal(err)
	}
	if p := open(t, dir, at).Reports().Pages; len(p) != 0 {
		t.Fatalf("forgotten, and there: %+v", p)
	}
	if err := os.WriteFile(filepath.Join(dir, "sites.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if p := open(t, dir, at).Reports().Pages; len(p) != 0 {
		t.Fatalf("%+v", p)
	}
}

func TestLooksAreBounded(t *testing.T) {
	at := &clock{time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC)}
	s := open(t, t.TempDir(), at)
	for i := range 400 {
		at.tick(time.Second)
		look(t, s, wire.PageLook{Site: "shopee", Page: fmt.Sprintf("p%d", i), Rows: 1})
	}
	if n := len(s.Reports().Pages); n != 300 {
		t.Errorf("%d pages are remembered", n)
	}
	for _, bad := range []wire.PageLook{
		{Site: "", Page: "list"}, {Site: ""}, {Site: "shopee", Rows: 1}, {Site: "shopee", Page: "../list"}, {Site: "shopee", Page: "list", Rows: -1},
		{Site: "shopee", Page: "list", Rows: 1, Buyers: 2}, {Site: "shopee", Page: "list", Rows: 1 << 30},
	} {
		if err := s.Look([]wire.PageLook{bad}); !errors.Is(err, sites.ErrLook) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}
