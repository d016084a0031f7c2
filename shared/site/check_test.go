package site_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"blackmark/shared/site"
)

func folders(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("sites/*")
	if err != nil || len(found) == 0 {
		t.Fatalf("no sites: %v", err)
	}
	return found
}

func TestDefinitionsPassTheCheck(t *testing.T) {
	for _, folder := range folders(t) {
		for _, err := range site.CheckFolder(os.DirFS(folder)) {
			t.Errorf("%s: %v", folder, err)
		}
	}
}

// A site is one folder and no code: this one is checked as those that ship are,
// the bundle builds it in, and extension/e2e/newsite.spec.ts works on its page.
func TestANewSiteIsOneFolder(t *testing.T) {
	for _, folder := range []string{"testdata/newsite/example", "testdata/newsite/roots"} {
		for _, err := range site.CheckFolder(os.DirFS(folder)) {
			t.Errorf("%s: %v", folder, err)
		}
	}
}

// A site is called as its folder is, and a host is one site's alone: of two
// definitions for one page only one would be read.
func TestNamesAndHostsAreOfOneSite(t *testing.T) {
	of := map[string]string{}
	for _, folder := range folders(t) {
		data, err := os.ReadFile(filepath.Join(folder, "definition.json"))
		if err != nil {
			t.Fatal(err)
		}
		var d site.Definition
		if json.Unmarshal(data, &d) != nil {
			continue // TestDefinitionsPassTheCheck says why
		}
		if d.Site != filepath.Base(folder) {
			t.Errorf("%s: the definition says that the site is %q; it is called as its folder is", folder, d.Site)
		}
		for _, host := range d.Hosts {
			if other, taken := of[host]; taken {
				t.Errorf("%s: the host %q is of %s already", folder, host, other)
			}
			of[host] = folder
		}
	}
}

func TestAllHoldsEveryFolder(t *testing.T) {
	var got []string
	for _, d := range site.All() {
		got = append(got, filepath.Join("sites", d.Site))
	}
	if diff := cmp.Diff(folders(t), got); diff != "" {
		t.Error(diff)
	}
}

// A definition that was read and written again says the same.
func TestRoundTrip(t *testing.T) {
	for _, d := range site.All() {
		data, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if wrong := site.Check(data); len(wrong) > 0 {
			t.Errorf("%s: %v", d.Site, wrong)
		}
		var again site.Definition
		if err := json.Unmarshal(data, &again); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d, again); diff != "" {
			t.Errorf("%s: %s", d.Site, diff)
		}
		once, err := site.Formatted(data)
		if err != nil {
			t.Fatal(err)
		}
		twice, err := site.Formatted(once)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(once), string(twice)); diff != "" {
			t.Error(diff)
		}
	}
}

// good is the smallest definition, with a part of every sort.
const good = `{
  "format": 1, "site": "example", "name": {"en": "Example", "zh_CN": "示例"}, "version": 1,
  "hosts": ["seller.shop.example"], "marketplaces": ["aliexpress", "shopee"],
  "regions": {"seller.shop.example": "br"}, "platforms": {"smt": "aliexpress"},
  "identityPage": {"text": "example_messages", "url": "https://seller.shop.example/messages"},
  "pages": [{"name": "list", "kind": "list", "paths": ["/orders*"], "grade": "V", "rows": [{
    "group": "orders", "kind": "list", "select": "tr.order", "grade": "V2",
    "order": {"read": ["match", "[0-9]{14,17}", ["text", ".number"]], "grade": "V"},
    "marketplace": {"read": ["attribute", "data-platform", ""], "grade": "V"},
    "keys": [{"kind": "login_id", "marketplace": "aliexpress", "read": ["text", ".login"], "grade": "W"}],
    "total": {"read": ["text", ".total"], "unit": 1, "grade": "G"},
    "place": [{"at": ".buyer", "put": "after", "grade": "V"}],
    "tick": {"select": "input", "on": ["property", "checked"], "grade": "G"}}],
    "empty": {"select": ".none", "grade": "G"}}],
  "json": [
    {"entry": "orders", "urls": ["/api/orders"], "grade": "V", "each": ["data", "**", "a|b", "*"],
     "where": [{"at": "kind", "is": ["1"]}], "order": {"read": ["at", "order.id"], "grade": "V"}},
    {"entry": "people", "urls": ["/api/people"], "grade": "V", "each": ["*"],
     "link": {"as": "talk", "id": {"read": ["at", "id"], "grade": "V"}},
     "keys": [{"kind": "ali_id", "marketplace": "aliexpress", "read": ["at", "who"], "grade": "V"}]},
    {"entry": "talks", "urls": ["/api/talks"], "grade": "V", "each": ["*"],
     "via": {"as": "talk", "id": {"read": ["at", "sid"], "grade": "V"}},
     "order": {"read": ["json", "card", "id"], "grade": "V"}}],
  "never": ["gettoken"],
  "inline": [{"after": "Shop.Context=", "at": "data.orders", "url": "/api/orders", "grade": "V"}],
  "sweep": {"urls": ["/api/"], "marketplace": "aliexpress", "grade": "G", "order": ["orderId"],
    "keys": [{"kind": "ali_id", "fields": ["buyerAliid"]}], "depth": 12, "nodes": 20000, "milliseconds": 8},
  "actions": [{"action": "replace_list", "path": "/blocked", "marketplace": "aliexpress", "kind": "login_id",
    "field": {"select": "textarea#names", "grade": "V"}, "separator": ",", "limit": 5000,
    "submit": {"select": "button.save", "grade": "G"}, "proof": {"by": "read_back", "grade": "V"},
    "refusal": {"select": ".said-no", "grade": "W"}, "grade": "V2"}],
  "notFound": []
}`

