package workbook_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/transfer/markfile/workbook"
)

// row is a row with its number.
type row struct {
	Number int
	Cells  []string
}

func readAll(file []byte) ([]row, error) {
	r, err := workbook.NewReader(file)
	if err != nil {
		return nil, err
	}
	var rows []row
	for {
		cells, number, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, row{number, cells})
	}
}

func TestTextComesBackAsItWas(t *testing.T) {
	want := []string{"=1+1", "+86", "-1", "@SUM(A1)", "0012", "12345678901234567890", " spaces ", "<&>\"'", "李 虚构 🙂",
		"first\nsecond", "tab\there", "bell\a", "carriage\rreturn", "_x0041_", "_x005F_x0041_", "TRUE", "2026-01-31"}
	var b bytes.Buffer
	w, err := workbook.NewWriter(&b, "A <sheet>", want)
	if err == nil {
		err = w.Write(make([]string, 3)) // nothing: no row comes back
	}
	if err == nil {
		err = w.Write(append([]string{""}, want...))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	got, err := readAll(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]row{{1, want}, {3, append([]string{""}, want...)}}, got); diff != "" {
		t.Error(diff)
	}
	if sheet := part(t, b.Bytes(), "xl/worksheets/sheet1.xml"); strings.Contains(sheet, "<f>") || strings.Contains(sheet, "<v>") {
		t.Error("a cell is no text")
	}
}

func part(t *testing.T, file []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// foreign is a workbook in the shape in which other programs write them: shared
// texts, a sheet of another name that is not the first part, numbers and dates.
func foreign(sheet, texts string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range []struct{ name, text string }{
		{"_rels/.rels", `<Relationships><Relationship Id="a" Type="http://x/officeDocument" Target="/book/main.xml"/></Relationships>`},
		{"book/main.xml", `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr/>` +
			`<sheets><sheet name="first" sheetId="9" r:id="two"/><sheet name="second" sheetId="1" r:id="one"/></sheets></workbook>`},
		{"book/_rels/main.xml.rels", `<Relationships><Relationship Id="one" Type="http://x/worksheet" Target="sheets/one.xml"/>` +
			`<Relationship Id="two" Type="http://x/worksheet" Target="sheets/two.xml"/>` +
			`<Relationship Id="three" Type="http://x/sharedStrings" Target="texts.xml"/></Relationships>`},
		{"book/sheets/one.xml", `<worksheet><sheetData><row><c t="str"><v>the wrong sheet</v></c></row></sheetData></worksheet>`},
		{"book/sheets/two.xml", sheet},
		{"book/texts.xml", texts},
	} {
		f, _ := z.Create(p.name) // a buffer takes everything
		_, _ = io.WriteString(f, p.text)
	}
	_ = z.Close()
	return b.Bytes()
}

const texts = `<sst><si><t>buyer id</t></si><si><r><t xml:space="preserve">made </t></r><r><t>up</t></r><rPh sb="0" eb="1"><t>aloud</t></rPh></si><si/></sst>`

func sheetOf(rows string) string {
	return `<?xml version="1.0"?><worksheet xmlns="http://x"><sheetData>` + rows + `</sheetData><tail><row><c><v>7</v></c></row></tail></worksheet>`
}

func TestWorkbooksOfOtherPrograms(t *testing.T) {
	file := foreign(sheetOf(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>date</t></is></c></row>`+
		`<row r="2"/><row r="5" spans="1:9"><c r="A5" t="s"><v>1</v></c><c r="C5" s="4"><v>45688.5</v></c></row>`+
		`<row r="6"><c r="A6"><v>70000000001</v></c><c r="B6"><v>8.1234567890123456E16</v></c><c r="C6"><v>1E3</v></c><c r="D6"><v>1234567890123450</v></c></row>`+
		`<row><c t="e"><v>#N/A</v></c><c t="str"><f>A1</f><v>computed</v></c><c t="b"><v>1</v></c><c t="s"><v>99</v></c><c r="ZZZ7"><v>1</v></c></row>`), texts)
	got, err := readAll(file)
	if err != nil {
		t.Fatal(err)
	}
	want := []row{
		{1, []string{"buyer id", "", "date"}},
		{5, []string{"made up", "", "45688.5"}},
		{6, []string{"70000000001", "8.123456789012346E+16", "1000", "1.23456789012345E+15"}},
		{7, []string{"", "computed", "1", ""}},
		{8, []string{"7"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	r, err := workbook.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	at, ok := r.Time("45688.5")
	if want := time.Date(2025, 1, 31, 12, 0, 0, 0, time.UTC); !ok || !at.Equal(want) {
		t.Errorf("the date is %v, %v", at, ok)
	}
	if _, ok := r.Time("2025"); ok {
		t.Error("a year is taken for a day")
	}
}

// TestHostileWorkbooks: what would take more than the limits is refused.
func TestHostileWorkbooks(t *testing.T) {
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"nothing":      {nil, workbook.ErrDamaged},
		"no parts":     {[]byte("PK\x05\x06" + strings.Repeat("\x00", 18)), workbook.ErrDamaged},
		"no XML":       {foreign("rows", "<sst>"), workbook.ErrDamaged},
		"deep":         {foreign(sheetOf(strings.Repeat("<x>", 1000)), texts), workbook.ErrDamaged},
		"open":         {foreign(`<worksheet><sheetData><row><c t="str"><v>x`, texts), workbook.ErrDamaged},
		"a long tag":   {foreign(sheetOf(`<row a="`+strings.Repeat("x", 2<<20)+`"/>`), texts), workbook.ErrTooBig},
		"a long text":  {foreign(sheetOf(`<row><c t="str"><v>`+strings.Repeat("x", 2<<20)+`</v></c></row>`), texts), workbook.ErrTooBig},
		"many texts":   {foreign(sheetOf(""), "<sst>"+strings.Repeat("<si>"+strings.Repeat("x", 1<<19)+"</si>", workbook.MaxStrings>>19)+"</sst>"), workbook.ErrTooBig},
		"many entries": {foreign(`<!DOCTYPE x [<!ENTITY a "b">]>`+sheetOf(`<row><c t="str"><v>&a;</v></c></row>`), texts), workbook.ErrDamaged},
	} {
		if _, err := readAll(c.file); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	// The control: the same shape with nothing hostile in it.
	if rows, err := readAll(foreign(sheetOf(""), texts)); err != nil || len(rows) != 1 {
		t.Errorf("a fine one: %v, %v", rows, err)
	}
}

// FuzzReader gives anything as the sheet and the shared texts: it ends, and
// every row has a place after the one before.
func FuzzReader(f *testing.F) {
	f.Add(sheetOf(`<row r="1"><c r="A1" t="s"><v>0</v></c></row>`), texts)
	f.Add(sheetOf(`<row r="9"><c r="IV1"><v>1e300</v></c></row><row r="2"><c/></row>`), "")
	f.Add(`<row><c t="inlineStr"><is><rPh></rPh></rPh><t>_x0000_</t></is></c></row>`, "<si></si>")
	f.Fuzz(func(t *testing.T, sheet, texts string) {
		rows, _ := readAll(foreign(sheet, texts))
		last := 0
		for _, r := range rows {
			if r.Number <= last || len(r.Cells) > workbook.MaxColumns {
				t.Fatalf("row %d after %d with %d cells", r.Number, last, len(r.Cells))
			}
			last = r.Number
		}
	})
}
