package site

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Value is a command that reads one value: its name, its words, for `map` a
// table, and the values that it works on. As JSON it is a list that begins with
// the name, as ["match", "[0-9]{6}", ["text", ".number"]].
type Value struct {
	Command string
	Words   []string
	Table   map[string]string
	Inner   []Value
}

// shape is what follows a command's name.
type shape struct {
	words  int
	table  bool
	inner  int // -1: one or more
	inDOM  bool
	inJSON bool
}

// vocabulary is every command there is.
var vocabulary = map[string]shape{
	"text":      {words: 1, inDOM: true},
	"attribute": {words: 2, inDOM: true},
	"value":     {words: 1, inDOM: true},
	"query":     {words: 1, inDOM: true},
	"path":      {words: 1, inDOM: true},
	"known":     {words: 1, inDOM: true},
	"at":        {words: 1, inJSON: true},
	"json":      {words: 2, inJSON: true},
	"match":     {words: 1, inner: 1, inDOM: true, inJSON: true},
	"map":       {table: true, inner: 1, inDOM: true, inJSON: true},
	"const":     {words: 1, inDOM: true, inJSON: true},
	"first":     {inner: -1, inDOM: true, inJSON: true},
}

// Commands are the names of all commands, sorted.
func Commands() []string { return slices.Sorted(maps.Keys(vocabulary)) }

// UnmarshalJSON reads a command and refuses one that is not in the vocabulary
// or has other parts than it must.
func (v *Value) UnmarshalJSON(data []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil {
		return fmt.Errorf("a command is a list, as [\"text\", \".name\"]; this is %s", short(data))
	}
	if len(parts) == 0 {
		return fmt.Errorf("a command without a name")
	}
	*v = Value{}
	if err := json.Unmarshal(parts[0], &v.Command); err != nil {
		return fmt.Errorf("a command begins with its name; this begins with %s", short(parts[0]))
	}
	s, ok := vocabulary[v.Command]
	if !ok {
		return fmt.Errorf("there is no command %q", v.Command)
	}
	rest := parts[1:]
	want := s.words + max(s.inner, 0)
	if s.table {
		want++
	}
	if s.inner < 0 && len(rest) == 0 || s.inner >= 0 && len(rest) != want {
		return fmt.Errorf("%q takes %s, not %d", v.Command, plenty(s, want), len(rest))
	}
	for range s.words {
		var word string
		if err := json.Unmarshal(rest[0], &word); err != nil {
			return fmt.Errorf("%q takes a text where %s stands", v.Command, short(rest[0]))
		}
		v.Words, rest = append(v.Words, word), rest[1:]
	}
	if s.table {
		if err := json.Unmarshal(rest[0], &v.Table); err != nil {
			return fmt.Errorf("%q takes a table where %s stands", v.Command, short(rest[0]))
		}
		rest = rest[1:]
	}
	for _, part := range rest {
		var inner Value
		if err := inner.UnmarshalJSON(part); err != nil {
			return err
		}
		v.Inner = append(v.Inner, inner)
	}
	return nil
}

// MarshalJSON writes what UnmarshalJSON reads.
func (v Value) MarshalJSON() ([]byte, error) {
	parts := []any{v.Command}
	for _, word := range v.Words {
		parts = append(parts, word)
	}
	if v.Table != nil {
		parts = append(parts, v.Table)
	}
	for _, inner := range v.Inner {
		parts = append(parts, inner)
	}
	return json.Marshal(parts)
}

func plenty(s shape, want int) string {
	if s.inner < 0 {
		return "one part or more"
	}
	if want == 1 {
		return "1 part"
	}
	return fmt.Sprintf("%d parts", want)
}

func short(data []byte) string {
	if len(data) > 40 {
		return string(data[:40]) + "…"
	}
	return string(data)
}
