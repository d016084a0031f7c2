package workbook

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

const declaration = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// fixed are the parts that are the same in every file. Format 49 is text, as the
// standard numbers it: what is typed over a cell stays text as well.
var fixed = []struct{ name, text string }{
	{contentTypes, `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/` + bookPart + `" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
		`<Override PartName="/` + sheetPart + `" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>` +
		`<Override PartName="/` + stylePart + `" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`},
	{rootLinks, `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="` + bookPart + `"/></Relationships>`},
	{bookLinks, `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`},
	{stylePart, `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` +
		`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
		`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		`<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
		`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/>` +
		`<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1" applyFont="1"/></cellXfs>` +
		`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`},
}

// The styles of a cell, by their places in cellXfs.
const (
	textStyle = 1
	nameStyle = 2
)

// Writer writes a table row by row. What it has written is no file before Close.
type Writer struct {
	zip  *zip.Writer
	out  *bufio.Writer // the sheet
	rows int
}

// NewWriter begins a file whose first row names the columns; it stays in sight
// when one scrolls. sheet is the name on its tab.
func NewWriter(w io.Writer, sheet string, names []string) (*Writer, error) {
	b := &Writer{zip: zip.NewWriter(w)}
	for _, part := range fixed {
		if err := b.part(part.name, part.text); err != nil {
			return nil, err
		}
	}
	if err := b.part(bookPart, `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`+
		` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">`+
		`<sheets><sheet name="`+string(escaped(sheet))+`" sheetId="1" r:id="rId1"/></sheets></workbook>`); err != nil {
		return nil, err
	}
	out, err := b.zip.Create(sheetPart)
	if err != nil {
		return nil, err
	}
	b.out = bufio.NewWriterSize(out, 64<<10)
	fmt.Fprintf(b.out, `%s<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`+
		`<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>`+
		`<cols><col min="1" max="%d" width="18" style="%d" customWidth="1"/></cols><sheetData>`, declaration, len(names), textStyle)
	return b, b.row(names, nameStyle)
}

func (b *Writer) part(name, text string) error {
	out, err := b.zip.Create(name)
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, declaration+text)
	return err
}

// Write adds a row. An empty text is no cell.
func (b *Writer) Write(cells []string) error { return b.row(cells, textStyle) }

func (b *Writer) row(cells []string, style int) error {
	if b.rows == MaxRows {
		return ErrTooBig
	}
	b.rows++
	fmt.Fprintf(b.out, `<row r="%d">`, b.rows)
	for i, text := range cells {
		if text == "" {
			continue
		}
		fmt.Fprintf(b.out, `<c r="%s%d" s="%d" t="inlineStr"><is><t xml:space="preserve">`, columnName(i), b.rows, style)
		_, _ = b.out.Write(escaped(text)) // the error stays, and the next write gives it
		_, _ = b.out.WriteString(`</t></is></c>`)
	}
	_, err := b.out.WriteString("</row>\n")
	return err
}

// Close ends the file. It does not close what it was written to.
func (b *Writer) Close() error {
	if _, err := b.out.WriteString(`</sheetData></worksheet>`); err != nil {
		return err
	}
	if err := b.out.Flush(); err != nil {
		return err
	}
	return b.zip.Close()
}

// columnName is the letters of a column, from 0: A to Z, AA and so on.
func columnName(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

// coded is a character as a spreadsheet writes it where XML has none for it. A
// text that looks so by itself gets its first sign coded.
var coded = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// escaped is a text as it stands in XML.
func escaped(text string) []byte {
	if strings.Contains(text, "_x") || strings.ContainsFunc(text, unspeakable) {
		var plain strings.Builder
		for i, r := range text {
			switch {
			case unspeakable(r), r == '_' && looksCoded(text[i:]):
				fmt.Fprintf(&plain, "_x%04X_", r)
			default:
				plain.WriteRune(r)
			}
		}
		text = plain.String()
	}
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a buffer takes everything
	return b.Bytes()
}

// looksCoded tells whether a text begins as a coded character.
func looksCoded(text string) bool {
	at := coded.FindStringIndex(text[:min(7, len(text))])
	return at != nil && at[0] == 0
}

// unspeakable are the characters that XML cannot hold, and the carriage return,
// which readers of XML take for the end of a line.
func unspeakable(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' || r == 0xfffe || r == 0xffff
}

// unescaped is a text as it was before a spreadsheet coded it.
func unescaped(text string) string {
	return coded.ReplaceAllStringFunc(text, func(s string) string {
		n, err := strconv.ParseUint(s[2:6], 16, 16)
		if err != nil || !utf8.ValidRune(rune(n)) {
			return s
		}
		return string(rune(n))
	})
}
