package site_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"blackmark/shared/site"
)

// tree is a definition as its author sees it.
type tree = map[string]any

// first is the first page that shows rows, and its first sort of them.
func first(d tree) (page, rows tree) {
	for _, one := range d["pages"].([]any) {
		page = one.(tree)
		if all := page["rows"].([]any); len(all) > 0 {
			return page, all[0].(tree)
		}
	}
	return page, nil
}

// entry is the first entry that reads an order.
func entry(d tree) tree {
	all, _ := d["json"].([]any)
	for _, one := range all {
		if e := one.(tree); e["order"] != nil {
			return e
		}
	}
	return nil
}

// read is what stands under a name, as a value is read.
func read(value ...any) tree { return tree{"read": value, "grade": "V"} }

// Mistakes that authors make when they are tired, made in every definition that
// ships: each is refused, in words that say what is wrong and where it stands.
func TestTiredAuthorIsToldWhatAndWhere(t *testing.T) {
	long := strings.Repeat("[0-9]", 13)
	for _, mistake := range []struct {
		name string
		make func(d, page, rows, entry tree) // a definition without entries has none
		what string
		in   string // "page", "rows", "entry" or nothing: where it is said to stand
	}{
		{"typo in a key", func(_, _, rows, _ tree) { rows["plaec"] = rows["place"]; delete(rows, "place") }, `unknown field "plaec"; is it "place"?`, "pages.rows"},
		{"key of one level higher", func(_, page, _, _ tree) { page["hosts"] = []any{"x.example"} }, `unknown field "hosts"`, "pages"},
		{"one path instead of a list", func(_, page, _, _ tree) { page["paths"] = "/orders" }, "a text stands where a list belongs", "pages.paths"},
		{"a selector instead of a reading", func(_, _, rows, _ tree) { rows["order"] = ".number" }, "a text stands where an object belongs", "pages.rows.order"},
		{"a version in quotation marks", func(d, _, _, _ tree) { d["version"] = "1" }, "a text stands where a whole number belongs", "version"},
		{"a selector for everything", func(_, _, rows, _ tree) { rows["select"] = "*" }, "finds every * of the page", "rows"},
		{"a selector for every row of every table", func(_, _, rows, _ tree) { rows["select"] = "table tr" }, "finds every table tr of the page", "rows"},
		{"a page that is always empty", func(_, page, _, _ tree) { page["empty"] = tree{"select": "body", "grade": "V"} }, "finds every body of the page", "page"},
		{"a selector with a dot too many", func(_, _, rows, _ tree) { rows["select"] = "tr..order" }, `the selector "tr..order"`, "rows"},
		{"a bracket that stays open", func(_, _, rows, _ tree) { rows["name"] = read("text", `[data-x="1"`) }, "the selector", "rows"},
		{"the hash of a build", func(_, _, rows, _ tree) { rows["name"] = read("text", ".buyer--x--U3y4fIR") }, "the hash of a build", "rows"},
		{"the number of a column", func(_, _, rows, _ tree) { rows["name"] = read("text", "td:nth-child(3)") }, "counts columns", "rows"},
		{"a costly selector", func(_, _, rows, _ tree) { rows["select"] = "div:has(:has(a))" }, "asks too much of a browser", "rows"},
		{"a pattern too long", func(_, _, rows, _ tree) { rows["order"] = read("match", long, []any{"text", ".n"}) }, "65 characters, more than 64", "rows"},
		{"alternatives that repeat", func(_, _, rows, _ tree) { rows["order"] = read("match", "(a|b){2}", []any{"text", ".n"}) }, "not of the vocabulary of patterns", "rows"},
		{"a star in a pattern", func(_, _, rows, _ tree) { rows["order"] = read("match", "[0-9]*", []any{"text", ".n"}) }, "not of the vocabulary of patterns", "rows"},
		{"a command with another name", func(_, _, rows, _ tree) { rows["order"] = read("txet", ".n") }, `there is no command "txet"`, "pages.rows.order"},
		{"a response read in a row", func(_, _, rows, _ tree) { rows["order"] = read("at", "id") }, "reads responses, not documents", "rows"},
		{"no way to tell rows apart", func(_, _, rows, _ tree) { delete(rows, "order"); delete(rows, "ref") }, "neither order nor ref is read", "rows"},
		{"no grade", func(_, _, rows, _ tree) { delete(rows, "grade") }, `the grade is ""`, "rows"},
		{"a name in capitals", func(_, _, rows, _ tree) { rows["group"] = "Orders" }, `group "Orders" is not a name of lower-case letters`, `rows "Orders": `},
		{"put where nothing can be", func(_, _, rows, _ tree) { rows["place"].([]any)[0].(tree)["put"] = "inside" }, `"inside" is not a way to put something: append`, "rows"},
		{"nowhere to stand", func(_, _, rows, _ tree) { rows["place"] = []any{} }, "nowhere to go", "rows"},
		{"a kind of buyer that is none", func(d, _, rows, _ tree) {
			market := d["marketplaces"].([]any)[0]
			rows["keys"] = []any{tree{"kind": "nickname", "marketplace": market, "read": []any{"text", ".b"}, "grade": "V"}}
		}, `has no kind "nickname"`, "rows"},
		{"any country of a site", func(d, _, _, _ tree) { d["hosts"] = append(d["hosts"].([]any), "www.shop.*") }, `"www.shop.*" is not a host`, ""},
		{"a whole country", func(d, _, _, _ tree) { d["hosts"] = append(d["hosts"].([]any), "*.co.uk") }, `"*.co.uk" is no one site's`, ""},
		{"an address for a host", func(d, _, _, _ tree) { d["hosts"] = append(d["hosts"].([]any), "https://x.example/") }, "without https:// and path", ""},
		{"two pages for one address", func(d, page, _, _ tree) {
			d["pages"] = append(d["pages"].([]any), tree{"name": "again", "kind": "list", "paths": page["paths"], "grade": "V", "rows": []any{}})
		}, `never leads there, since page`, `page "again"`},
		{"two pages of one name", func(d, page, _, _ tree) {
			d["pages"] = append(d["pages"].([]any), tree{"name": page["name"], "kind": "list", "paths": []any{"/another"}, "grade": "V", "rows": []any{}})
		}, "two pages are called", ""},
		{"a path without its beginning", func(_, page, _, _ tree) { page["paths"] = []any{"orders"} }, `"orders" is not a path that begins with /`, "page"},
		{"a path with its query", func(_, page, _, _ tree) { page["paths"] = []any{"/orders?tab=all"} }, "no part of a path", "page"},
		{"another kind of page", func(_, page, _, _ tree) { page["kind"] = "orders" }, `"orders" is not a kind of page: list, detail, messages or other`, "page"},
		{"every response there is", func(_, _, _, e tree) { e["urls"] = []any{"https://*"} }, "fits every address of the site", "entry"},
		{"every response of the host", func(d, _, _, e tree) {
			e["urls"] = []any{"//" + strings.TrimPrefix(d["hosts"].([]any)[0].(string), "*.") + "/"}
		}, "fits every address of the site", "entry"},
		{"what is never read", func(d, _, _, e tree) { d["never"] = e["urls"] }, "is never read", "entry"},
		{"a document read in a response", func(_, _, _, e tree) { e["order"] = read("text", ".n") }, "reads documents, not responses", "entry"},
		{"a way with two dots", func(_, _, _, e tree) { e["order"] = read("at", "order..id") }, "not a way of names", "entry"},
		{"a way of one text", func(_, _, _, e tree) { e["each"] = "data.list" }, "a text stands where a list belongs", "json.each"},
		{"where buyers are told, elsewhere", func(d, _, _, _ tree) { d["identityPage"] = tree{"text": "x", "url": "https://other.example/"} }, "is on none of the hosts", ""},
		{"not said what is missing", func(d, _, _, _ tree) { delete(d, "notFound") }, "notFound is missing", ""},
	} {
		for _, folder := range folders(t) {
			data, err := os.ReadFile(filepath.Join(folder, "definition.json"))
			if err != nil {
				t.Fatal(err)
			}
			var d tree
			if err := json.Unmarshal(data, &d); err != nil {
				t.Fatal(err)
			}
			page, rows := first(d)
			e := entry(d)
			if e == nil && (mistake.in == "entry" || strings.HasPrefix(mistake.in, "json")) {
				continue // a site of which no response is known
			}
			mistake.make(d, page, rows, e)
			where := map[string]string{
				"page": fmt.Sprintf("page %q: ", page["name"]), "rows": fmt.Sprintf("page %q: rows %q: ", page["name"], rows["group"]), "": "",
			}
			if e != nil {
				where["entry"] = fmt.Sprintf("entry %q: ", e["entry"])
			}
			in, ok := where[mistake.in]
			if !ok {
				in = mistake.in
			}
			text, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			told := false
			wrong := site.Check(text)
			for _, err := range wrong {
				told = told || strings.Contains(err.Error(), mistake.what) && strings.Contains(err.Error(), in)
			}
			if !told {
				t.Errorf("%s, %s: %q in %q is not told, but: %v", folder, mistake.name, mistake.what, in, errors.Join(wrong...))
			}
		}
	}
}

