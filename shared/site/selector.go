package site

import (
	"fmt"
	"regexp"
	"strings"
)

// A browser asks `:has` of every element that stands before it, and looks at
// everything in or beside each: one such selector can take several frames of a
// large page. So it may stand only after something that is named, with at most
// two named elements inside, one in the other. extension/src/site/select.ts keeps
// the same rule; testdata/selectors.json binds both.
var (
	quotedText = regexp.MustCompile(`"[^"]*"|'[^']*'`)
	attribute  = regexp.MustCompile(`\[[^\]]*\]`)
	argument   = regexp.MustCompile(`\([^()]*\)`)
	cheapHas   = regexp.MustCompile(`([\w\]-]):has\(\s*>?\s*[^\s()~+*>]+([\s>]+[^\s()~+*>]+)?\s*\)`)
)

// into is the one step beyond CSS: into the open roots of the elements found so far.
const into = ">>>"

// maxSteps is the most roots in one another that a selector goes into.
const maxSteps = 3

// CheckSelector says what is wrong with a selector each of whose steps is right by
// the rules of CSS, or nothing.
func CheckSelector(css string) error {
	plain := attribute.ReplaceAllString(quotedText.ReplaceAllString(css, ""), "[a]")
	if strings.Contains(cheapHas.ReplaceAllString(plain, "$1"), ":has") {
		return fmt.Errorf("the selector %q asks too much of a browser: :has stands after a named element, with one or two named elements inside", css)
	}
	return nil
}

// bare is a selector without what it says of texts and attributes, and without
// commas but those between its alternatives.
func bare(css string) string {
	css = attribute.ReplaceAllString(quotedText.ReplaceAllString(css, ""), "[a]")
	return argument.ReplaceAllStringFunc(css, func(inside string) string {
		return strings.ReplaceAll(inside, ",", " ")
	})
}