func TestCheckRefusesMistakes(t *testing.T) {
	if wrong := site.Check([]byte(good)); len(wrong) > 0 {
		t.Fatalf("the control is refused: %v", wrong)
	}
	for _, test := range []struct{ name, old, new, want string }{
		{"no JSON", `{
  "format"`, `{
  "format`, "near line 2"},
		{"two values", `"notFound": []
}`, `"notFound": []
} {}`, "something stands after"},
		{"a comma too many", `"regions"`, `, "regions"`, "near line 4: invalid character ','"},
		{"cut off", `
  "notFound": []
}`, ``, "near line 31: unexpected end"},
		{"unknown key", `"version": 1,`, `"version": 1, "colour": "red",`, `near line 2: unknown field "colour"`},
		{"unknown key in a row", `"group": "orders",`, `"group": "orders", "nmae": 1,`, `near line 7: pages.rows: unknown field "nmae"`},
		{"key in capitals", `"version": 1,`, `"Version": 1,`, `near line 2: unknown field "Version", which is written "version"`},
		{"a key twice", `"never": ["gettoken"],`, `"never": ["gettoken"], "never": [],`, `near line 24: "never" stands there twice`},
		{"a key twice in a row", `"put": "after",`, `"put": "after", "put": "before",`, `near line 12: pages.rows.place: "put" stands there twice`},
		{"a host twice in a table", `{"seller.shop.example": "br"}`, `{"seller.shop.example": "br", "seller.shop.example": "id"}`, `regions: "seller.shop.example" stands there twice`},
		{"another type", `"version": 1,`, `"version": "1",`, `near line 2: version is of another type: a text stands where a whole number belongs`},
		{"another type in a row", `"select": "tr.order"`, `"select": ["tr.order"]`, `near line 7: pages.rows.select is of another type: a list stands where a text belongs`},
		{"no object", good, `[]`, "near line 1: the definition is of another type: a list stands where an object belongs"},
		{"format", `"format": 1`, `"format": 2`, "format is 2, this is 1"},
		{"site", `"site": "example"`, `"site": "Example"`, "not a name"},
		{"one language", `"zh_CN": "示例"`, `"zh_CN": ""`, "missing in English or Chinese"},
		{"version", `"version": 1,`, `"version": 0,`, "version is missing"},
		{"no hosts", `"hosts": ["seller.shop.example"]`, `"hosts": []`, "there are no hosts"},
		{"host with a path", `["seller.shop.example"]`, `["seller.shop.example/x"]`, "is not a host"},
		{"host twice", `["seller.shop.example"]`, `["seller.shop.example", "seller.shop.example"]`, "stands there twice"},
		{"every host", `["seller.shop.example"]`, `["*"]`, "is not a host"},
		{"no marketplaces", `["aliexpress", "shopee"]`, `[]`, "there are no marketplaces"},
		{"unknown marketplace", `["aliexpress", "shopee"]`, `["aliexpress", "bazaar"]`, `no marketplace "bazaar"`},
		{"region of another host", `{"seller.shop.example": "br"}`, `{"other.example": "br"}`, "not among the hosts"},
		{"region", `"br"}`, `"Brazil"}`, "not a region"},
		{"platform in capitals", `{"smt"`, `{"SMT"`, "not in lower case"},
		{"platform of another", `"smt": "aliexpress"`, `"smt": "wish"`, "not among the marketplaces"},
		{"no table of platforms", `"platforms": {"smt": "aliexpress"},`, ``, "there is no table of platforms"},
		{"identity page", `"https://seller`, `"javascript://seller`, "not an https address"},
		{"unknown action", `"replace_list"`, `"run_script"`, `action "run_script": there is no such action`},
		{"an action without a name", `"action": "replace_list", `, ``, `action "number 1": there is no such action`},
		{"a key of an action", `"separator": ","`, `"separator": ",", "script": "x"`, `unknown field "script"`},
		{"two of an action", `"actions": [{`, `"actions": [{"action": "replace_list"}, {`, "stands there twice"},
		{"an action everywhere", `"path": "/blocked"`, `"path": "/*"`, "not the path of a page"},
		{"an action elsewhere", `"path": "/blocked"`, `"path": "https://other.example/"`, "not the path of a page"},
		{"an action's marketplace", `"marketplace": "aliexpress", "kind": "login_id",
    "field"`, `"marketplace": "wish", "kind": "buyer_id",
    "field"`, `"wish" is not among the marketplaces`},
		{"an action's region", `"marketplace": "aliexpress", "kind": "login_id",
    "field"`, `"marketplace": "shopee", "kind": "username",
    "field"`, "counts buyers by region"},
		{"an action's kind", `"kind": "login_id",
    "field"`, `"kind": "email",
    "field"`, `has no kind "email"`},
		{"an action's field", `"textarea#names"`, `""`, `field: a selector is missing`},
		{"an action's separator", `"separator": ","`, `"separator": ", "`, "not one character"},
		{"a separator that names have", `"separator": ","`, `"separator": "_"`, "not one character"},
		{"an action's limit", `"limit": 5000`, `"limit": 0`, "limit is 0"},
		{"an action's button", `"button.save"`, `"button.save("`, `submit: the selector`},
		{"nothing that proves", `"read_back"`, `"hope"`, `"hope" proves nothing`},
		{"an action's grade", `"grade": "W"}, "grade": "V2"}]`, `"grade": "W"}}]`, `the grade is ""`},
		{"an action on many hosts", `"hosts": ["seller.shop.example"]`, `"hosts": ["seller.shop.example", "*.shop.example"]`, "which is many hosts"},
		{"no pages", `"pages": [{`, `"pages": [], "pages2": [{`, "unknown field"},
		{"kind of page", `"kind": "list", "paths"`, `"kind": "grid", "paths"`, `page "list": "grid" is not a kind of page`},
		{"no paths", `"paths": ["/orders*"]`, `"paths": []`, "there are no paths"},
		{"path", `"/orders*"`, `"orders*"`, "not a path"},
		{"path with a query", `"/orders*"`, `"/orders?tab=all"`, "no part of a path"},
		{"path with a fragment", `"/orders*"`, `"/#/orders"`, "no part of a path"},
		{"page behind another", `"pages": [{`, `"pages": [{"name": "all", "kind": "list", "paths": ["/ord*"], "grade": "V", "rows": []}, {`, `page "list": its path "/orders*" never leads there, since page "all"`},
		{"page without grade", `"grade": "V", "rows"`, `"rows"`, `page "list": the grade is ""`},
		{"grade", `"grade": "W"`, `"grade": "sure"`, `the grade is "sure", not V2, V, W or G`},
		{"selector", `"select": "tr.order"`, `"select": "tr..order"`, `the selector "tr..order"`},
		{"no selector", `"select": "tr.order"`, `"select": ""`, "a selector is missing"},
		{"everything as a row", `"tr.order"`, `"*"`, "finds every * of the page"},
		{"the document as a row", `"tr.order"`, `"html > body"`, "finds every html > body of the page"},
		{"a tag as a row", `"tr.order"`, `"tr.order, div > div"`, "finds every div > div of the page"},
		{"long selector", `"tr.order"`, `"` + strings.Repeat("a ", 101) + `a"`, "more than 200 characters"},
		{"root of nothing", `"tr.order"`, `">>> tr.order"`, "the selector"},
		{"step to nothing", `"tr.order"`, `"order-list >>>"`, "the selector"},
		{"mistake inside a root", `".login"`, `"order-row >>> .login..x"`, "the selector"},
		{"roots of everything", `".login"`, `"* >>> .login"`, "name them"},
		{"too many roots", `".login"`, `"a >>> b >>> i >>> u >>> .login"`, "more than 3 roots"},
		{"build hash in a root", `".login"`, `"order-row >>> .buyer--U3y4fIR"`, "the hash of a build"},
		{"build hash", `"tr.order"`, `"a.buyerInfo--inline--U3y4fIR"`, "the hash of a build"},
		{"column number", `".login"`, `"td.col_13"`, "counts columns"},
		{"column place", `".login"`, `"td:nth-child(3)"`, "counts columns"},
		{"no order", `"order": {"read": ["match"`, `"name": {"read": ["match"`, "neither order nor ref"},
		{"unknown command", `["text", ".login"]`, `["html", ".login"]`, `near line 10: pages.rows.keys.read: there is no command "html"`},
		{"bare selector", `["text", ".login"]`, `".login"`, "a command is a list"},
		{"too few parts", `["text", ".login"]`, `["text"]`, `"text" takes 1 part, not 0`},
		{"too many parts", `["text", ".login"]`, `["text", ".login", ".x"]`, `"text" takes 1 part, not 2`},
		{"not a text", `["text", ".login"]`, `["text", 5]`, "takes a text where 5 stands"},
		{"nothing first", `["text", ".login"]`, `["first"]`, "takes one part or more"},
		{"no table", `["text", ".login"]`, `["map", "x", ["text", ""]]`, "takes a table"},
		{"nested too deep", `["text", ".login"]`, `["first",["first",["first",["first",["first",["text",""]]]]]]`, "more than 4 deep"},
		{"response in a row", `["text", ".login"]`, `["at", "login"]`, "reads responses, not documents"},
		{"document in an entry", `["at", "order.id"]`, `["text", ".id"]`, "reads documents, not responses"},
		{"pattern", `[0-9]{14,17}`, `[0-9]+`, "not of the vocabulary of patterns"},
		{"alternatives", `[0-9]{14,17}`, `(a|b){2}`, "not of the vocabulary of patterns"},
		{"long pattern", `[0-9]{14,17}`, strings.Repeat("a", 65), "more than 64"},
		{"kind of buyer", `"kind": "login_id"`, `"kind": "nick"`, `"aliexpress" has no kind "nick"`},
		{"whose key", `"marketplace": "aliexpress", "read": ["text"`, `"read": ["text"`, "does not say whose it is"},
		{"no place", `"place": [{"at": ".buyer", "put": "after", "grade": "V"}]`, `"place": []`, "nowhere to go"},
		{"put", `"put": "after"`, `"put": "inside"`, "not a way to put"},
		{"tick", `["property", "checked"]`, `["attribute", "checked"]`, "on is neither"},
		{"unit", `"unit": 1`, `"unit": 0`, "unit is 0"},
		{"address", `["/api/orders"]`, `["*"]`, "not a pattern of addresses"},
		{"step", `"a|b"`, `"a.b"`, "the step"},
		{"a region without a table", `"order": {"read": ["at", "order.id"], "grade": "V"}},
    {"entry": "people"`, `"order": {"read": ["at", "order.id"], "grade": "V"}, "region": {"read": ["at", "r"], "grade": "V"}},
    {"entry": "people"`, "region: it is not read by a table"},
		{"a region's name", `"order": {"read": ["at", "order.id"], "grade": "V"}},
    {"entry": "people"`, `"order": {"read": ["at", "order.id"], "grade": "V"}, "region": {"read": ["map", {"BR": "BR"}, ["at", "r"]], "grade": "V"}},
    {"entry": "people"`, `region: "BR" is not a region`},
		{"a row's region", `"place": [{"at": ".buyer", "put": "after", "grade": "V"}]`, `"region": {"read": ["map", {"BR": "br"}, ["text", ".r"]], "grade": "V"}, "place": [{"at": ".buyer", "put": "after", "grade": "V"}]`, "region: a row does not read it"},
		{"two depths", `"a|b", "*"`, `"a|b", "**"`, "any depth more than once"},
		{"way", `"order.id"`, `"order..id"`, "not a way of names"},
		{"condition", `"is": ["1"]`, `"is": []`, "needs a field"},
		{"sign", `"Shop.Context="`, `"{"`, "after is not a sign"},
		{"way in a script", `"data.orders"`, `"data..orders"`, "not a way of names"},
		{"address of a script", `"url": "/api/orders"`, `"url": "api"`, "not a path"},
		{"script that nobody reads", `"url": "/api/orders"`, `"url": "/api/nothing"`, "no entry reads"},
		{"script without grade", `"/api/orders", "grade": "V"}],`, `"/api/orders"}],`, "the grade is"},
		{"link to nobody", `{"as": "talk", "id": {"read": ["at", "sid"]`, `{"as": "chat", "id": {"read": ["at", "sid"]`, `no entry links "chat"`},
		{"sweep kind", `{"kind": "ali_id", "fields"`, `{"kind": "name", "fields"`, `has no kind "name"`},
		{"sweep field twice", `["buyerAliid"]`, `["buyerAliid", "buyer_aliid"]`, "stands there twice"},
		{"sweep depth", `"depth": 12`, `"depth": 13`, "depth is 13"},
		{"sweep nodes", `"nodes": 20000`, `"nodes": 20001`, "nodes is 20001"},
		{"sweep time", `"milliseconds": 8`, `"milliseconds": 9`, "milliseconds is 9"},
		{"two entries of a name", `"entry": "people"`, `"entry": "talks"`, `two entries are called "talks"`},
		{"not said what is missing", `"grade": "V2"}],
  "notFound": []`, `"grade": "V2"}]`, "notFound is missing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if !strings.Contains(good, test.old) {
				t.Fatalf("the definition does not hold %s", test.old)
			}
			wrong := site.Check([]byte(strings.Replace(good, test.old, test.new, 1)))
			if len(wrong) == 0 {
				t.Fatal("not refused")
			}
			if said := errors.Join(wrong...).Error(); !strings.Contains(said, test.want) {
				t.Errorf("it says %q, not %q", said, test.want)
			}
		})
	}
	if wrong := site.Check(make([]byte, 70<<10)); len(wrong) != 1 {
		t.Errorf("an oversized definition: %v", wrong)
	}
}

