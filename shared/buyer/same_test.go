package buyer_test

import (
	"errors"
	"slices"
	"testing"

	"blackmark/shared/buyer"
)

func TestTogether(t *testing.T) {
	id := func(id string) buyer.Key {
		return buyer.Key{Marketplace: "shopee", Region: "br", Kind: "user_id", ID: id}
	}
	name := func(id string) buyer.Key {
		return buyer.Key{Marketplace: "shopee", Region: "br", Kind: "username", ID: id}
	}
	type lists [][]buyer.Key
	for _, c := range []struct {
		about string
		asked []buyer.Key
		lists lists
		want  []buyer.Key // nil: ErrWhich
	}{
		{"nobody knows more", []buyer.Key{id("1")}, lists{{id("2"), name("b")}}, []buyer.Key{id("1")}},
		{"from key to key", []buyer.Key{name("a")}, lists{{name("b"), id("1")}, {id("1"), name("a")}},
			[]buyer.Key{name("a"), id("1"), name("b")}},
		{"a name that went to somebody else", []buyer.Key{id("1")}, lists{{id("1"), name("a")}, {id("2"), name("a")}},
			[]buyer.Key{id("1"), name("a")}},
		{"whose name?", []buyer.Key{name("a")}, lists{{id("1"), name("a")}, {id("2"), name("a")}}, nil},
		{"a name alone beside it", []buyer.Key{name("a")}, lists{{name("a")}, {id("2"), name("a")}},
			[]buyer.Key{name("a"), id("2")}},
	} {
		got, err := buyer.Together(c.asked, c.lists)
		if c.want == nil {
			if !errors.Is(err, buyer.ErrWhich) {
				t.Errorf("%s: %v %v", c.about, got, err)
			}
			continue
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v %v, want %v", c.about, got, err, c.want)
		}
	}
}
