package marketplace_test

import (
	"errors"
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
