//go:generate sh -c "go run ./format sites/*"

package site

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// width is the longest line of a formatted definition, in characters.
const width = 110

// Formatted is the one way in which a definition is written: an object or list
// that fits on its line stays on it, any other has each part on its own. The
// order of the fields stays.
func Formatted(data []byte) ([]byte, error) {
	if err := readable(data); err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	tree, err := readNode(decoder)
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	tree.write(&out, "", 0)
	out.WriteByte('\n')
	return []byte(out.String()), nil
}

// node is a JSON value that remembers the order of its fields.
type node struct {
	open, close string // "" for a plain value
	plain       string
	names       []string
	parts       []node
}

func readNode(decoder *json.Decoder) (node, error) {
	token, err := decoder.Token()
	if err != nil {
		return node{}, err
	}
	delim, ok := token.(json.Delim)
	if !ok {
		plain, err := encode(token)
		return node{plain: plain}, err
	}
	n := node{open: delim.String(), close: map[json.Delim]string{'{': "}", '[': "]"}[delim]}
	for decoder.More() {
		if delim == '{' {
			name, err := decoder.Token()
			if err != nil {
				return node{}, err
			}
			text, err := encode(name)
			if err != nil {
				return node{}, err
			}
			n.names = append(n.names, text)
		}
		part, err := readNode(decoder)
		if err != nil {
			return node{}, err
		}
		n.parts = append(n.parts, part)
	}
	_, err = decoder.Token()
	return n, err
}

func encode(v any) (string, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return strings.TrimSuffix(out.String(), "\n"), err
}

// write writes the node; used is what already stands on its line.
func (n node) write(out *strings.Builder, indent string, used int) {
	if line := n.line(); len(n.parts) == 0 || used+utf8.RuneCountInString(line) < width {
		out.WriteString(line)
		return
	}
	out.WriteString(n.open)
	deeper := indent + "  "
	for i, part := range n.parts {
		out.WriteString("\n" + deeper)
		used := utf8.RuneCountInString(deeper)
		if n.names != nil {
			out.WriteString(n.names[i] + ": ")
			used += utf8.RuneCountInString(n.names[i]) + 2
		}
		part.write(out, deeper, used)
		if i < len(n.parts)-1 {
			out.WriteByte(',')
		}
	}
	out.WriteString("\n" + indent + n.close)
}

// line is the node on one line.
func (n node) line() string {
	if n.open == "" {
		return n.plain
	}
	parts := make([]string, len(n.parts))
	for i, part := range n.parts {
		parts[i] = part.line()
		if n.names != nil {
			parts[i] = n.names[i] + ": " + parts[i]
		}
	}
	return n.open + strings.Join(parts, ", ") + n.close
}
