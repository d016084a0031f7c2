// Package daemon_test keeps the house in order: it reads the sources and the map
// beside it, and fails where they disagree.
package daemon_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const module = "blackmark/"

// source is one Go file, as far as the house looks into it. Its path is relative
// to the repository and has slashes.
type source struct {
	path    string
	test    bool
	doc     string
	imports []string
}

// room is the package that the file is in, relative to the repository.
func (s source) room() string { return path.Dir(s.path) }

// sources parses every Go file of ours.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	for _, top := range []string{"daemon", "shared", "extension/bundle"} {
		err := filepath.WalkDir(filepath.Join("..", top), func(file string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if entry.IsDir() && entry.Name() == "testdata" {
				return filepath.SkipDir
			}
			if entry.IsDir() || !strings.HasSuffix(file, ".go") {
				return nil
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly|parser.ParseComments)
			if err != nil {
				return err
			}
			all = append(all, read(file, parsed))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func read(file string, parsed *ast.File) source {
	s := source{
		path: filepath.ToSlash(strings.TrimPrefix(file, ".."+string(filepath.Separator))),
		test: strings.HasSuffix(file, "_test.go"),
		doc:  parsed.Doc.Text(),
	}
	for _, spec := range parsed.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		s.imports = append(s.imports, imported)
	}
	return s
}

// tracked are the files that git knows.
func tracked(t *testing.T) []string {
	t.Helper()
	// A look at the index tells `go test` when a kept result is stale; a checkout
	// without one is as good.
	_, _ = os.Stat("../.git/index")
	text, err := exec.Command("git", "-C", "..", "ls-files", "-z").Output()
	if err != nil {
		t.Fatal("git ls-files:", err)
	}
	var all []string
	for file := range strings.SplitSeq(strings.TrimSuffix(string(text), "\x00"), "\x00") {
		if _, err := os.Lstat(filepath.Join("..", file)); err == nil {
			all = append(all, file)
		}
	}
	return all
}

func readMap(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var mapLine = regexp.MustCompile("(?m)^\\| `([a-z/-]+)` \\| (\\S.*) \\|$")

func TestMapNamesEveryRoom(t *testing.T) {
	var named []string
	for _, match := range mapLine.FindAllStringSubmatch(readMap(t), -1) {
		named = append(named, match[1])
	}
	var rooms []string
	for _, s := range sources(t) {
		if room, inside := strings.CutPrefix(s.room(), "daemon/"); inside && !s.test {
			rooms = append(rooms, room)
		}
	}
	slices.Sort(named)
	slices.Sort(rooms)
	if diff := cmp.Diff(slices.Compact(rooms), named); diff != "" {
		t.Errorf("daemon/README.md (+) and the folders (-) differ:\n%s", diff)
	}
}

// arrows is the arrow rule: the floor of every part of the house, 0 at the bottom.
type arrows map[string]int

var arrowBlock = regexp.MustCompile("(?s)## The arrow rule.*?```\n(.*?)```")

func readArrows(t *testing.T) arrows {
	t.Helper()
	block := arrowBlock.FindStringSubmatch(readMap(t))
	if block == nil {
		t.Fatal("daemon/README.md draws no arrow rule")
	}
	floors := strings.Split(strings.TrimSpace(block[1]), "\n")
	rule := arrows{}
	for i, floor := range floors {
		for part := range strings.FieldsSeq(floor) {
			rule[part] = len(floors) - 1 - i
		}
	}
	return rule
}

// part is what the rule calls the room: `ledger` for daemon/ledger/journal,
// `shared` for all of the contract.
func part(room string) string {
	name, _ := strings.CutPrefix(room, "daemon/")
	name, _, _ = strings.Cut(name, "/")
	return name
}

// breaks tells why a room may not import another, or nothing.
func (rule arrows) breaks(from, to string) string {
	if from == to || strings.HasPrefix(to, from+"/") || strings.HasPrefix(from, to+"/") {
		return "" // its own, a room inside it, or the room that it is inside of
	}
	if part(from) == "extension" {
		if part(to) != "shared" {
			return "the bundle imports the contract alone"
		}
		return ""
	}
	above, knowsFrom := rule[part(from)]
	below, knowsTo := rule[part(to)]
	switch {
	case !knowsFrom:
		return "the arrow rule does not name " + part(from)
	case !knowsTo:
		return "the arrow rule does not name " + part(to)
	case part(from) == "shared" && part(to) == "shared":
		return ""
	case above == below:
		return "rooms of one floor do not import each other"
	case above < below:
		return "the arrow goes up"
	}
	return ""
}

func TestArrowRule(t *testing.T) {
	rule := readArrows(t)
	for _, s := range sources(t) {
		for _, imported := range s.imports {
			to, ours := strings.CutPrefix(imported, module)
			if !ours || s.test {
				continue
			}
			if why := rule.breaks(s.room(), to); why != "" {
				t.Errorf("%s imports %s: %s", s.path, to, why)
			}
		}
	}
}

// The rule itself must be able to refuse.
func TestArrowRuleRefuses(t *testing.T) {
	rule := readArrows(t)
	for _, c := range []struct {
		from, to string
		allowed  bool
	}{
		{"daemon/cmd/blackmark", "daemon/ledger", true},
		{"daemon/ledger", "daemon/ledger/journal", true},
		{"daemon/localapi/openapi", "daemon/localapi", true},
		{"daemon/ledger", "shared/buyer", true},
		{"shared/buyer", "shared/problem", true},
		{"extension/bundle", "shared/site", true},
		{"daemon/ledger", "daemon/orders", false},
		{"daemon/ledger", "daemon/localapi", false},
		{"daemon/orders", "daemon/ledger/journal", false},
		{"daemon/localapi", "daemon/sandbox", false},
		{"daemon/cmd/blackmark", "daemon/cmd/blackmark-sandbox", false},
		{"shared/buyer", "daemon/disk", false},
		{"extension/bundle", "daemon/settings", false},
		{"daemon/attic", "shared/buyer", false},
	} {
		if why := rule.breaks(c.from, c.to); (why == "") != c.allowed {
			t.Errorf("%s -> %s: allowed %v, want %v (%s)", c.from, c.to, why == "", c.allowed, why)
		}
	}
}

// Libraries that could be exchanged stay behind one door.
func TestLibrariesStayBehindOneDoor(t *testing.T) {
	files, rooms := map[string][]string{}, map[string][]string{}
	for _, s := range sources(t) {
		for _, imported := range s.imports {
			for _, library := range []string{"github.com/gorilla/websocket", "github.com/labstack/echo", "github.com/kardianos/service"} {
				if !s.test && strings.HasPrefix(imported, library) {
					files[library] = append(files[library], s.path)
					rooms[library] = append(rooms[library], s.room())
				}
			}
		}
	}
	// The two servers have a router each, and no program links both.
	servers := []string{"daemon/cloud", "daemon/localapi"}
	for library, all := range rooms {
		all = slices.Compact(slices.Sorted(slices.Values(all)))
		if len(all) > 1 && !(library == "github.com/labstack/echo" && slices.Equal(all, servers)) {
			t.Errorf("%s is imported by %v", library, all)
		}
	}
	if all := slices.Compact(files["github.com/gorilla/websocket"]); len(all) > 1 {
		t.Errorf("gorilla/websocket is imported by %v", all)
	}
}

// What the seller's program is linked from, through any number of imports.
func TestSellersProgramLinksNoServer(t *testing.T) {
	text, err := exec.Command("go", "list", "-deps", "../daemon/cmd/blackmark").Output()
	if err != nil {
		t.Fatal("go list:", err)
	}
	banned := regexp.MustCompile(`^blackmark/daemon/(cloud(/|$)|sandbox|cmd/blackmark-)|^blackmark/extension|/pgx|/lib/pq|postgres`)
	for linked := range strings.FieldsSeq(string(text)) {
		if banned.MatchString(linked) {
			t.Errorf("cmd/blackmark links %s", linked)
		}
	}
}

// What the server is linked from: nothing of a seller's own list.
func TestServerLinksNothingOfTheSellers(t *testing.T) {
	text, err := exec.Command("go", "list", "-deps", "../daemon/cmd/blackmark-cloud").Output()
	if err != nil {
		t.Fatal("go list:", err)
	}
	banned := regexp.MustCompile(`^blackmark/daemon/(localapi|cloudlink|ledger|orders|osservice|sandbox)(/|$)|^blackmark/extension`)
	for linked := range strings.FieldsSeq(string(text)) {
		if banned.MatchString(linked) {
			t.Errorf("cmd/blackmark-cloud links %s", linked)
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	docs := map[string][]string{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		all := docs[s.room()]
		if s.doc != "" {
			all = append(all, s.doc)
		}
		docs[s.room()] = all
	}
	never := regexp.MustCompile(`(?i)\b(never|nothing|no|not)\b`)
	for room, all := range docs {
		switch {
		case len(all) != 1:
			t.Errorf("%s has %d package comments, want one", room, len(all))
		case len(all[0]) < 150 || !strings.Contains(all[0], "import") || !never.MatchString(all[0]):
			t.Errorf("the comment of %s does not say what it is, what it may import and what it never does:\n%s", room, all[0])
		}
	}
}

func TestTopLevel(t *testing.T) {
	want := []string{"Makefile", "README.md", "daemon", "extension", "go.mod", "go.sum", "shared"}
	var got []string
	for _, file := range tracked(t) {
		if top, _, _ := strings.Cut(file, "/"); !strings.HasPrefix(top, ".") {
			got = append(got, top)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, slices.Compact(got)); diff != "" {
		t.Errorf("the visible top level (-want +got):\n%s", diff)
	}
}

// longest is how many lines a file that people read may have.
const longest = 500

func TestFilesStayShort(t *testing.T) {
	generated := regexp.MustCompile(`\.gen\.ts$|_gen\.go$`)
	for _, file := range tracked(t) {
		if !slices.Contains([]string{".go", ".ts", ".tsx"}, path.Ext(file)) || generated.MatchString(file) {
			continue
		}
		text, err := os.ReadFile(filepath.Join("..", file))
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(string(text), "\n"); lines > longest {
			t.Errorf("%s has %d lines, at most %d", file, lines, longest)
		}
	}
}

// Paths of one machine and the hosts of package registries work for nobody else.
// The parts are joined here so that this file does not find itself.
func TestNoMachineInTheSources(t *testing.T) {
	banned := regexp.MustCompile(strings.Join([]string{
		`(^|[\s"'=(:` + "`" + `])/(work|farm|root)` + `/`,
		`/tmp/[a-z]+` + `-`,
		`registry\.npm` + `js`,
		`proxy\.go` + `lang`,
		`deb\.deb` + `ian`,
	}, "|"))
	for _, file := range tracked(t) {
		if path.Ext(file) == ".png" || file == "go.sum" {
			continue
		}
		text, err := os.ReadFile(filepath.Join("..", file))
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			if found := banned.FindString(line); found != "" {
				t.Errorf("%s:%d names %q", file, i+1, found)
			}
		}
	}
}
