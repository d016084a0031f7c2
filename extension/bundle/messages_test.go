package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The messages of the product: both languages whole, each used, none missing.
func TestMessages(t *testing.T) {
	if err := checkout(t).checkMessages(); err != nil {
		t.Error(err)
	}
}

func TestMessageTypesAreCurrent(t *testing.T) {
	if err := checkout(t).checkTypes(); err != nil {
		t.Error(err)
	}
}

// Each fault that the check is for, and what it says of it.
func TestCheckMessagesFinds(t *testing.T) {
	const good = `{"row_marked": {"message": "$WHO$ marked $2", "placeholders": {"who": {"content": "$1"}}}}`
	const code = `export const text = t('row_marked', 'a', 'b');`
	for name, c := range map[string]struct{ en, zh, code, want string }{
		"nothing": {good, good, code, ""},
		"a key one language lacks": {good, `{}`, code,
			`message "row_marked" is missing in zh_CN`},
		"a key only the other has": {`{}`, good, `const key = 'row_marked';`,
			`message "row_marked" is missing in en`},
		"another number of values": {good, `{"row_marked": {"message": "$1"}}`, code,
			`takes the values [1 2] in en and [1] in zh_CN`},
		"an empty text": {good, `{"row_marked": {"message": " "}}`, code,
			`message "row_marked" is empty in zh_CN`},
		"a placeholder that is not declared": {`{"row_marked": {"message": "$WHO$"}}`, good, code,
			`$WHO$ has no placeholder`},
		"a placeholder that is not in the text": {
			`{"row_marked": {"message": "$1 $2", "placeholders": {"who": {"content": "$1"}}}}`, good, code,
			`placeholder who is not in the text`},
		"a key that nothing uses": {good, good, `console.log(1)`,
			`message "row_marked" is used nowhere`},
		"a key that does not exist": {good, good, code + `t('row_gone')`,
			`src/ui/text.ts uses the message "row_gone"`},
		"a key of another shape": {`{"rowMarked": {"message": "x"}}`, `{"rowMarked": {"message": "x"}}`, code,
			`a key is lower case`},
	} {
		t.Run(name, func(t *testing.T) {
			err := house(t, map[string]string{
				"extension/src/ui/messages.en.json":    c.en,
				"extension/src/ui/messages.zh_CN.json": c.zh,
				"extension/src/ui/text.ts":             c.code,
			}).checkMessages()
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestUses(t *testing.T) {
	const messages = `{"from_table": {"message": "x"}, "state_open": {"message": "x"}}`
	s := house(t, map[string]string{
		"extension/src/ui/messages.en.json":    messages,
		"extension/src/ui/messages.zh_CN.json": messages,
		"extension/src/ui/text.tsx":            "const keys = { a: 'from_table' }; t(`state_${state}`)",
	})
	if err := s.checkMessages(); err != nil {
		t.Errorf("keys in tables and templates are uses: %v", err)
	}
}

func TestProblemsNeedWords(t *testing.T) {
	s := house(t, map[string]string{
		"shared/problem/problem.go": `package problem
			var internal = New(Internal, "internal", "m", "h")`,
		"daemon/ledger/ledger.go": `package ledger
			import "blackmark/shared/problem"
			var (
				ErrFull = problem.New(problem.NoSpace, "no_space", "m", "h")
				other = New(1, "not_a_problem", "m", "h")
			)`,
		"daemon/cmd/blackmark/pair.go": `package main
			import (
				"blackmark/daemon/ledger"
				"blackmark/shared/problem"
			)
			var errPrinted = problem.New(problem.Refused, "printed_only", "m", "h")`,
		"daemon/attic/attic.go": `package attic
			import "blackmark/shared/problem"
			var errUnlinked = problem.New(problem.Refused, "not_linked", "m", "h")`,
	})
	codes, err := s.problemCodes()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"internal", "no_space"}, codes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	err = s.checkMessages()
	if err == nil || !strings.Contains(err.Error(), "no words in zh_CN: problem_internal, problem_internal_hint, problem_no_space") {
		t.Errorf("got %v", err)
	}
}

func TestTypes(t *testing.T) {
	all := catalogs{"en": {
		"plain":   {Message: "x"},
		"another": {Message: "x"},
		"two":     {Message: "$2 of $1"},
	}}
	got := string(all.types())
	for _, want := range []string{
		"export type Message0 =\n  | 'another'\n  | 'plain';\n",
		"export type Message1 = never;\n",
		"export type Message2 =\n  | 'two';\n",
		"  (key: Message2, value1: string | number, value2: string | number): string;\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
}
