// Command shots writes .run/shots/index.html: the pictures that the tests took, one
// screen a row, with its languages and colours side by side.
//
//	go run .ci/shots.go
package main

import (
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const folder = ".run/shots"

// looks are the folders of a picture's language and colours.
var looks = []string{"en-light", "en-dark", "zh_CN-light", "zh_CN-dark"}

// screen is one row: where its picture is in each look, "" where it was not taken.
type screen struct {
	Name  string
	Files []string
}

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Blackmark, screen by screen</title>
<style>
  :root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif }
  table { border-collapse: collapse; width: 100%; table-layout: fixed }
  th, td { padding: 8px; border-bottom: 1px solid #8884; text-align: start; vertical-align: top }
  thead th { position: sticky; top: 0; background: Canvas }
  tbody th { font-weight: 400; overflow-wrap: anywhere }
  img { max-width: 100%; max-height: 480px; border: 1px solid #8884 }
</style>
<h1>Blackmark, screen by screen</h1>
<p>{{len .Screens}} screens. A click opens a picture in its own size; the number at the end of a name is the width of the window.</p>
<table>
<thead><tr><th scope="col">Screen</th>{{range .Looks}}<th scope="col">{{.}}</th>{{end}}</tr></thead>
<tbody>
{{range .Screens}}{{$name := .Name}}<tr><th scope="row">{{.Name}}</th>{{range .Files}}<td>{{if .}}<a href="{{.}}"><img src="{{.}}" alt="{{$name}}" loading="lazy"></a>{{end}}</td>{{end}}</tr>
{{end}}</tbody>
</table>
</html>
`))

func main() {
	screens, err := find()
	if err == nil {
		err = write(screens)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "shots:", err)
		os.Exit(1)
	}
	fmt.Printf("%d screens: %s\n", len(screens), filepath.Join(folder, "index.html"))
}

// find gathers the pictures. One that stands in no folder of a look is a screen of
// its own, in the first column.
func find() ([]screen, error) {
	rows := map[string][]string{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".png" {
			return err
		}
		file, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		file = filepath.ToSlash(file)
		column, parts := 0, strings.Split(strings.TrimSuffix(file, ".png"), "/")
		for i, look := range looks {
			if place := slices.Index(parts, look); place >= 0 {
				column, parts = i, slices.Delete(parts, place, place+1)
				break
			}
		}
		name := strings.Join(parts, " / ")
		if rows[name] == nil {
			rows[name] = make([]string, len(looks))
		}
		rows[name][column] = file
		return nil
	})
	var screens []screen
	for name, files := range rows {
		screens = append(screens, screen{name, files})
	}
	slices.SortFunc(screens, func(a, b screen) int { return strings.Compare(a.Name, b.Name) })
	return screens, err
}

func write(screens []screen) error {
	out, err := os.Create(filepath.Join(folder, "index.html"))
	if err != nil {
		return err
	}
	err = page.Execute(out, map[string]any{"Looks": looks, "Screens": screens})
	if e := out.Close(); err == nil {
		err = e
	}
	return err
}
