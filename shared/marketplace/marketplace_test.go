package marketplace_test

import (
	"errors"
	"math/rand/v2"
	"regexp"
	"testing"

	"blackmark/shared/marketplace"
)

func TestEveryMarketplaceIsWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range marketplace.All() {
		if seen[m.Code] {
			t.Errorf("%s stands twice", m.Code)
		}
		seen[m.Code] = true
		if m.Name.En == "" || m.Name.ZhCN == "" {
			t.Errorf("%s lacks a name in a language", m.Code)
		}
		for _, k := range m.Kinds {
			if k.Name.En == "" || k.Name.ZhCN == "" || k.Grade == "" {
				t.Errorf("%s/%s lacks a name or a grade", m.Code, k.Kind)
			}
			switch k.Scope {
			case marketplace.Everyone, marketplace.ThisSeller, marketplace.ScopeUnset:
			default:
				t.Errorf("%s/%s has scope %q", m.Code, k.Kind, k.Scope)
			}
			switch k.Life {
			case marketplace.Permanent, marketplace.Changes, marketplace.LifeUnknown:
			default:
				t.Errorf("%s/%s has life %q", m.Code, k.Kind, k.Life)
			}
			if k.Case != "exact" && k.Case != "lower" {
				t.Errorf("%s/%s has case %q", m.Code, k.Kind, k.Case)
			}
		}
	}
	for _, code := range []string{"aliexpress", "ebay", "amazon", "shopee", "wish", "coupang", "lazada", "etsy", "tiktok", "temu", "walmart"} {
		if !seen[code] {
			t.Errorf("%s is missing", code)
		}
	}
}

func TestOrderNumbers(t *testing.T) {
	for _, c := range []struct {
		code, number string
		fits         bool
	}{
		{"aliexpress", "8209010000000001", true},
		{"aliexpress", "820901", false},
		{"shopee", "261005TENXFJXK", true},
		{"shopee", "ID 261005TENXFJXK", false},
		{"ebay", "12-34567-89012", true},
		{"amazon", "123-1234567-1234567", true},
		{"temu", "PO-211-0123456789", true},
	} {
		m, err := marketplace.Find(c.code)
		if err != nil {
			t.Fatal(err)
		}
		if m.OrderFits(c.number) != c.fits {
			t.Errorf("%s: OrderFits(%q) is %v", c.code, c.number, !c.fits)
		}
	}
	if _, err := marketplace.Find("nowhere"); !errors.Is(err, marketplace.ErrUnknown) {
		t.Errorf("an unknown marketplace gives %v", err)
	}
}

// Shapes are checked without their expressions where these are simple: each text fits
// as the expression says, those that nearly fit too.
func TestShapesAreTheirExpressions(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 4))
	const letters = "0123456789abcdefzABCDEFZ!~-_.:@ \n\u00e9\u0130\xff"
	check := func(pattern string, samples []string, fits func(string) bool) {
		whole := regexp.MustCompile(pattern)
		fitted := 0
		for i := range 4000 {
			text := []byte(samples[i%len(samples)])
			for range r.IntN(3) {
				at := r.IntN(len(text) + 1)
				c := letters[r.IntN(len(letters))]
				switch r.IntN(3) {
				case 0:
					text = append(text[:at], append([]byte{c}, text[at:]...)...)
				case 1:
					text = append(text[:at], text[min(at+1+r.IntN(9), len(text)):]...)
				default:
					text = append(text[:at], append(append([]byte{}, text[at:]...), text[at:]...)...)
				}
			}
			if fits(string(text)) != whole.Match(text) {
				t.Fatalf("%q and %s: %v", text, pattern, !whole.Match(text))
			}
			if whole.Match(text) {
				fitted++
			}
		}
		if fitted < 100 || fitted == 4000 {
			t.Errorf("%d of the texts fit %s", fitted, pattern)
		}
	}
	samples := []string{"8209010000000001", "12-34567-89012", "261005TENXFJXK", "123-1234567-1234567", "PO-211-0123456789",
		"0123456789abcdef01234567", "900000009", "1", "0", "", "made_up", "abcdefghij0123@marketplace.amazon.co.uk",
		"123456789012345678", "123456789012345678901"}
	for _, m := range marketplace.All() {
		check(m.Order, samples, m.OrderFits)
		for _, k := range m.Kinds {
			check(k.Shape, samples, k.Fits)
		}
	}
}
