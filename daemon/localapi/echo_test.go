package localapi_test

import (
	"testing"

	"blackmark/shared/wire"
)

func TestAMarkMadeBesideAQuestionMarkIsAnEchoUnlessOwn(t *testing.T) {
	s := newStage(t)
	call := s.line()
	marks := []wire.NewMark{newMark(shopee("900000001")), newMark(shopee("900000002")), newMark(shopee("900000003"))}
	marks[1].SeenOthers = true
	marks[2].SeenOthers, marks[2].Own = true, true
	var answer wire.OutcomesBody
	s.ok(call.Post(t.Context(), "/v1/marks", wire.MarksBody{Marks: marks}, &answer))
	for i, want := range []bool{false, true, false} {
		if m := answer.Outcomes[i].Mark; m == nil || m.Echo != want {
			t.Errorf("mark %d: %+v, echo should be %v", i, m, want)
		}
	}
}
