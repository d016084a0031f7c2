package main

// times are milliseconds from the rows of a page to what is painted of them.
type times struct {
	Bare  []float64 `json:"bare"`  // the rows themselves, without an extension
	Ours  []float64 `json:"ours"`  // the badges
	Plain []float64 `json:"plain"` // the badges of an extension with its list in its background

	// Milliseconds that the page's main thread works, and what share of that is in our
	// scripts. The share is a profiler's, whose own work the other pages are free of.
	Work  []float64 `json:"work"`
	Share []float64 `json:"share"`
}

// onPage has a browser draw a page of a hundred rows, with and without extensions in
// turns.
func onPage(data string) ([]row, error) {
	if err := fill(data); err != nil {
		return nil, err
	}
	var t times
	if err := inBrowser("page", data, &t); err != nil {
		return nil, err
	}
	added := func(share float64) float64 { return quantile(t.Ours, share) - quantile(t.Bare, share) }
	return []row{
		atMost("100 rows to badges painted, added, p50", added(0.5), "ms", 15),
		atMost("100 rows to badges painted, added, p95", added(0.95), "ms", 30),
		against("100 rows to badges painted, beside a plain extension", median(t.Ours), "ms", median(t.Plain), 1),
		atMost("script on the main thread for these rows", median(t.Work)*median(t.Share), "ms", 10),
	}, nil
}
