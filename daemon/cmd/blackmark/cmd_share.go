package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"blackmark/daemon/commandline"
	"blackmark/daemon/localapi"
	"blackmark/shared/wire"
)

func newShareCommand(t *terminal) *cobra.Command {
	c := &cobra.Command{
		Use:   "share",
		Short: "Share marks with other sellers, and see what they marked",
		Long: `Sharing is off until you join a cloud with an invitation, and nothing is shared
before you say so.

What leaves this computer: for a mark that you share, a tag that stands for
the buyer, a reason and a day; and for each buyer you have orders of, once, a
blinded value that tells the cloud nothing. No id, no name, no note, no order.
Who runs the cloud and holds both its keys and its store can test whether one
buyer of whom he knows the id was reported; nobody else can.

` + exitHelp,
		Example: `  blackmark share join INVITATION
  blackmark share preview
  blackmark share all
  blackmark share status`,
		Args: commandline.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newJoinCommand(t), newSharingStatusCommand(t), newPreviewCommand(t), newShareAllCommand(t),
		newSharedCommand(t), newWithdrawCommand(t), newMuteCommand(t), newShareSettingsCommand(t), newLeaveCommand(t))
	return c
}

// sharing asks for something that answers with all about sharing.
func (t *terminal) sharing(ctx context.Context, path string, body any, said string) error {
	return t.call(ctx, func(call *localapi.Call) error {
		var s wire.Sharing
		if err := call.Post(ctx, path, body, &s); err != nil {
			return err
		}
		return t.print(s, func(w io.Writer) {
			fmt.Fprintln(w, said)
			writeSharing(w, s)
		})
	})
}

func newJoinCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:     "join INVITATION",
		Short:   "Join a cloud with an invitation",
		Long:    "Joins a cloud. The invitation is one word; who sent it to you runs the cloud.\nNothing is shared by joining.\n\n" + exitHelp,
		Example: "  blackmark share join blackmark1...",
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return commandline.Usagef("give the invitation")
			}
			return t.sharing(c.Context(), "/v1/sharing/join", wire.InvitationQuery{Invitation: strings.Join(args, "")},
				"Joined. Nothing is shared yet.")
		},
	}
}

func newSharingStatusCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "How sharing stands", Long: "Shows how sharing stands.\n\n" + exitHelp,
		Example: "  blackmark share status", Args: commandline.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return t.call(c.Context(), func(call *localapi.Call) error {
				var s wire.Sharing
				if err := call.Get(c.Context(), "/v1/sharing", &s); err != nil {
					return err
				}
				return t.print(s, func(w io.Writer) { writeSharing(w, s) })
			})
		},
	}
}

func writeSharing(w io.Writer, s wire.Sharing) {
	switch s.State {
	case wire.NotJoined:
		fmt.Fprintln(w, "Sharing is off. Nothing leaves this computer.")
	case wire.IsLeaving:
		fmt.Fprintf(w, "Leaving %s. It has not confirmed yet that all was deleted; it is asked again by itself.\n", s.Cloud)
	case wire.IsJoined:
		fmt.Fprintf(w, "Joined %s.\n", s.Cloud)
		fmt.Fprintf(w, "  shared     %d, %d changes wait to be sent\n", s.Shared, s.Outbox)
		fmt.Fprintf(w, "  checked    %d, %d buyers wait\n", s.Checked, s.Unchecked)
		if s.Account != nil {
			fmt.Fprintf(w, "  account    counts from %s; %d checks left\n", s.Account.Weighs, s.Account.Evaluations)
		}
		for _, l := range s.Lists {
			if l.Buyers > 0 || l.Old {
				fmt.Fprintf(w, "  list       %s: %d buyers, of %s%s\n", l.Marketplace, l.Buyers, l.Made, oldText(l.Old))
			}
		}
	}
	if s.Problem != nil {
		fmt.Fprintf(w, "  problem    %s\n  hint       %s\n", s.Problem.Message, s.Problem.Hint)
	}
}

func oldText(old bool) string {
	if old {
		return ", too old to be shown"
	}
	return ""
}

// shareFlags say which marks are meant.
func shareFlags(c *cobra.Command, q *wire.ShareQuery) {
	c.Flags().StringArrayVar(&q.Reasons, "reason", nil, "only marks with this reason; may be repeated")
	c.Flags().StringVar(&q.Mark, "mark", "", "only the mark with this id")
	c.Flags().BoolVar(&q.Own, "own", false, "marks made while \"?\" was shown are your own experience, too")
}

