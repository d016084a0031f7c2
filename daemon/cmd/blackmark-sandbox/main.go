// Command blackmark-sandbox serves the rehearsal seller centers on this
// machine: pages that behave as the real ones do, with made-up orders.
//
// It imports the sandbox and cobra, and nothing else of ours. It never listens
// on anything but the address it was given.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"blackmark/daemon/sandbox"
	"blackmark/shared/problem"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "blackmark-sandbox:", err)
		var p *problem.Error
		if errors.As(err, &p) && p.Hint != "" {
			fmt.Fprintln(os.Stderr, "  ", p.Hint)
		}
		stop()
		os.Exit(1)
	}
}

func command() *cobra.Command {
	var addr string
	var asJSON, verbose bool
	cmd := &cobra.Command{
		Use:   "blackmark-sandbox",
		Short: "Serve rehearsal seller centers on this machine",
		Long: `Serve rehearsal seller centers: pages built like Shopee Seller Centre,
Dianxiaomi and AliExpress seller center, with made-up orders and buyers.
Use them to try Blackmark without a shop, and to test it.

The pages are reached under the real host names, so a browser must be started
with the arguments that this command prints. It must be a browser profile of
its own: in it, no real site can be reached.

A page takes its scenario from its address:
  orders=200    how many orders (default 120, at most 20000)
  seed=7        which made-up orders; the same seed gives the same ones
  virtual=0|1   reuse the elements of rows (default 1 on Dianxiaomi)
  latency=50    milliseconds that every JSON answer takes
  feed=1        Shopee: rows come as one scrolls, and are drawn anew meanwhile
  login=1       AliExpress: the order list's JSON names the buyer's login
  build=2       AliExpress: other hashes in the class names
  columns=2     Dianxiaomi: the columns in another order
  lang=en       AliExpress: English instead of Chinese`,
		Example: `  blackmark-sandbox
  blackmark-sandbox --addr 127.0.0.1:17443
  blackmark-sandbox --json          one line for programs, then serve`,
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			level := slog.LevelWarn
			if verbose {
				level = slog.LevelDebug
			}
			log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: level}))
			return serve(cmd.Context(), addr, asJSON, cmd.OutOrStdout(), log)
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:0", "address to listen on; port 0 takes a free one")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON line with addr, hosts and browser_args")
	cmd.Flags().BoolVar(&verbose, "verbose", false, "log what browsers do wrong, to standard error")
	return cmd
}

// serve runs until the context ends.
func serve(ctx context.Context, addr string, asJSON bool, out io.Writer, log *slog.Logger) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil || (host != "127.0.0.1" && host != "localhost") {
		return problem.New(problem.Invalid, "sandbox_addr", "the sandbox listens on this machine only",
			"give an address such as 127.0.0.1:0").In("addr")
	}
	server, err := sandbox.Start(addr, log)
	if err != nil {
		return problem.New(problem.Unavailable, "sandbox_listen", "the sandbox cannot listen on "+addr,
			"another program may hold the port; 127.0.0.1:0 takes a free one").Because(err)
	}
	if err := announce(out, server, asJSON); err != nil {
		return errors.Join(err, server.Close())
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	select {
	case <-ctx.Done():
		return server.Close()
	case err := <-ended:
		return err
	}
}

func announce(out io.Writer, server *sandbox.Server, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(map[string]any{
			"addr": server.Addr(), "hosts": sandbox.Hosts(), "browser_args": server.BrowserArgs(),
		})
	}
	quoted := []string{}
	for _, arg := range server.BrowserArgs() {
		quoted = append(quoted, "'"+arg+"'")
	}
	_, err := fmt.Fprintf(out, `Rehearsal seller centers on %s. Stop with Ctrl-C.

Start a browser for them:
  chromium --user-data-dir=.run/rehearsal-browser %s

Then open:
  https://%s/portal/sale/order?type=toship
  https://%s/web/order/all?go=m1-1
  https://%s/order/index.htm?go=m101
  https://%s/m_apps/order-manage/orderList?channelId=98158
  https://%s/m_apps/im-chat/im#/window
`, server.Addr(), strings.Join(quoted, " "), sandbox.HostShopeeBR, sandbox.HostDianxiaomi,
		sandbox.HostDianxiaomi, sandbox.HostAliExpress, sandbox.HostMessages)
	return err
}
