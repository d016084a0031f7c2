package orders

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"blackmark/shared/buyer"
	"blackmark/shared/marketplace"
	"blackmark/shared/problem"
)

// cleanRef brings the name of an order into the form in which it is stored.
func cleanRef(code, region, number string) (Ref, error) {
	m, err := marketplace.Find(code)
	if err != nil {
		return Ref{}, err
	}
	ref := Ref{Marketplace: m.Code, Number: strings.TrimSpace(number)}
	if m.Regions {
		ref.Region = strings.ToLower(strings.TrimSpace(region))
	}
	switch {
	case ref.Region != "" && !twoLetters(ref.Region):
		return Ref{}, ErrRegion.In("region")
	case len(ref.Number) > 64 || !m.OrderFits(ref.Number):
		return Ref{}, ErrNumber.In("number")
	}
	return ref, nil
}

func twoLetters(s string) bool {
	return len(s) == 2 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == ""
}

// clean brings a sighting into the form in which it is stored. A bad key is
// dropped and reported, a bad fact is left out: only a sighting without an
// order number is worth nothing.
func (s Sighting) clean(now time.Time) (Sighting, []*problem.Error, error) {
	ref, err := cleanRef(s.Marketplace, s.Region, s.Number)
	if err != nil {
		return Sighting{}, nil, err
	}
	if s.Source != FromDefinition && s.Source != FromSweep {
		return Sighting{}, nil, ErrSource.In("source")
	}
	var problems []*problem.Error
	s.Marketplace, s.Region, s.Number = ref.Marketplace, ref.Region, ref.Number
	s.Keys, problems = cleanKeys(ref, s.Keys)
	s.Name = line(s.Name, 200)
	s.Store = line(s.Store, 200)
	s.Status = line(s.Status, 100)
	s.Country = line(s.Country, 60)
	s.Site = line(s.Site, 40)
	s.Currency = strings.ToUpper(strings.TrimSpace(s.Currency))
	if len(s.Currency) != 3 || strings.Trim(s.Currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		s.Currency, s.TotalMinor = "", nil // an amount without its currency says nothing
	}
	if s.PlacedAt != nil {
		at := s.PlacedAt.UTC().Round(0)
		s.PlacedAt = &at
		if at.Year() < 2000 || at.After(now.Add(24*time.Hour)) {
			s.PlacedAt = nil
		}
	}
	return s, problems, nil
}

func cleanKeys(ref Ref, keys []buyer.Key) (good []buyer.Key, problems []*problem.Error) {
	if len(keys) > 8 {
		keys = keys[:8]
	}
	twice := false
	for _, k := range keys {
		c, err := buyer.Canonical(k)
		switch {
		case err != nil:
			problems = append(problems, problem.Of(err))
		case c.Marketplace != ref.Marketplace, ref.Region != "" && c.Region != ref.Region:
			problems = append(problems, ErrKeyElsewhere.In("keys"))
		case slices.Contains(good, c):
		default:
			twice = twice || slices.ContainsFunc(good, func(g buyer.Key) bool { return sameKind(g, c) })
			good = append(good, c)
		}
	}
	if twice {
		return nil, append(problems, ErrKeyTwice.In("keys"))
	}
	return good, problems
}

// line makes one readable line of at most limit characters out of any bytes.
func line(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > limit {
		text = string([]rune(text)[:limit])
	}
	return text
}