// kept says why marks stay on the seller's own list.
var keptTexts = map[string]string{
	"no_order":    "no order of this buyer is known",
	"order_later": "the buyer's orders are younger than the mark",
	"reason_own":  "the reason says little to strangers",
	"scope":       "other sellers see another identifier for this buyer",
	"echo":        "marked while \"?\" was shown; --own says it is your own experience",
	"imported":    "imported, and no order of this buyer was seen yet",
	"expired":     "marked more than a year ago",
}

func newPreviewCommand(t *terminal) *cobra.Command {
	var q wire.ShareQuery
	c := &cobra.Command{
		Use: "preview", Short: "Count what would be shared, and why the rest stays",
		Long:    "Counts what `blackmark share all` would share, and why the rest stays.\n\n" + exitHelp,
		Example: "  blackmark share preview\n  blackmark share preview --reason returns", Args: commandline.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return t.call(c.Context(), func(call *localapi.Call) error {
				var p wire.SharePreview
				if err := call.Post(c.Context(), "/v1/sharing/preview", q, &p); err != nil {
					return err
				}
				return t.print(p, func(w io.Writer) { writePreview(w, p) })
			})
		},
	}
	shareFlags(c, &q)
	return c
}

func writePreview(w io.Writer, p wire.SharePreview) {
	fmt.Fprintf(w, "%d marks would be shared; %d are already.\n", p.Share, p.Shared)
	for _, code := range slices.Sorted(maps.Keys(p.ByReason)) {
		fmt.Fprintf(w, "  %5d  %s\n", p.ByReason[code], reasonText(code))
	}
	if len(p.Kept) > 0 {
		fmt.Fprintln(w, "These stay on your own list:")
	}
	for _, why := range slices.Sorted(maps.Keys(p.Kept)) {
		text := keptTexts[why]
		if text == "" {
			text = why
		}
		fmt.Fprintf(w, "  %5d  %s\n", p.Kept[why], text)
	}
}

func newShareAllCommand(t *terminal) *cobra.Command {
	var q wire.ShareQuery
	c := &cobra.Command{
		Use: "all", Short: "Share all marks that can be, or those with a reason",
		Long:    "Shares all marks that can be shared; `blackmark share preview` counts them first.\n\n" + exitHelp,
		Example: "  blackmark share all\n  blackmark share all --reason returns --reason unpaid", Args: commandline.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return t.sharing(c.Context(), "/v1/sharing/share", q, "They are sent in the background.")
		},
	}
	shareFlags(c, &q)
	return c
}

func newSharedCommand(t *terminal) *cobra.Command {
	var q wire.ListQuery
	c := &cobra.Command{
		Use: "list", Short: "Show what was shared, and when", Long: "Shows what was shared, the newest mark first.\n\n" + exitHelp,
		Example: "  blackmark share list", Args: commandline.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return t.call(c.Context(), func(call *localapi.Call) error {
				var list wire.SharedList
				if err := call.Post(c.Context(), "/v1/sharing/list", q, &list); err != nil {
					return err
				}
				return t.print(list, func(w io.Writer) { writeShared(w, list) })
			})
		},
	}
	c.Flags().IntVar(&q.Limit, "limit", 50, "how many to show, 1 to 100")
	c.Flags().StringVar(&q.Cursor, "cursor", "", "go on from here, as the page before said")
	return c
}

func writeShared(w io.Writer, list wire.SharedList) {
	if len(list.Marks) == 0 {
		fmt.Fprintln(w, "Nothing is shared.")
		return
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "MARK\tBUYER\tREASON\tSHARED")
	for _, m := range list.Marks {
		shared := m.SharedAt
		switch {
		case m.Leaves:
			shared = "is being withdrawn"
		case shared == "":
			shared = "on its way"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", m.ID, m.Keys[0], m.Reason, shared)
	}
	_ = table.Flush()
	if list.Next != "" {
		fmt.Fprintf(w, "Go on with the same command and --cursor %s\n", list.Next)
	}
}

func newWithdrawCommand(t *terminal) *cobra.Command {
	var q wire.WithdrawQuery
	c := &cobra.Command{
		Use: "withdraw [MARK]", Short: "Take back what was shared; the marks stay on your own list",
		Long:    "Takes one mark's report back, or all. The next list does not count them any more.\n\n" + exitHelp,
		Example: "  blackmark share withdraw --all", Args: commandline.AtMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				q.Mark = args[0]
			}
			return t.sharing(c.Context(), "/v1/sharing/withdraw", q, "Withdrawn; the cloud is told in the background.")
		},
	}
	c.Flags().BoolVar(&q.All, "all", false, "everything that was shared")
	return c
}

