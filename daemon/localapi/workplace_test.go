package localapi_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

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
