package localapi_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"blackmark/daemon/localapi"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

func TestReportAndList(t *testing.T) {
	s := newStage(t)
	p := s.joined(s.paired(chromium))
	total := int64(1234)
	row := of(shopeeOrder("260101AAAAAAA1"), shopee("900000001"))
	row.Name, row.Currency, row.Total, row.Placed = "Sample Person", "BRL", &total, "2026-01-01T10:00:00Z"
	p.watch("page", wire.Row{Row: "1", Sighting: row})
	for i := range 3 {
		p.mark(newMark(shopee(fmt.Sprint(900000001 + i))))
	}
	call := s.line()
	var report wire.Report
	s.ok(call.Post(t.Context(), "/v1/buyers/report", wire.ReportQuery{Order: row.Order}, &report))
	if report.State != wire.Black || report.Total != 1 || len(report.Orders) != 1 || report.Orders[0].Placed != row.Placed ||
		*report.Orders[0].Total != total || report.Orders[0].Order.Number != row.Order.Number {
		t.Errorf("report by order: %+v", report)
	}
	s.ok(call.Post(t.Context(), "/v1/buyers/report", wire.ReportQuery{Keys: []buyer.Key{shopee("900000009")}}, &report))
	if report.State != wire.Clear || report.Total != 0 {
		t.Errorf("report of a stranger: %+v", report)
	}
	var ids []string
	query := wire.ListQuery{Limit: 2}
	for {
		var list wire.MarkList
		s.ok(call.Post(t.Context(), "/v1/marks/list", query, &list))
		if list.Total != 3 {
			t.Errorf("total %d", list.Total)
		}
		for _, m := range list.Marks {
			ids = append(ids, m.Keys[0].ID)
		}
		if query.Cursor = list.Next; query.Cursor == "" {
			break
		}
	}
	if want := []string{"900000003", "900000002", "900000001"}; !slices.Equal(ids, want) {
		t.Errorf("listed %v, want %v", ids, want)
	}
}

func TestBadInputOverHTTP(t *testing.T) {
	s := newStage(t)
	call := s.line()
	for _, c := range []struct {
		name, path string
		body       any
		code       string
	}{
		{"unknown field", "/v1/marks/list", map[string]any{"limit": 1, "secret": true}, "message_invalid"},
		{"wrong type", "/v1/marks/list", map[string]any{"limit": "many"}, "message_invalid"},
		{"not an object", "/v1/marks/list", []int{1}, "message_invalid"},
		{"too many a page", "/v1/marks/list", wire.ListQuery{Limit: 101}, "list_limit"},
		{"unknown marketplace", "/v1/marks/list", wire.ListQuery{Marketplace: "bazaar"}, "marketplace_unknown"},
		{"no marks", "/v1/marks", wire.MarksBody{Marks: []wire.NewMark{}}, "batch_empty"},
		{"nobody's report", "/v1/buyers/report", wire.ReportQuery{}, "report_empty"},
		{"masked report", "/v1/buyers/report", wire.ReportQuery{Keys: []buyer.Key{ali("12**")}}, "key_masked"},
		{"too large", "/v1/marks", wire.MarksBody{Marks: []wire.NewMark{{Note: strings.Repeat("x", wire.MaxFrame)}}}, "message_too_large"},
		{"unknown browser", "/v1/clients/revoke", wire.RevokeQuery{ID: "x"}, "client_unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := call.Post(t.Context(), c.path, c.body, nil)
			if code := codeOf(err); code != c.code || problem.Of(err).Hint == "" {
				t.Errorf("got %v (%s), want %s", err, code, c.code)
			}
		})
	}
	body := "{\"text\":\"\xff\"}"
	text := fmt.Sprintf("POST /v1/marks/list HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		s.server.Address(), s.lineToken(), len(body), body)
	if got := string(raw(t, s.server.Address(), text)); !strings.Contains(got, "message_text") {
		t.Errorf("invalid UTF-8 got %q", got)
	}
}

func TestOpenAPIIsCurrent(t *testing.T) {
	want, err := localapi.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../shared/wire/openapi.json")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("shared/wire/openapi.json is not current: run `make generate` (%v)", err)
	}
}