func newMuteCommand(t *terminal) *cobra.Command {
	var whom buyerFlags
	q := wire.MuteQuery{On: true}
	off := false
	c := &cobra.Command{
		Use: "mute marketplace:region:kind:id", Short: "Hide other sellers' reports on one buyer",
		Long:    "Hides other sellers' reports on one buyer, whatever later lists say.\n\n" + exitHelp,
		Example: "  blackmark share mute shopee:br:user_id:900000009\n  blackmark share mute shopee:br:user_id:900000009 --off", Args: commandline.AtMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			var err error
			if q.Keys, _, err = whom.read(args); err != nil {
				return err
			}
			q.On = !off
			return t.sharing(c.Context(), "/v1/sharing/mute", q, "Done.")
		},
	}
	c.Flags().BoolVar(&off, "off", false, "show them again")
	return c
}

func newShareSettingsCommand(t *terminal) *cobra.Command {
	var given wire.SharingSettings
	c := &cobra.Command{
		Use: "settings", Short: "Show or change from how many sellers \"?\" shows, and what is shared by itself",
		Long: "Shows the settings of sharing; what is named is changed.\n\n" + reasonsHelp() + "\n" + exitHelp,
		Example: `  blackmark share settings
  blackmark share settings --threshold 3 --ignore quality_dispute
  blackmark share settings --auto returns,unpaid --delay 120`, Args: commandline.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error { return t.shareSettings(c, given) },
	}
	c.Flags().IntVar(&given.Threshold, "threshold", 1, "from how many sellers \"?\" shows, 1 to 255")
	c.Flags().StringSliceVar(&given.Ignored, "ignore", nil, "reasons that do not count; empty for none")
	c.Flags().StringSliceVar(&given.Auto, "auto", nil, "reasons whose new marks are shared by themselves; empty for none")
	c.Flags().IntVar(&given.Delay, "delay", 60, "seconds from mark to share")
	return c
}

func (t *terminal) shareSettings(c *cobra.Command, given wire.SharingSettings) error {
	ctx := c.Context()
	return t.call(ctx, func(call *localapi.Call) error {
		var s wire.Sharing
		if err := call.Get(ctx, "/v1/sharing", &s); err != nil {
			return err
		}
		changed := false
		for name, take := range map[string]func(){
			"threshold": func() { s.Settings.Threshold = given.Threshold },
			"ignore":    func() { s.Settings.Ignored = given.Ignored },
			"auto":      func() { s.Settings.Auto = given.Auto },
			"delay":     func() { s.Settings.Delay = given.Delay },
		} {
			if c.Flags().Changed(name) {
				take()
				changed = true
			}
		}
		if changed {
			if err := call.Post(ctx, "/v1/sharing/settings", s.Settings, &s); err != nil {
				return err
			}
		}
		return t.print(s.Settings, func(w io.Writer) {
			fmt.Fprintf(w, "  \"?\" shows from  %d sellers\n", s.Settings.Threshold)
			fmt.Fprintf(w, "  ignored         %s\n", listText(s.Settings.Ignored))
			fmt.Fprintf(w, "  shared by itself  %s\n", listText(s.Settings.Auto))
			fmt.Fprintf(w, "  delay           %d seconds\n", s.Settings.Delay)
		})
	})
}

func listText(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

func newLeaveCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use: "leave", Short: "Leave the cloud; all that was shared is deleted there",
		Long:    "Leaves the cloud. It deletes all that you shared; other sellers' reports are\nshown no more. Your own list stays as it is.\n\n" + exitHelp,
		Example: "  blackmark share leave", Args: commandline.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return t.sharing(c.Context(), "/v1/sharing/leave", nil, "The cloud is asked to delete all that was shared.")
		},
	}
}
