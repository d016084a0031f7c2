package localapi_test

import (
	"testing"

	"blackmark/shared/wire"
)

// A browser counts how pages were understood, and everyone who may ask sees it.
func TestLooksAreCounted(t *testing.T) {
	s := newStage(t)
	a := s.joined(s.paired(chromium))
	line := s.line()
	for range 2 {
		look := wire.PageLook{Site: "shopee", Page: "list", Version: 3}
		if kind, _ := head(a.say(wire.PageLooks{Type: "looks", ID: a.id(), Looks: []wire.PageLook{look}})); kind != "done" {
			t.Fatal(kind)
		}
	}
	var reports wire.SiteReports
	s.ok(line.Get(t.Context(), "/v1/sites", &reports))
	if len(reports.Pages) != 1 || reports.Pages[0].Looks != 2 || reports.Pages[0].Trouble != wire.TroubleRows {
		t.Fatalf("%+v", reports)
	}
	for _, bad := range []wire.PageLooks{
		{Type: "looks", ID: a.id()},
		{Type: "looks", ID: a.id(), Looks: []wire.PageLook{{Site: "/etc", Page: "list"}}},
	} {
		if kind, _ := head(a.say(bad)); kind != "failed" {
			t.Errorf("%+v: %s", bad, kind)
		}
	}
	s.ok(line.Post(t.Context(), "/v1/sites/forget", struct{}{}, &reports))
	if len(reports.Pages) != 0 {
		t.Errorf("%+v", reports)
	}
}
