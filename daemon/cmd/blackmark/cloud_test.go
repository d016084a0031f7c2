package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"blackmark/daemon/cloud"
	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
)

// servedCloud is a cloud server for friends, which publishes every second, in a
// process of its own: served-cloud FOLDER.
func servedCloud() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	s := cloud.DefaultSettings()
	s.Quorum, s.AgeDays, s.BranchCap, s.Interval = 1, 0, 0, 1
	server, err := cloud.Open(cloud.Config{Dir: os.Args[1], Addr: "127.0.0.1:0", Settings: s})
	if err == nil {
		err = server.Serve(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// invitation writes an invitation of the cloud in a folder into a file:
// invitation FOLDER FILE.
func invitation(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	eventually(ts, "the cloud answers its operator", func() bool {
		// Before the server has opened its door the operator would take the folder.
		if _, err := os.Stat(filepath.Join(dir, "api", "operator.json")); err != nil {
			return false
		}
		operator, err := cloud.OpenOperator(cloud.Config{Dir: dir})
		if err != nil {
			return false
		}
		defer operator.Close()
		var made cloud.Invited
		if operator.Do(context.Background(), "invite", cloud.InviteQuery{Uses: 1, Days: 1}, &made) != nil {
			return false
		}
		return os.WriteFile(ts.MkAbs(args[1]), []byte(made.Invitation), 0o600) == nil
	})
}

// joins uses the invitation in a file.
func joins(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(ts.Exec("blackmark", "share", "join", strings.TrimSpace(ts.ReadFile(args[0]))))
}

// sold puts an order of a buyer into the history of a data folder, as if a page
// had shown it: sold FOLDER NUMBER BUYER. No daemon may run there.
func sold(ts *testscript.TestScript, _ bool, args []string) {
	key, err := buyer.Parse(args[2])
	ts.Check(err)
	store, err := orders.Open(orders.Config{Dir: ts.MkAbs(args[0]) + "/orders", MinFree: 1})
	ts.Check(err)
	_, err = store.See(context.Background(), []orders.Sighting{{Marketplace: key.Marketplace, Region: key.Region,
		Number: args[1], Keys: []buyer.Key{key}, Source: orders.FromDefinition}})
	ts.Check(err)
	ts.Check(store.Close())
}

// until runs a program until what it prints matches: until PATTERN blackmark list.
// With an exclamation mark before it, the program is to fail.
func until(ts *testscript.TestScript, neg bool, args []string) {
	pattern := regexp.MustCompile("(?m)" + args[0])
	eventually(ts, args[0], func() bool {
		return (ts.Exec(args[1], args[2:]...) != nil) == neg && pattern.MatchString(ts.ReadFile("stdout"))
	})
}
