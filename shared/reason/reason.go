// Package reason holds the reasons for which a seller marks a buyer.
//
// Codes are stored and shared: they are never renamed or reused. The words are
// translated. It imports shared/problem alone and does no I/O; the list is
// compiled in.
package reason

import (
	_ "embed"
	"encoding/json"

	"blackmark/shared/problem"
)

//go:embed reasons.json
var source []byte

// Text is one phrase in each language of the product.
type Text struct {
	En   string `json:"en"`
	ZhCN string `json:"zh_CN"`
}

// Reason is one entry of the list.
type Reason struct {
	Code  string `json:"code"`
	Share bool   `json:"share"` // may leave the seller's machine by default
	Text  Text   `json:"text"`  // as the menu shows it
	Short Text   `json:"short"` // as a badge or a table shows it
}

var (
	reasons []Reason
	byCode  = map[string]Reason{}
)

func init() {
	var file struct {
		Format  int      `json:"format"`
		Reasons []Reason `json:"reasons"`
	}
	if err := json.Unmarshal(source, &file); err != nil {
		panic("reasons.json: " + err.Error())
	}
	reasons = file.Reasons
	for _, r := range reasons {
		byCode[r.Code] = r
	}
}

// ErrNone says that no reason was given.
var ErrNone = problem.New(problem.Invalid, "reason_missing",
	"a mark needs a reason", "choose one of the reasons")

// ErrUnknown says that the code is not on the list.
var ErrUnknown = problem.New(problem.Invalid, "reason_unknown",
	"this reason is not known", "choose one of the reasons that `blackmark mark --help` lists")

// All returns the reasons in the order in which menus show them.
func All() []Reason { return append([]Reason(nil), reasons...) }

// Find returns the reason with this code, ErrNone for an empty one and
// ErrUnknown for any other that is not on the list.
func Find(code string) (Reason, error) {
	if code == "" {
		return Reason{}, ErrNone.In("reason")
	}
	r, ok := byCode[code]
	if !ok {
		return Reason{}, ErrUnknown.In("reason")
	}
	return r, nil
}