// replace changes what the sample of the folder says.
func replace(f fstest.MapFS, old, new string) {
	said := string(f["pages/list.json"].Data)
	f["pages/list.json"] = &fstest.MapFile{Data: []byte(strings.Replace(said, old, new, 1))}
}

func TestCheckFolderWantsSamples(t *testing.T) {
	formatted, err := site.Formatted([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	whole := func() fstest.MapFS {
		return fstest.MapFS{
			"definition.json": {Data: formatted},
			"pages/list.html": {Data: []byte("<p><script>Shop.Context={}</script>")},
			"pages/list.json": {Data: []byte(`{"page": "list", "url": "https://seller.shop.example/orders", "responses": [
				{"url": "https://seller.shop.example/api/orders", "body": {}}, {"url": "https://seller.shop.example/API/people", "body": {}},
				{"url": "https://seller.shop.example/api/talks?x=1", "body": {}}]}`)},
			"expected/list.json": {Data: []byte(`{}`)},
		}
	}
	if wrong := site.CheckFolder(whole()); len(wrong) > 0 {
		t.Fatalf("the control is refused: %v", wrong)
	}
	for _, test := range []struct {
		name   string
		change func(fstest.MapFS)
		want   string
	}{
		{"no definition", func(f fstest.MapFS) { delete(f, "definition.json") }, fs.ErrNotExist.Error()},
		{"not formatted", func(f fstest.MapFS) { f["definition.json"] = &fstest.MapFile{Data: []byte(good)} }, "not formatted"},
		{"no sample", func(f fstest.MapFS) { delete(f, "pages/list.json") }, `page "list" has no sample`},
		{"no document", func(f fstest.MapFS) { delete(f, "pages/list.html") }, "list.html"},
		{"no result", func(f fstest.MapFS) { delete(f, "expected/list.json") }, "expected/list.json"},
		{"no script", func(f fstest.MapFS) { f["pages/list.html"] = &fstest.MapFile{Data: []byte("<p>")} }, "no sample has it in a script"},
		{"no response", func(f fstest.MapFS) {
			f["pages/list.json"] = &fstest.MapFile{Data: []byte(`{"page": "list", "url": "https://seller.shop.example/orders", "responses": []}`)}
		}, `entry "people": no sample has a response`},
		{"a sample elsewhere", func(f fstest.MapFS) { replace(f, "/seller.shop.example/orders", "/other.example/orders") }, "on none of the site's hosts"},
		{"a sample of no page", func(f fstest.MapFS) { replace(f, "shop.example/orders", "shop.example/") }, "leads to no page"},
		{"a sample of another page", func(f fstest.MapFS) { replace(f, `"list"`, `"detail"`) }, `leads to page "list", not to "detail"`},
		{"a document alone", func(f fstest.MapFS) { f["pages/detail.html"] = &fstest.MapFile{} }, "pages/detail.json is missing"},
		{"a result alone", func(f fstest.MapFS) { f["expected/detail.json"] = &fstest.MapFile{} }, "pages/detail.json is missing"},
	} {
		folder := whole()
		test.change(folder)
		if said := errors.Join(site.CheckFolder(folder)...); said == nil || !strings.Contains(said.Error(), test.want) {
			t.Errorf("%s: it says %v, not %q", test.name, said, test.want)
		}
	}
}

func TestPatterns(t *testing.T) {
	data, err := os.ReadFile("testdata/patterns.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Allowed []struct{ Pattern string }
		Refused []string
	}
	if err := json.Unmarshal(data, &table); err != nil {
		t.Fatal(err)
	}
	for _, one := range table.Allowed {
		if err := site.CheckPattern(one.Pattern); err != nil {
			t.Errorf("%q is refused: %v", one.Pattern, err)
		}
	}
	for _, pattern := range table.Refused {
		if site.CheckPattern(pattern) == nil {
			t.Errorf("%q is allowed", pattern)
		}
	}
}

// The example of SPEC.md is a definition.
func TestExamplePasses(t *testing.T) {
	data, err := os.ReadFile("SPEC.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "```json\n")
	example, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("SPEC.md has no example")
	}
	for _, err := range site.Check([]byte(example)) {
		t.Error(err)
	}
}

// Every command of the vocabulary stands in SPEC.md.
func TestSpecNamesEveryCommand(t *testing.T) {
	data, err := os.ReadFile("SPEC.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range site.Commands() {
		if !strings.Contains(string(data), `["`+name+`", `) {
			t.Errorf("SPEC.md does not name %q", name)
		}
	}
}

// Selectors that cost a page frames are refused, here and where pages are read.
func TestSelectors(t *testing.T) {
	var table struct{ Allowed, Refused []string }
	readTable(t, "testdata/selectors.json", &table)
	for _, css := range table.Allowed {
		if err := site.CheckSelector(css); err != nil {
			t.Error(err)
		}
	}
	for _, css := range table.Refused {
		if site.CheckSelector(css) == nil {
			t.Errorf("%q is allowed", css)
		}
	}
}

// Every mistake that a page survives (extension/e2e/mistakes.spec.ts) is refused
// before it ships.
func TestNoMistakeShips(t *testing.T) {
	var mistakes []struct {
		What, In string
		Part     any
	}
	readTable(t, "testdata/mistakes.json", &mistakes)
	for _, m := range mistakes {
		var d map[string]any
		readTable(t, "testdata/newsite/example/definition.json", &d)
		rows := d["pages"].([]any)[0].(map[string]any)["rows"].([]any)
		row := rows[0].(map[string]any)
		switch m.In {
		case "pages", "json":
			d[m.In] = append([]any{m.Part}, d[m.In].([]any)...)
		case "rows":
			d["pages"].([]any)[0].(map[string]any)["rows"] = append([]any{m.Part}, rows...)
		case "keys":
			row["keys"] = []any{m.Part}
		case "place":
			row["place"] = append([]any{m.Part}, row["place"].([]any)...)
		default:
			t.Fatalf("%s: no part is called %s", m.What, m.In)
		}
		data, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		data = bytes.ReplaceAll(data, []byte("STARS"), []byte(strings.Repeat("a*", 5000)))
		if wrong := site.Check(data); len(wrong) == 0 {
			t.Errorf("%s passes the check", m.What)
		}
	}
}

func readTable(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}
