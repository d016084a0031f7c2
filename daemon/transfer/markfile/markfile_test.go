package markfile_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"blackmark/daemon/transfer/markfile"
	"blackmark/daemon/transfer/markfile/workbook"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func shopee(kind, id string) buyer.Key {
	return buyer.Key{Marketplace: "shopee", Region: "br", Kind: kind, ID: id}
}

// samples are marks with all that can stand in a mark, and what spreadsheets
// would make formulas or round numbers of.
func samples() []markfile.Mark {
	list := []markfile.Mark{
		{Keys: []buyer.Key{shopee("user_id", "900000001"), shopee("username", "made_up")}, Name: "李 虚构", Reason: "returns",
			Note: "收货后说没收到 <\"quoted\"> & 第二行\nsecond line, 🙂; end", Order: &wire.Order{Marketplace: "shopee", Region: "br", Number: "260101ABCDEFGH"},
			At: noon.Add(123456789), By: "子账号 1", Via: "click", Echo: true},
		{Keys: []buyer.Key{{Marketplace: "aliexpress", Kind: "ali_id", ID: "12345678901234567890"}}, Reason: "other", At: noon,
			Order: &wire.Order{Marketplace: "aliexpress", Number: "81234567890123456"}, Via: "cli"},
		{Keys: []buyer.Key{{Marketplace: "aliexpress", Kind: "ali_id", ID: "0012"}}, Reason: "unpaid", At: noon, Via: "import"},
	}
	for _, text := range []string{
		"=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "'quoted", "''", "'=x", "＝1", "＋1", "－1", "＠x", "|x", "%x",
		"123456789012", "0123", "0", "'0123", "=\"0123\"", ",;\t,", "\"", "a\n\nb", "true", "NULL", "\ufeffx", `\`,
	} {
		list = append(list, markfile.Mark{Keys: []buyer.Key{shopee("username", "made_up")}, Name: strings.ReplaceAll(text, "\n", " "),
			Reason: "other", Note: text, At: noon, By: strings.ReplaceAll(text, "\n", " "), Via: "cli"})
	}
	return list
}

func write(t testing.TB, f wire.FileFormat, marks ...markfile.Mark) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := markfile.NewWriter(&b, f, noon)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range marks {
		if err := w.Write(m); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// read reads a file as an import does.
func read(file []byte, d markfile.Defaults) ([]markfile.Row, error) {
	e, err := markfile.FindEncoding(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	r, err := markfile.NewReader(iotest.HalfReader(bytes.NewReader(file)), e, "", d)
	if err != nil {
		return nil, err
	}
	var rows []markfile.Row
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
}

func TestWhatIsWrittenReadsBack(t *testing.T) {
	want := samples()
	for _, f := range []wire.FileFormat{wire.FormatJSON, wire.FormatCSV, wire.FormatXLSX} {
		rows, err := read(write(t, f, want...), markfile.Defaults{})
		if err != nil {
			t.Fatal(err)
		}
		var got []markfile.Mark
		for i, row := range rows {
			first := map[wire.FileFormat]int{wire.FormatJSON: 1, wire.FormatCSV: 2, wire.FormatXLSX: 2}[f]
			if row.Problem != nil || row.Number != i+first {
				t.Errorf("%s row %d: number %d, %v", f, i, row.Number, row.Problem)
			}
			got = append(got, row.Mark)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", f, diff)
		}
		if rows, err := read(write(t, f), markfile.Defaults{}); err != nil || len(rows) != 0 {
			t.Errorf("%s without marks: %v, %v", f, rows, err)
		}
	}
	if _, err := markfile.NewWriter(io.Discard, "xml", noon); !errors.Is(err, markfile.ErrFormat) {
		t.Errorf("another format: %v", err)
	}
}

// TestSpreadsheetsRunNothing reads our table as a spreadsheet does.
func TestSpreadsheetsRunNothing(t *testing.T) {
	file := write(t, wire.FormatCSV, samples()...)
	if !bytes.HasPrefix(file, []byte("\xef\xbb\xbf")) || !bytes.Contains(file, []byte("\r\n")) {
		t.Error("no byte order mark, or no line ends as RFC 4180 wants them")
	}
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	formulas := 0
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n|%") || strings.ContainsAny(strings.TrimPrefix(cell, cell[min(3, len(cell)):]), "＝＋－＠") && !strings.HasPrefix(cell, "'") {
				t.Errorf("a spreadsheet would run %q", cell)
			}
			if strings.HasPrefix(cell, "'=") {
				formulas++
			}
			if len(cell) > 11 && strings.Trim(cell, "0123456789") == "" {
				t.Errorf("a spreadsheet would round %q", cell)
			}
		}
	}
	if formulas == 0 {
		t.Error("there was no formula to neutralise: this test shows nothing")
	}
}

// TestSavedByASpreadsheet gives our table as Excel saves it: with semicolons,
// in UTF-16 with tabs, in GB18030.
func TestSavedByASpreadsheet(t *testing.T) {
	want := samples()[:1]
	text := strings.TrimPrefix(string(write(t, wire.FormatCSV, want...)), "\ufeff")
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	saved := func(comma rune) []byte {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.Comma = comma
		if err := w.WriteAll(records); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes(saved('\t'))
	if err != nil {
		t.Fatal(err)
	}
	big, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().Bytes(saved('\t'))
	if err != nil {
		t.Fatal(err)
	}
	gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes(saved(','))
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{"semicolons": saved(';'), "UTF-16": utf16, "UTF-16, big": big, "GB18030": gb} {
		rows, err := read(file, markfile.Defaults{})
		if err != nil || len(rows) != 1 || rows[0].Problem != nil {
			t.Errorf("%s: %v, %+v", name, err, rows)
			continue
		}
		if diff := cmp.Diff(want[0], rows[0].Mark); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestTablesOfOtherPrograms(t *testing.T) {
	ebay := markfile.Defaults{Marketplace: "ebay", Kind: "username", Reason: "other"}
	day := time.Date(2025, 1, 31, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		file     string
		defaults markfile.Defaults
		want     markfile.Mark
	}{
		"one column": {"Buyer Username\nmade-up\n", ebay,
			markfile.Mark{Keys: []buyer.Key{{Marketplace: "ebay", Kind: "username", ID: "made-up"}}, Reason: "other"}},
		"English": {"Platform,Site,Kind,Buyer ID,Buyer Name,Reason,Remark,Date added,Order No\r\nShopee,br,user_id,900000001,Made Up,Frequent returns,a note,2025-01-31,260101ABCDEFGH\r\n",
			markfile.Defaults{}, markfile.Mark{Keys: []buyer.Key{shopee("user_id", "900000001")}, Name: "Made Up", Reason: "returns", Note: "a note", At: day,
				Order: &wire.Order{Marketplace: "shopee", Region: "br", Number: "260101ABCDEFGH"}}},
		"Chinese": {"平台,买家ID,买家姓名,拉黑原因,备注,添加时间\n速卖通,\t12345678,虚构 人,恶意评价,说明,2025/1/31 08:00\n",
			markfile.Defaults{Kind: "ali_id", Zone: time.FixedZone("", 8*3600)}, markfile.Mark{Keys: []buyer.Key{{Marketplace: "aliexpress", Kind: "ali_id", ID: "12345678"}},
				Name: "虚构 人", Reason: "malicious_feedback", Note: "说明", At: day}},
		"columns by kind": {"member number;login id;reason\n\"=\"\"12345678\"\"\";cn1000;unpaid\n", markfile.Defaults{Marketplace: "aliexpress"},
			markfile.Mark{Keys: []buyer.Key{{Marketplace: "aliexpress", Kind: "ali_id", ID: "12345678"}, {Marketplace: "aliexpress", Kind: "login_id", ID: "cn1000"}}, Reason: "unpaid"}},
		"its only kind": {"buyer,reason\n0123456789abcdef01234567,unpaid\n", markfile.Defaults{Marketplace: "wish"},
			markfile.Mark{Keys: []buyer.Key{{Marketplace: "wish", Kind: "buyer_id", ID: "0123456789abcdef01234567"}}, Reason: "unpaid"}},
		"columns too many, cells too few, empty lines": {"\nfavourite colour,buyer,reason\n,,\nblue,made-up\n", ebay,
			markfile.Mark{Keys: []buyer.Key{{Marketplace: "ebay", Kind: "username", ID: "made-up"}}, Reason: "other"}},
	} {
		rows, err := read([]byte(c.file), c.defaults)
		if err != nil || len(rows) != 1 || rows[0].Problem != nil {
			t.Errorf("%s: %v, %+v", name, err, rows)
			continue
		}
		if diff := cmp.Diff(c.want, rows[0].Mark); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestRowsThatAreRefused(t *testing.T) {
	const names = "marketplace,region,buyer id,kind,reason,date,also_1,order\n"
	for name, c := range map[string]struct{ row, code string }{
		"no kind":             {"ebay,,made-up,,other,,", "row_kind"},
		"rounded order":       {"ebay,,made-up,username,other,,,8.1234567890123E+16", "row_rounded"},
		"rounded":             {"ebay,,1.23457E+11,username,other,,", "row_rounded"},
		"a date of two kinds": {"ebay,,made-up,username,other,01/02/2025,", "row_date"},
		"another marketplace": {"bazaar,,made-up,username,other,,", "marketplace_unknown"},
		"a quote too many":    {`ebay,,"made"up,username,other,,`, "row_quotes"},
		"no key":              {"ebay,,made-up,username,other,,made-up", "key_line"},
	} {
		rows, err := read([]byte(names+c.row+"\nebay,,fine,username,other,,\n"), markfile.Defaults{})
		if err != nil || len(rows) != 2 || rows[0].Problem == nil || rows[0].Problem.Code != c.code || rows[0].Number != 2 || rows[1].Problem != nil {
			t.Errorf("%s: %v, %+v", name, err, rows)
		}
	}
	file := `{"blackmark":"marks","version":1,"marks":[{"keys":7},{"keys":[{"marketplace":"ebay","kind":"username","id":"fine"}]}]}`
	rows, err := read([]byte(file), markfile.Defaults{})
	if err != nil || len(rows) != 2 || rows[0].Problem.Code != "row_invalid" || rows[1].Problem != nil {
		t.Errorf("JSON: %v, %+v", err, rows)
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	whole := string(write(t, wire.FormatJSON, samples()...))
	sheet := write(t, wire.FormatXLSX, samples()...)
	for name, c := range map[string]struct{ file, code string }{
		"nothing":             {"", "file_columns"},
		"white space":         {" \n\t\n", "file_columns"},
		"no names":            {"900000001,returns\n", "file_columns"},
		"no marketplace":      {"buyer id,reason\nmade-up,other\n", "file_marketplace"},
		"another JSON":        {`{"name":"x"}`, "file_not_marks"},
		"a list":              {`[1,2]`, "file_not_marks"},
		"another document":    {`{"blackmark":"orders","version":1,"marks":[]}`, "file_not_marks"},
		"no version":          {`{"blackmark":"marks","marks":[]}`, "file_not_marks"},
		"a newer version":     {`{"blackmark":"marks","version":2,"marks":[]}`, "file_too_new"},
		"cut in a mark":       {whole[:len(whole)/2], "file_cut"},
		"cut before its end":  {strings.TrimRight(whole, "}\n]"), "file_cut"},
		"cut before its } ":   {strings.TrimRight(whole, "}\n"), "file_cut"},
		"something behind it": {whole + "{}", "file_cut"},
		"a zip of no sheet":   {"PK\x03\x04 and so on", "file_workbook"},
		"cut in the workbook": {string(sheet[:len(sheet)-30]), "file_workbook"},
		"a workbook of 1997":  {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "file_old_workbook"},
		"a workbook too big":  {"PK\x03\x04" + strings.Repeat("\x00", workbook.MaxPacked), "file_workbook_size"},
		"a picture":           {"\x89PNG\r\n\x1a\n\x00\x00", "file_columns"},
	} {
		_, err := read([]byte(c.file), markfile.Defaults{})
		if p := problem.Of(err); err == nil || p.Code != c.code || p.Hint == "" {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	broken := errors.New("the disk broke")
	for _, file := range []string{whole[:900], "buyer id,marketplace\nx,ebay\ny,ebay\n"} {
		r, err := markfile.NewReader(io.MultiReader(strings.NewReader(file), iotest.ErrReader(broken)), markfile.UTF8, "", markfile.Defaults{})
		for err == nil {
			_, err = r.Next()
		}
		if !errors.Is(err, broken) {
			t.Errorf("an error of the disk became %v", err)
		}
	}
}

func TestGuard(t *testing.T) {
	for _, text := range []string{"", "'", "''", "=", "'=", "plain", "12", "012", "123456789012", "'123456789012", "＝", "é"} {
		if got := markfile.Unguard(markfile.Guard(text)); got != text {
			t.Errorf("%q came back as %q", text, got)
		}
	}
}

func TestFindEncoding(t *testing.T) {
	long := strings.Repeat("a", 64<<10-1)
	gb, err := simplifiedchinese.GB18030.NewEncoder().String("买家")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]markfile.Encoding{
		"": markfile.UTF8, "a": markfile.UTF8, "\xff": markfile.GB18030, "\xff\xfea\x00": markfile.UTF16, "\xfe\xff\x00a": markfile.UTF16,
		long + "买家": markfile.UTF8, long + gb: markfile.GB18030, "买家" + "\xe4\xb9": markfile.GB18030,
	} {
		for _, r := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text)), iotest.DataErrReader(strings.NewReader(text))} {
			if got, err := markfile.FindEncoding(r); err != nil || got != want {
				t.Errorf("%d bytes: %s, %v, want %s", len(text), got, err, want)
			}
		}
	}
}

// FuzzImport reads anything at all: it ends, gives no row without a place, and
// what it read reads back from both formats.
func FuzzImport(f *testing.F) {
	f.Add(write(f, wire.FormatJSON, samples()...))
	f.Add(write(f, wire.FormatCSV, samples()...))
	f.Add(write(f, wire.FormatXLSX, samples()...))
	f.Add([]byte("平台;买家ID;原因\n虾皮;900000001;频繁退货退款\n"))
	f.Add([]byte("\xff\xfeb\x00u\x00y\x00e\x00r\x00"))
	f.Add([]byte(`{"blackmark":"marks","version":1,"marks":[{"keys":[{}],"at":"x"}]`))
	f.Add([]byte("buyer\n\"open"))
	f.Fuzz(func(t *testing.T, file []byte) {
		rows, _ := read(file, markfile.Defaults{Marketplace: "ebay", Kind: "username", Reason: "other"})
		var marks []markfile.Mark
		for i, row := range rows {
			if row.Number < i+1 {
				t.Fatalf("row %d has the number %d", i, row.Number)
			}
			if row.Problem == nil {
				marks = append(marks, row.Mark)
			}
		}
		again, err := read(write(t, wire.FormatJSON, marks...), markfile.Defaults{})
		if err != nil || len(again) != len(marks) {
			t.Fatalf("%d of %d marks read back: %v", len(again), len(marks), err)
		}
		for _, text := range []string{string(file), fmt.Sprintf("%.20s", file)} {
			if markfile.Unguard(markfile.Guard(text)) != text {
				t.Fatalf("the guard changed %q", text)
			}
		}
	})
}
