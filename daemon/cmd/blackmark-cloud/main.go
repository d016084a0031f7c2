// Command blackmark-cloud is the cloud-share server and its operator's command
// line.
//
// It wires daemon/cloud to flags and a terminal and holds no rule of it. It
// imports daemon/cloud and the contract, is imported by none, and links neither
// the seller's list nor the daemon's door. Beside a running server it talks to that one; without
// one it opens the folder itself, and listens nowhere.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"blackmark/daemon/disk"
)

func main() {
	disk.CloseToOthers()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	t := &terminal{out: os.Stdout, err: os.Stderr, env: os.Getenv}
	code := t.execute(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
