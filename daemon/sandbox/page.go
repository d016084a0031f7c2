package sandbox

import (
	"html/template"
	"net/http"
)

// page is the document that a single-page application starts from.
type page struct {
	Lang   string
	Title  string
	Site   string
	Region string
	Note   string   // what in this page is neutral because no source shows it
	Styles []string // files in assets
	Script string
	CSP    string

	Adversary bool // opened with adversary=1: a hostile script runs before all others
}

var shell = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}" data-site="{{.Site}}" data-region="{{.Region}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
{{.Comment}}
<link rel="icon" href="data:,">
{{if .Adversary}}<script src="/__sandbox/assets/hostile-adversary.js"></script>
{{end}}{{range .Styles}}<link rel="stylesheet" href="/__sandbox/assets/{{.}}">
{{end}}<script type="module" src="/__sandbox/assets/{{.Script}}"></script>
</head>
<body>
<div id="app"></div>
</body>
</html>
`))

// Comment is the note as it stands in the page's source.
func (p page) Comment() template.HTML {
	return template.HTML("<!-- Rehearsal, not the real site. " + template.HTMLEscapeString(p.Note) + " -->") //nolint:gosec // escaped, and our own text
}

func (p page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.Adversary = r.URL.Query().Get("adversary") == "1"
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	if p.CSP != "" {
		w.Header().Set("Content-Security-Policy", p.CSP)
	}
	// A client that went away needs no answer; the template itself is tested.
	_ = shell.Execute(w, p)
}
