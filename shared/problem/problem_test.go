package problem_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"blackmark/shared/problem"
)

func TestCopiesStayEqual(t *testing.T) {
	base := problem.New(problem.Invalid, "made_up", "a thing is wrong", "mend it")
	err := fmt.Errorf("outer: %w", base.In("thing").Because(io.ErrUnexpectedEOF))
	if !errors.Is(err, base) || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatal("a copy lost its code or its cause")
	}
	if base.Field != "" || base.Cause != nil {
		t.Fatal("the sentinel changed")
	}
}

func TestOf(t *testing.T) {
	if problem.Of(nil) != nil {
		t.Fatal("no error is no problem")
	}
	p := problem.Of(io.EOF)
	if p.Kind != problem.Internal || p.Status() != 500 || !errors.Is(p, io.EOF) {
		t.Fatalf("an unknown error became %+v", p)
	}
}
