package reason_test

import (
	"errors"
	"testing"

	"blackmark/shared/reason"
)

// Codes are stored in journals and shared: this list only ever grows.
var landed = []string{
	"returns", "malicious_feedback", "card_fraud", "extortion", "unpaid", "chargeback",
	"quality_dispute", "remote_address", "refuses_delivery", "harassment", "other",
}

func TestCodesStay(t *testing.T) {
	for _, code := range landed {
		r, err := reason.Find(code)
		if err != nil {
			t.Errorf("%s is gone: %v", code, err)
		}
		if r.Text.En == "" || r.Text.ZhCN == "" || r.Short.En == "" || r.Short.ZhCN == "" {
			t.Errorf("%s lacks words in a language", code)
		}
	}
	if len(reason.All()) < len(landed) {
		t.Error("there are fewer reasons than landed")
	}
}

// A remote address and a bare "other" say little to strangers.
func TestOwnListOnly(t *testing.T) {
	for _, r := range reason.All() {
		own := r.Code == "remote_address" || r.Code == "other"
		if r.Share == own {
			t.Errorf("%s: share is %v", r.Code, r.Share)
		}
	}
}

func TestFind(t *testing.T) {
	if _, err := reason.Find(""); !errors.Is(err, reason.ErrNone) {
		t.Errorf("no reason gives %v", err)
	}
	if _, err := reason.Find("dislike"); !errors.Is(err, reason.ErrUnknown) {
		t.Errorf("an unknown reason gives %v", err)
	}
}
