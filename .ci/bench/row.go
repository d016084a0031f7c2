package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
)

// row is one line of the table. What is not known is null. The bar is in times the
// reference where there is a ratio, else in the unit of the value.
type row struct {
	Name      string   `json:"name"`
	Value     float64  `json:"value"`
	Unit      string   `json:"unit"`
	Reference *float64 `json:"reference"`
	Ratio     *float64 `json:"ratio"`
	Bar       *float64 `json:"bar"`
	Met       *bool    `json:"met"`
}

// atMost is a row that keeps to a bar in its own unit.
func atMost(name string, value float64, unit string, bar float64) row {
	met := value <= bar
	return row{Name: name, Value: value, Unit: unit, Bar: &bar, Met: &met}
}

// against is a row beside a reference; a bar of 0 is none.
func against(name string, value float64, unit string, reference, bar float64) row {
	ratio := value / reference
	r := row{Name: name, Value: value, Unit: unit, Reference: &reference, Ratio: &ratio}
	if bar > 0 {
		met := ratio <= bar
		r.Bar, r.Met = &bar, &met
	}
	return r
}

// cells are the columns of a row in words.
func (r row) cells() []string {
	cells := []string{r.Name, amount(r.Value) + " " + r.Unit, "", "", "", ""}
	if r.Reference != nil {
		cells[2] = amount(*r.Reference) + " " + r.Unit
		cells[3] = fmt.Sprintf("%.2f", *r.Ratio)
	}
	if r.Bar != nil {
		cells[4] = amount(*r.Bar) + " " + r.Unit
		if r.Ratio != nil {
			cells[4] = fmt.Sprintf("%g times", *r.Bar)
		}
		cells[5] = "yes"
		if !*r.Met {
			cells[5] = "MISSED"
		}
	}
	return cells
}

// amount has three digits that matter, and all of a whole number.
func amount(v float64) string {
	if v >= 100 || v == float64(int64(v)) {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

func table(rows []row) string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "what\tvalue\treference\tratio\tbar\tmet")
	missed := 0
	for _, r := range rows {
		fmt.Fprintln(w, strings.Join(r.cells(), "\t"))
		if r.Met != nil && !*r.Met {
			missed++
		}
	}
	_ = w.Flush() // into memory
	if missed > 0 {
		fmt.Fprintf(&text, "%d bars were missed.\n", missed)
	}
	return text.String()
}

// quantile is the value below which a share of at least one value lies.
func quantile(values []float64, share float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

func median(values []float64) float64 { return quantile(values, 0.5) }
