package localapi

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"blackmark/daemon/ledger"
	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// Limits of what a report adds up.
const (
	maxCourse = 1000 // orders, the newest
	maxNames  = 20
	maxPast   = 100 // marks
)

// trouble is how an order went wrong. The words are those of the sites' states,
// as far as samples show them, in lower case; pages in other languages give
// others, which count as none.
var trouble = []struct {
	words []string
	count func(*wire.Course)
}{
	{[]string{"dispute", "claim", "chargeback", "arbitration", "纠纷", "争议", "仲裁"}, func(c *wire.Course) { c.Disputed++ }},
	{[]string{"refund", "return", "退款", "退货"}, func(c *wire.Course) { c.Refunded++ }},
	{[]string{"cancel", "取消"}, func(c *wire.Course) { c.Cancelled++ }},
}

// addState counts an order by the first word of its state that says trouble.
func addState(c *wire.Course, state string) {
	state = strings.ToLower(state)
	for _, t := range trouble {
		if slices.ContainsFunc(t.words, func(word string) bool { return strings.Contains(state, word) }) {
			t.count(c)
			return
		}
	}
}

// fill adds to a report what was made of the buyer so far.
func (s *Server) fill(report *wire.Report, history []orders.Order) error {
	past, err := s.config.Ledger.OfBuyer(report.Keys)
	if err != nil {
		return err
	}
	names, known := []string{}, slices.Clone(report.Keys)
	name := func(text string) {
		if text != "" && len(names) < maxNames && !slices.Contains(names, text) {
			names = append(names, text)
		}
	}
	for i, p := range past {
		name(p.Name)
		known = append(known, p.Keys...)
		if i < maxPast {
			report.Marks = append(report.Marks, wire.PastMark{Mark: *wireMark(p.Mark), Ended: stamp(p.Ended), Replaced: p.Replaced})
		}
	}
	var marked time.Time
	if report.Mark != nil {
		marked, _ = time.Parse(time.RFC3339, report.Mark.At)
		since, err := s.config.Ledger.Since(report.Mark.ID)
		if err != nil && !errors.Is(err, ledger.ErrNoMark) { // cancelled just now
			return err
		}
		if err == nil && since.Before(marked) {
			marked = since // another reason is no other beginning
		}
	}
	money := map[string]*wire.Money{}
	report.Course, report.SinceCourse = &wire.Course{}, &wire.Course{}
	for _, o := range history {
		name(o.Name)
		known = append(known, o.Keys...)
		addState(report.Course, o.Status)
		if report.Mark != nil && orderTime(o).After(marked) {
			report.Since++
			addState(report.SinceCourse, o.Status)
		}
		if o.TotalMinor == nil || o.Currency == "" {
			continue
		}
		if money[o.Currency] == nil {
			money[o.Currency] = &wire.Money{Currency: o.Currency}
		}
		money[o.Currency].Orders++
		money[o.Currency].Total += *o.TotalMinor
	}
	report.Names, report.Known = names, onceEach(known)
	for _, m := range money {
		report.Money = append(report.Money, *m)
	}
	slices.SortFunc(report.Money, func(a, b wire.Money) int {
		return cmp.Or(cmp.Compare(b.Orders, a.Orders), cmp.Compare(a.Currency, b.Currency))
	})
	return nil
}

func onceEach(keys []buyer.Key) []buyer.Key {
	var list []buyer.Key
	for _, k := range keys {
		if !slices.Contains(list, k) {
			list = append(list, k)
		}
	}
	return list
}