// The same of a folder: what is not there, or leads elsewhere, is named by its file.
func TestTiredAuthorIsToldWhichFile(t *testing.T) {
	for _, folder := range folders(t) {
		whole := fstest.MapFS{}
		files, err := filepath.Glob(filepath.Join(folder, "*", "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range append(files, filepath.Join(folder, "definition.json")) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name, _ := filepath.Rel(folder, file)
			whole[filepath.ToSlash(name)] = &fstest.MapFile{Data: data}
		}
		for name := range whole {
			part, base, ok := strings.Cut(name, "/")
			if !ok {
				continue
			}
			less := fstest.MapFS{}
			for other, file := range whole {
				if other != name {
					less[other] = file
				}
			}
			want := name // what is missing is named
			if part == "pages" && strings.HasSuffix(base, ".json") {
				want = "pages/" + base + " is missing"
			}
			if said := errors.Join(site.CheckFolder(less)...); said == nil || !strings.Contains(said.Error(), want) {
				t.Errorf("%s without %s: %v", folder, name, said)
			}
			if !strings.HasSuffix(base, ".json") || part != "pages" {
				continue
			}
			less[name] = &fstest.MapFile{Data: []byte(strings.Replace(string(whole[name].Data), `"url":`, `"adress":`, 1))}
			if said := errors.Join(site.CheckFolder(less)...); said == nil || !strings.Contains(said.Error(), name+`: json: unknown field "adress"`) {
				t.Errorf("%s with a typo in %s: %v", folder, name, said)
			}
		}
	}
}
