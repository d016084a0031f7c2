package marketplace_test

import (
	"strings"
	"testing"

	"blackmark/shared/marketplace"
)

// A split gives each of two identifiers the mark that it had by itself. Whose a third
// one would be, and with it the mark, nothing says: a marketplace with three kinds is
// refused until that is decided, and nobody is accused in somebody else's place.
func TestAMarketplaceHasTwoKindsAtMost(t *testing.T) {
	kind := `{"kind": "k", "name": {"en": "k", "zh_CN": "k"}, "scope": "everyone", "life": "permanent", "case": "exact", "shape": "^[0-9]+$", "grade": "G"}`
	for n, fits := range map[int]bool{0: true, 1: true, 2: true, 3: false} {
		kinds := strings.TrimSuffix(strings.Repeat(kind+",", n), ",")
		list, err := marketplace.Load([]byte(`{"format": 1, "marketplaces": [{"code": "madeup", "order": "^[0-9]+$", "kinds": [` + kinds + `]}]}`))
		if (err == nil) != fits || fits && len(list) != 1 {
			t.Errorf("%d kinds: %v", n, err)
		}
		if !fits && !strings.Contains(err.Error(), "madeup names its buyers in 3 ways") {
			t.Errorf("%d kinds are refused for %v", n, err)
		}
	}
}
