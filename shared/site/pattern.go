package site

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of patterns.
const (
	maxPattern = 64   // characters of a pattern
	maxApplied = 256  // characters of a text that a pattern is applied to; also the most of a repetition
	maxWays    = 4096 // ways in which the repetitions of one pattern can share out a text
)

// CheckPattern says what is wrong with a pattern. Patterns are a small part of
// regular expressions that cannot run away: literals, classes in square
// brackets, `?`, `{n}` and `{n,m}`, `^`, `$`, and at most one group, which is
// then the result. extension/src/site/pattern.ts keeps the same rules;
// testdata/patterns.json binds both.
func CheckPattern(pattern string) error {
	if pattern == "" {
		return errors.New("the pattern is empty")
	}
	if n := utf8.RuneCountInString(pattern); n > maxPattern {
		return fmt.Errorf("the pattern has %d characters, more than %d", n, maxPattern)
	}
	rest := strings.TrimPrefix(pattern, "^")
	opened, closed, atoms, ways := false, false, 0, 1
	for rest != "" && rest != "$" {
		switch {
		case rest[0] == '(' && !opened:
			opened, rest = true, rest[1:]
			continue
		case rest[0] == ')' && opened && !closed:
			closed, rest = true, rest[1:]
			continue
		}
		size, err := atom(rest)
		if err != nil {
			return err
		}
		atoms, rest = atoms+1, rest[size:]
		size, share, err := repetition(rest)
		if err != nil {
			return err
		}
		rest = rest[size:]
		if ways *= share; ways > maxWays {
			return fmt.Errorf("the repetitions of the pattern %q can match in more than %d ways", pattern, maxWays)
		}
	}
	if opened && !closed {
		return fmt.Errorf("the group of the pattern %q is not closed", pattern)
	}
	if atoms == 0 {
		return fmt.Errorf("the pattern %q matches nothing", pattern)
	}
	if _, err := regexp.Compile(pattern); err != nil {
		return fmt.Errorf("the pattern %q: %w", pattern, err)
	}
	return nil
}

const (
	outsideEscapes = `\^$.|?*+()[]{}/`
	classEscapes   = `\]^.$/-`
)

// atom is the length of the literal or class at the start of a pattern.
func atom(rest string) (int, error) {
	switch r, size := utf8.DecodeRuneInString(rest); {
	case r == '[':
		return class(rest)
	case r == '\\':
		next, more := utf8.DecodeRuneInString(rest[1:])
		if more == 0 || !strings.ContainsRune(outsideEscapes, next) {
			return 0, fmt.Errorf("the escape at %q is not one of the vocabulary", rest)
		}
		return 1 + more, nil
	case strings.ContainsRune(`^$.|?*+()]{}`, r):
		return 0, fmt.Errorf("%q at %q is not of the vocabulary of patterns: literals, classes in brackets, ?, {n}, {n,m} and one group", r, rest)
	case unicode.Is(unicode.C, r):
		return 0, errors.New("the pattern holds a control character")
	default:
		return size, nil
	}
}

func class(rest string) (int, error) {
	at := 1
	if strings.HasPrefix(rest[at:], "^") {
		at++
	}
	for first := at; at < len(rest); {
		r, size := utf8.DecodeRuneInString(rest[at:])
		switch {
		case r == ']' && at == first:
			return 0, fmt.Errorf("the class at %q is empty", rest)
		case r == ']':
			return at + 1, nil
		case r == '[':
			return 0, fmt.Errorf("the class at %q holds another", rest)
		case r == '\\':
			next, more := utf8.DecodeRuneInString(rest[at+1:])
			if more == 0 || !strings.ContainsRune(classEscapes, next) {
				return 0, fmt.Errorf("the escape in the class at %q is not one of the vocabulary", rest)
			}
			at += 1 + more
		case unicode.Is(unicode.C, r):
			return 0, errors.New("the pattern holds a control character")
		default:
			at += size
		}
	}
	return 0, fmt.Errorf("the class at %q is not closed", rest)
}

var bounds = regexp.MustCompile(`^\{([0-9]{1,3})(?:,([0-9]{1,3}))?\}`)

// repetition is the length of what repeats the atom before, and in how many
// ways it can.
func repetition(rest string) (size, ways int, err error) {
	if strings.HasPrefix(rest, "?") {
		return 1, 2, nil
	}
	found := bounds.FindStringSubmatch(rest)
	if found == nil {
		return 0, 1, nil
	}
	least, _ := strconv.Atoi(found[1]) // at most three digits
	most := least
	if found[2] != "" {
		most, _ = strconv.Atoi(found[2])
	}
	if most < least || most < 1 || most > maxApplied {
		return 0, 0, fmt.Errorf("the repetition %s is not between 1 and %d", found[0], maxApplied)
	}
	return len(found[0]), most - least + 1, nil
}
