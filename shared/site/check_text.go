package site

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// decode reads a definition, and says in which lines it cannot be read: where it
// is no JSON, where a key is unknown, written otherwise or there twice, where a
// part is of another type, and where a command is not of the vocabulary.
func decode(data []byte) (Definition, []error) {
	var d Definition
	if err := readable(data); err != nil {
		return d, []error{err}
	}
	k := &keys{data: data, decoder: json.NewDecoder(bytes.NewReader(data))}
	k.value(reflect.TypeFor[Definition](), nil)
	if len(k.wrong) > 0 {
		return d, k.wrong
	}
	if err := json.Unmarshal(data, &d); err != nil {
		var other *json.UnmarshalTypeError
		if errors.As(err, &other) {
			return d, []error{near(data, int(other.Offset), "%s is of another type: %s stands where %s belongs",
				orAll(other.Field), stands(other.Value), belongs(other.Type))}
		}
		return d, []error{err}
	}
	return d, nil
}

// readable says in which line a text is no JSON.
func readable(data []byte) error {
	var tree any
	err := json.Unmarshal(data, &tree)
	if err == nil {
		return nil
	}
	at := len(data)
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		at = int(syntax.Offset)
	}
	if strings.Contains(err.Error(), "after top-level value") {
		return near(data, at, "something stands after the definition")
	}
	return near(data, at, "%v", err)
}

// orAll names a part as it is written: the library puts the names of embedded types between.
func orAll(field string) string {
	if field == "" {
		return "the definition"
	}
	return strings.ReplaceAll(field, reflect.TypeFor[Facts]().Name()+".", "")
}

// stands says what a text of JSON holds, belongs what a type is written as.
func stands(value string) string {
	sort, _, _ := strings.Cut(value, " ") // "number 1.5"
	switch sort {
	case "string":
		return "a text"
	case "array":
		return "a list"
	case "object":
		return "an object"
	case "bool":
		return "true or false"
	}
	return "a " + value
}

func belongs(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Slice:
		return "a list"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Bool:
		return "true or false"
	}
	return "an object"
}

// near says what is wrong and in which line, counted as editors do.
func near(data []byte, offset int, format string, args ...any) error {
	line := 1 + bytes.Count(data[:min(max(offset, 0), len(data))], []byte("\n"))
	return fmt.Errorf("near line %d: %s", line, fmt.Sprintf(format, args...))
}

// keys walks through the text of a definition, which is JSON, beside the types
// that it is read into. The library's reader takes any case for a key, and of
// two keys the last; the extension's takes neither.
type keys struct {
	data    []byte
	decoder *json.Decoder
	wrong   []error
}

func (k *keys) say(path []string, format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	if len(path) > 0 {
		what = strings.Join(path, ".") + ": " + what
	}
	k.wrong = append(k.wrong, near(k.data, int(k.decoder.InputOffset()), "%s", what))
}

// value goes through one value; t is nil where anything may stand.
func (k *keys) value(t reflect.Type, path []string) {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t != nil && reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		var raw json.RawMessage
		if err := k.decoder.Decode(&raw); err != nil {
			return
		}
		if err := reflect.New(t).Interface().(json.Unmarshaler).UnmarshalJSON(raw); err != nil {
			k.say(path, "%v", err)
		}
		return
	}
	token, err := k.decoder.Token()
	if err != nil {
		return
	}
	switch token {
	case json.Delim('{'):
		k.object(t, path)
	case json.Delim('['):
		var element reflect.Type
		if t != nil && t.Kind() == reflect.Slice {
			element = t.Elem()
		}
		for k.decoder.More() {
			k.value(element, path)
		}
		_, _ = k.decoder.Token() // the bracket
	}
}

func (k *keys) object(t reflect.Type, path []string) {
	var known map[string]reflect.Type
	var element reflect.Type
	if t != nil && t.Kind() == reflect.Struct {
		known = map[string]reflect.Type{}
		for _, field := range reflect.VisibleFields(t) {
			if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
				known[name] = field.Type
			}
		}
	} else if t != nil && t.Kind() == reflect.Map {
		element = t.Elem()
	}
	seen := map[string]bool{}
	for k.decoder.More() {
		token, _ := k.decoder.Token()
		name, _ := token.(string)
		if seen[name] {
			k.say(path, "%q stands there twice: only one of them would count", name)
		}
		seen[name] = true
		of, ok := known[name]
		if known == nil {
			of = element
		} else if !ok {
			k.say(path, "unknown field %q%s", name, otherwise(known, name))
		}
		k.value(of, append(path[:len(path):len(path)], name))
	}
	_, _ = k.decoder.Token() // the bracket
}

// otherwise says how a key is written that has another case, or a letter or two
// in the wrong place.
func otherwise(known map[string]reflect.Type, name string) string {
	for _, right := range slices.Sorted(maps.Keys(known)) {
		if strings.EqualFold(right, name) {
			return fmt.Sprintf(", which is written %q", right)
		}
	}
	for _, right := range slices.Sorted(maps.Keys(known)) {
		if len(right) > 3 && slips(right, strings.ToLower(name)) <= 2 {
			return fmt.Sprintf("; is it %q?", right)
		}
	}
	return ""
}

// slips is how many letters too many, too few or others one word has than another.
func slips(a, b string) int {
	before := make([]int, len(b)+1)
	for j := range before {
		before[j] = j
	}
	for i := range len(a) {
		now := []int{i + 1}
		for j := range len(b) {
			other := before[j]
			if a[i] != b[j] {
				other++
			}
			now = append(now, min(other, before[j+1]+1, now[j]+1))
		}
		before = now
	}
	return before[len(b)]
}
