package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"blackmark/daemon/commandline"
	"blackmark/daemon/localapi"
	"blackmark/shared/reason"
	"blackmark/shared/wire"
)

func newMarkCommand(t *terminal) *cobra.Command {
	var whom buyerFlags
	mark := wire.NewMark{Via: wire.ByLine}
	c := &cobra.Command{
		Use:   "mark [marketplace:region:kind:id] --reason REASON",
		Short: "Put a buyer on My Blacklist",
		Long: `Puts a buyer on My Blacklist, or gives him another reason. The buyer is named
by an identifier as the marketplace shows it, or by one of his orders that
a page has shown.

` + reasonsHelp() + "\n" + marketplacesHelp() + "\n" + exitHelp,
		Example: `  blackmark mark shopee:br:user_id:900000009 --reason returns
  blackmark mark ebay::username:madeup-buyer --reason unpaid --note "twice in May"
  blackmark mark --marketplace aliexpress --id 12345678 --reason extortion --name "A. Buyer"
  blackmark mark --marketplace shopee --region br --order 250101ABCDEFGH --reason returns`,
		Args: commandline.AtMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			if _, err := reason.Find(mark.Reason); err != nil {
				return err
			}
			var err error
			if mark.Keys, mark.Order, err = whom.read(args); err != nil {
				return err
			}
			return t.mark(c.Context(), mark)
		},
	}
	whom.add(c)
	c.Flags().StringArrayVar(&whom.also, "also", nil, "another identifier of the same buyer; may be repeated")
	c.Flags().StringVar(&mark.Reason, "reason", "", "why; one of the reasons above")
	c.Flags().StringVar(&mark.Note, "note", "", "a note for yourself, at most 1,000 characters")
	c.Flags().StringVar(&mark.Name, "name", "", "the buyer's name, to recognise him by")
	c.Flags().BoolVar(&mark.IfAbsent, "if-absent", false, "leave an older mark of this buyer as it is")
	return c
}

func reasonsHelp() string {
	var b strings.Builder
	b.WriteString("Reasons:\n")
	for _, r := range reason.All() {
		fmt.Fprintf(&b, "  %-18s %s\n", r.Code, r.Text.En)
	}
	return b.String()
}

func (t *terminal) mark(ctx context.Context, mark wire.NewMark) error {
	mark.ID = newID()
	return t.call(ctx, func(call *localapi.Call) error {
		var answer wire.OutcomesBody
		if err := call.Post(ctx, "/v1/marks", wire.MarksBody{Marks: []wire.NewMark{mark}}, &answer); err != nil {
			return err
		}
		return t.printOutcome(answer)
	})
}

// printOutcome prints what became of the one thing that was asked.
func (t *terminal) printOutcome(answer wire.OutcomesBody) error {
	if len(answer.Outcomes) != 1 {
		return fmt.Errorf("the daemon answered %d outcomes to one request", len(answer.Outcomes))
	}
	outcome := answer.Outcomes[0]
	if outcome.Problem != nil {
		return outcome.Problem
	}
	return t.print(outcome, func(w io.Writer) {
		fmt.Fprintln(w, outcomeText(outcome.Result))
		if outcome.Mark != nil {
			writeMark(w, *outcome.Mark)
		}
	})
}

func outcomeText(r wire.Result) string {
	switch r {
	case wire.ResultMarked:
		return "Marked."
	case wire.ResultReplaced:
		return "Marked; the older mark of this buyer gave way."
	case wire.ResultAlready:
		return "Already marked; left as it was."
	case wire.ResultCancelled:
		return "The mark was taken back."
	case wire.ResultAbsent:
		return "This buyer is not marked; nothing to take back."
	}
	return string(r)
}

// writeMark shows a mark to the person.
func writeMark(w io.Writer, m wire.Mark) {
	for i, k := range m.Keys {
		label := "buyer"
		if i > 0 {
			label = "also"
		}
		fmt.Fprintf(w, "  %-8s%s\n", label, k)
	}
	if m.Name != "" {
		fmt.Fprintf(w, "  name    %s\n", m.Name)
	}
	fmt.Fprintf(w, "  reason  %s\n", reasonText(m.Reason))
	if m.Note != "" {
		fmt.Fprintf(w, "  note    %s\n", strings.ReplaceAll(m.Note, "\n", "\n          "))
	}
	if m.Order != nil {
		fmt.Fprintf(w, "  order   %s\n", m.Order.Number)
	}
	fmt.Fprintf(w, "  marked  %s\n", m.At)
}

func reasonText(code string) string {
	r, err := reason.Find(code)
	if err != nil {
		return code
	}
	return r.Text.En
}

// newID names a mark or a cancel.
func newID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return hex.EncodeToString(b)
}
