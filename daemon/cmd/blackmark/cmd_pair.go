package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"blackmark/daemon/commandline"
	"blackmark/daemon/localapi"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// askEvery is how often the command line asks whether the code was used.
const askEvery = 300 * time.Millisecond

var (
	errPairExpired = problem.New(problem.Unavailable, "pairing_expired",
		"the code was not used in time", "run `blackmark pair` again and paste the new code within two minutes")
	errPairTries = problem.New(problem.Refused, "pairing_tries",
		"too many wrong codes were tried, so this one is worth nothing now", "run `blackmark pair` again and copy the whole code")
)

func newPairCommand(t *terminal) *cobra.Command {
	var keepClipboard bool
	var revoke string
	c := &cobra.Command{
		Use:   "pair",
		Short: "Connect a browser with the Blackmark extension",
		Long: `Shows a code that is good for one browser, for two minutes and five tries.
It is put on the clipboard too, where the system has one. In the browser: open
the Blackmark popup, choose "Pair", paste the code. The command ends by itself
when the browser has used it.

With --json the first line is the code, the last one the paired browser.

` + exitHelp,
		Example: `  blackmark pair
  blackmark pair --revoke 0123456789abcdef0123456789abcdef`,
		Args: commandline.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if revoke != "" {
				return t.revoke(c.Context(), revoke)
			}
			return t.pair(c.Context(), !keepClipboard && !t.json)
		},
	}
	c.Flags().BoolVar(&keepClipboard, "no-clipboard", false, "leave the clipboard alone")
	c.Flags().StringVar(&revoke, "revoke", "", "end the pairing of this browser instead; `ID` as `blackmark status` shows it")
	return c
}

func (t *terminal) revoke(ctx context.Context, id string) error {
	return t.call(ctx, func(call *localapi.Call) error {
		if err := call.Post(ctx, "/v1/clients/revoke", wire.RevokeQuery{ID: id}, nil); err != nil {
			return err
		}
		return t.print(map[string]string{"revoked": id}, func(w io.Writer) {
			fmt.Fprintln(w, "The pairing was ended; that browser is cut off.")
		})
	})
}

func (t *terminal) pair(ctx context.Context, clipboard bool) error {
	return t.call(ctx, func(call *localapi.Call) error {
		var window wire.Pairing
		if err := call.Post(ctx, "/v1/pairing", nil, &window); err != nil {
			return err
		}
		copied := clipboard && copyText(ctx, t.env, window.Code)
		if err := t.print(window, func(w io.Writer) { writeWindow(w, window, copied) }); err != nil {
			return err
		}
		return t.awaitPaired(ctx, call, window)
	})
}

func (t *terminal) awaitPaired(ctx context.Context, call *localapi.Call, window wire.Pairing) error {
	ticker := time.NewTicker(askEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return problem.New(problem.Unavailable, "interrupted", "interrupted; the code stays good until its time is over", "")
		case <-ticker.C:
		}
		var now wire.Pairing
		if err := call.Get(ctx, "/v1/pairing", &now); err != nil {
			if ctx.Err() != nil {
				continue
			}
			return err
		}
		switch {
		case now.Paired != nil:
			return t.print(now, func(w io.Writer) {
				fmt.Fprintf(w, "Paired with %s.\n", now.Paired.Browser)
			})
		case now.Open && now.Expires == window.Expires:
			continue
		case now.Tries == 0:
			return errPairTries
		}
		return errPairExpired
	}
}

func writeWindow(w io.Writer, window wire.Pairing, copied bool) {
	fmt.Fprintf(w, "\n    %s\n\n", grouped(window.Code))
	where := "This is the pairing code"
	if copied {
		where += "; it is on the clipboard"
	}
	fmt.Fprintf(w, `%s. It is good for one browser and two minutes.

In the browser where the Blackmark extension is installed:
  1. click the Blackmark button beside the address bar
  2. choose "Pair", paste the code, confirm

Waiting for the browser... (Ctrl-C to leave)
`, where)
}

// grouped writes a code so that it can be read: five groups of five or six.
func grouped(code string) string {
	var groups []string
	for len(code) > 6 {
		groups = append(groups, code[:5])
		code = code[5:]
	}
	return strings.Join(append(groups, code), " ")
}
