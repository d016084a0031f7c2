package marketplace

import (
	"regexp"
	"regexp/syntax"
)

// shape is a pattern that texts fit. Rows are checked against shapes again and again;
// where a pattern is but characters of some classes, each so many times, that takes a
// quarter of what an expression takes.
type shape struct {
	whole *regexp.Regexp
	runs  []run // nil: whole decides
}

// run is so many characters of a class.
type run struct {
	class    [256]bool
	min, max int
}

func shapeOf(pattern string) shape {
	return shape{regexp.MustCompile(pattern), runsOf(pattern)}
}

func (s shape) fits(text string) bool {
	if s.runs == nil {
		return s.whole.MatchString(text)
	}
	at := 0
	for i := range s.runs {
		r, from := &s.runs[i], at
		for at < len(text) && at-from < r.max && r.class[text[at]] {
			at++
		}
		if at-from < r.min {
			return false
		}
	}
	return at == len(text)
}

// runsOf is a pattern as runs of ASCII characters; nil where it is anything else, and
// where a run before the last may be longer or shorter, so that where it ends is open.
func runsOf(pattern string) (runs []run) {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil || tree.Op != syntax.OpConcat || len(tree.Sub) < 3 {
		return nil
	}
	last := len(tree.Sub) - 1
	if tree.Sub[0].Op != syntax.OpBeginText || tree.Sub[last].Op != syntax.OpEndText {
		return nil
	}
	for _, part := range tree.Sub[1:last] {
		more := runsOfPart(part)
		if more == nil || len(runs) > 0 && runs[len(runs)-1].min != runs[len(runs)-1].max {
			return nil
		}
		runs = append(runs, more...)
	}
	return runs
}

func runsOfPart(part *syntax.Regexp) []run {
	r := run{min: 1, max: 1}
	if part.Op == syntax.OpRepeat && part.Max > 0 {
		r.min, r.max = part.Min, part.Max
		part = part.Sub[0]
	}
	switch {
	case part.Flags&syntax.FoldCase != 0:
		return nil
	case part.Op == syntax.OpCharClass:
		for i := 0; i < len(part.Rune); i += 2 {
			for c := part.Rune[i]; c <= part.Rune[i+1]; c++ {
				if c > 127 {
					return nil
				}
				r.class[c] = true
			}
		}
		return []run{r}
	case part.Op == syntax.OpLiteral && r.max == 1:
		var runs []run
		for _, c := range part.Rune {
			if c > 127 {
				return nil
			}
			one := run{min: 1, max: 1}
			one.class[c] = true
			runs = append(runs, one)
		}
		return runs
	}
	return nil
}
