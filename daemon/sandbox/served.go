package sandbox

import (
	"fmt"
	"html/template"
	"net/http"
)

// servedSize is how many orders a page that the server writes shows at once.
const servedSize = 50

// served is a page that the server writes, as eBay and Amazon do; of the others only the structure is known.
type served struct {
	Note  string
	Rows  []servedRow
	Total int
	Page  int
	Pages []int
	Query template.URL
}

// Comment is the note as it stands in the page's source.
func (p served) Comment() template.HTML { return page{Note: p.Note}.Comment() }

type servedRow struct {
	Order
	Product, Picture, Amount, Placed, State string
}

var servedTemplates = template.Must(template.ParseFS(assets, "assets/ebay.html", "assets/amazon.html", "assets/others.html"))

// serve writes the orders of a site that a page shows, some at a time.
func serve(w http.ResponseWriter, r *http.Request, site, name, note string, shown func(Order) bool) {
	s := scenarioOf(asked(r))
	query := r.URL.Query()
	p := served{Note: note, Page: max(1, number(query.Get("page"), 1))}
	var found []Order
	for _, o := range Data(s.seed, site, s.orders) {
		if shown(o) {
			found = append(found, o)
		}
	}
	p.Total = len(found)
	for _, o := range within(found, p.Page, servedSize) {
		p.Rows = append(p.Rows, servedRowOf(o))
	}
	for i := range (len(found) + servedSize - 1) / servedSize {
		p.Pages = append(p.Pages, i+1)
	}
	query.Del("page")
	p.Query = template.URL(query.Encode()) //nolint:gosec // encoded here
	write(w, name, p)
}

// serveOne writes the page of one order.
func serveOne(w http.ResponseWriter, r *http.Request, site, name, note, order string) {
	s := scenarioOf(asked(r))
	for _, o := range Data(s.seed, site, s.orders) {
		if o.Number == order {
			write(w, name, served{Note: note, Rows: []servedRow{servedRowOf(o)}, Total: 1})
			return
		}
	}
	http.NotFound(w, r)
}

func servedRowOf(o Order) servedRow {
	return servedRow{
		Order: o, Product: productName(o, "en"), Picture: pictureOf(o), State: amazonStatus[o.Status],
		Amount: fmt.Sprintf("US $%d.%02d", o.Total/100, o.Total%100), Placed: o.PlacedAt.Format("Jan 2, 2006"),
	}
}

// write writes a page of the server's templates: a served, or more around one.
func write(w http.ResponseWriter, name string, p any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_ = servedTemplates.ExecuteTemplate(w, name, p) // a client that went away needs no answer
}
