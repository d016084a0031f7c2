package buyer_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// The vectors say what the canonical form is; any implementation can run them.
func TestCanonicalVectors(t *testing.T) {
	data, err := os.ReadFile("vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Vectors []struct {
			Why   string
			In    buyer.Key
			Out   string
			Error string
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	for _, v := range file.Vectors {
		t.Run(v.Why, func(t *testing.T) {
			key, err := buyer.Canonical(v.In)
			if v.Error != "" {
				var p *problem.Error
				if !errors.As(err, &p) || p.Code != v.Error {
					t.Fatalf("got %q and %v, want %s", key, err, v.Error)
				}
				if p.Hint == "" || p.Field == "" {
					t.Fatalf("%s has no hint or names no field", p.Code)
				}
				return
			}
			if err != nil || key.String() != v.Out {
				t.Fatalf("got %q and %v, want %q", key, err, v.Out)
			}
			if again, err := buyer.Canonical(key); err != nil || again != key {
				t.Fatalf("the canonical form is not stable: %q, %v", again, err)
			}
			if read, err := buyer.Parse(v.Out); err != nil || read != key {
				t.Fatalf("Parse(%q) = %q, %v", v.Out, read, err)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	long := buyer.Key{Marketplace: "ebay", Kind: "username", ID: strings.Repeat("x", buyer.MaxID+1)}
	if _, err := buyer.Canonical(long); !errors.Is(err, buyer.ErrLong) {
		t.Fatalf("a long id gives %v", err)
	}
	bad := buyer.Key{Marketplace: "ebay", Kind: "username", ID: "made\xffup"}
	if _, err := buyer.Canonical(bad); !errors.Is(err, buyer.ErrText) {
		t.Fatalf("invalid UTF-8 gives %v", err)
	}
	for _, line := range []string{"", "ebay", "ebay::username", "::::"} {
		if _, err := buyer.Parse(line); err == nil {
			t.Fatalf("Parse(%q) gives no error", line)
		}
	}
}

// Whatever comes in, what comes out is a key that stays itself.
func FuzzCanonical(f *testing.F) {
	f.Add("shopee", "br", "user_id", "900000009")
	f.Add("ebay", "", "username", "İstanbul_7")
	f.Add("aliexpress", "", "login_id", "e\u0301")
	f.Fuzz(func(t *testing.T, marketplace, region, kind, id string) {
		key, err := buyer.Canonical(buyer.Key{Marketplace: marketplace, Region: region, Kind: kind, ID: id})
		if err != nil {
			return
		}
		if again, err := buyer.Parse(key.String()); err != nil || again != key {
			t.Fatalf("%q reads back as %q, %v", key, again, err)
		}
	})
}
