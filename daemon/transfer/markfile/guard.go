package markfile

import (
	"strings"
)

// A spreadsheet takes a cell that begins with one of these for a formula, and
// runs it. The wide forms are those that an input method types.
const formulas = "=+-@\t\r\n＝＋－＠|%"

// exactDigits is how many digits a spreadsheet shows as they are.
const exactDigits = 11

// guard puts an apostrophe before a text that a spreadsheet would run as a
// formula, or would round as a number. unguard takes exactly that away.
func guard(text string) string {
	if wantsGuard(text) {
		return "'" + text
	}
	return text
}

func unguard(text string) string {
	if rest, found := strings.CutPrefix(text, "'"); found && wantsGuard(rest) {
		return rest
	}
	return text
}

// wantsGuard tells what guard guards. A text that begins with an apostrophe is
// guarded too, so that what was guarded can be told from it.
func wantsGuard(text string) bool {
	if text == "" {
		return false
	}
	if strings.ContainsRune(formulas+"'", firstRune(text)) {
		return true
	}
	digits := strings.Trim(text, "0123456789") == ""
	return digits && (len(text) > exactDigits || len(text) > 1 && text[0] == '0')
}

func firstRune(text string) rune {
	for _, r := range text {
		return r
	}
	return 0
}
