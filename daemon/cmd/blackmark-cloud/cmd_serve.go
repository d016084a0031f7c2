package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"blackmark/daemon/cloud"
	"blackmark/daemon/commandline"
)

type serveFlags struct {
	roles    []string
	config   cloud.Config
	settings cloud.Settings
	served   string
	debug    bool
}

func newServeCommand(t *terminal) *cobra.Command {
	var f serveFlags
	d := cloud.DefaultSettings()
	c := &cobra.Command{
		Use:   "serve",
		Short: "Answer daemons, evaluate, and publish the lists",
		Long: `Makes a cloud in the data folder at the first start, and answers until it is
interrupted (Ctrl-C). Nothing has to be configured. TLS 1.3 with a key of its
own: sellers' daemons trust it through the invitation, no certificate has to
be bought.

Settings are flags, or stand under the same names (with _ for -) in
settings.json of the data folder; a flag wins. For a circle of friends who
trust each other: --quorum 1 --branch-cap 0 --age-days 0.

Roles in processes of their own: a role needs its own folder (api, evaluator
or publisher), trust.json, tls.key and relay.key of the data folder, and
nothing else of it. The api serves the files in the folder "public", which the
publisher writes.

The log goes to standard error and holds no account, tag or address of a
seller.

` + exitHelp,
		Example: `  blackmark-cloud serve
  blackmark-cloud serve --addr :17493 --advertise cloud.example.org:17493 --metrics 127.0.0.1:9464
  blackmark-cloud serve --role evaluator --addr 10.0.0.2:17493
  blackmark-cloud serve --role api,publisher --evaluator 10.0.0.2:17493`,
		Args: commandline.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error { return t.serve(c.Context(), c, f) },
	}
	flags := c.Flags()
	flags.StringSliceVar(&f.roles, "role", []string{"all"}, "api, evaluator, publisher, several of them, or all")
	flags.StringVar(&f.config.Addr, "addr", cloud.DefaultAddr, "address to listen on")
	flags.StringVar(&f.config.Advertise, "advertise", "", "host:port that invitations name (default: where it listens)")
	flags.StringVar(&f.config.Metrics, "metrics", "", "address of the Prometheus route, plain HTTP (default: none)")
	flags.StringVar(&f.config.Evaluator, "evaluator", "", "host:port of an evaluator in another process")
	flags.StringVar(&f.config.API, "api", "", "host:port of an api in another process, for the publisher")
	flags.IntVar(&f.settings.Quorum, "quorum", d.Quorum, "branches of invitations that must agree before a buyer is published")
	flags.IntVar(&f.settings.BranchCap, "branch-cap", d.BranchCap, "what one branch adds to any count at most, 0 for any number")
	flags.IntVar(&f.settings.AgeDays, "age-days", d.AgeDays, "days before an account counts")
	flags.IntVar(&f.settings.ExpiryDays, "expiry-days", d.ExpiryDays, "days after which a report is deleted")
	flags.IntVar(&f.settings.Interval, "interval", d.Interval, "seconds between publications")
	flags.IntVar(&f.settings.Evaluations, "evaluations", d.Evaluations, "evaluations a day and account")
	flags.IntVar(&f.settings.Grant, "grant", d.Grant, "evaluations once at joining and at each epoch")
	flags.IntVar(&f.settings.SharesDay, "shares-day", d.SharesDay, "new reports a day and account")
	flags.IntVar(&f.settings.SharesMax, "shares-max", d.SharesMax, "reports of one account in all")
	flags.StringVar(&f.served, "served", string(d.Served), "for whom buyers are evaluated: everyone, contributors or plan")
	flags.IntVar(&f.settings.Invitations, "invitations", d.Invitations, "invitations that an account may hand out")
	flags.IntVar(&f.settings.Requests, "requests", d.Requests, "requests a minute and account")
	flags.IntVar(&f.settings.Joins, "joins", d.Joins, "attempts to join a minute and network")
	flags.BoolVar(&f.debug, "debug", false, "log every request, without who asked")
	return c
}

func (t *terminal) serve(ctx context.Context, c *cobra.Command, f serveFlags) error {
	dir, err := t.dir()
	if err != nil {
		return err
	}
	f.config.Dir = dir
	if f.config.Settings, err = f.read(c, dir); err != nil {
		return err
	}
	for _, role := range f.roles {
		if role == "all" {
			f.config.Roles = cloud.Roles
			break
		}
		f.config.Roles = append(f.config.Roles, cloud.Role(role))
	}
	options := &slog.HandlerOptions{Level: slog.LevelInfo}
	if f.debug {
		options.Level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(t.err, options))
	if t.json {
		log = slog.New(slog.NewJSONHandler(t.err, options))
	}
	f.config.Log = log
	server, err := cloud.Open(f.config)
	if err != nil {
		return err
	}
	log.Info("the cloud answers", "version", version(), "address", server.Address(), "metrics", server.MetricsAddress())
	if file, there := cloud.RootKeyFile(dir); there {
		log.Warn("the root key is still on this machine: move it to a safe place away from here, and keep a copy. "+
			"Who has it can speak for this cloud; without it no key can be renewed", "file", file)
	}
	err = server.Serve(ctx)
	log.Info("the cloud stops")
	return errors.Join(err, server.Close())
}

// read takes settings.json, and over it the flags that were given.
func (f serveFlags) read(c *cobra.Command, dir string) (cloud.Settings, error) {
	s, err := cloud.ReadSettings(filepath.Join(dir, "settings.json"))
	if err != nil {
		return s, err
	}
	for name, pair := range map[string][2]*int{
		"quorum": {&s.Quorum, &f.settings.Quorum}, "branch-cap": {&s.BranchCap, &f.settings.BranchCap},
		"age-days": {&s.AgeDays, &f.settings.AgeDays}, "expiry-days": {&s.ExpiryDays, &f.settings.ExpiryDays},
		"interval": {&s.Interval, &f.settings.Interval}, "evaluations": {&s.Evaluations, &f.settings.Evaluations},
		"grant": {&s.Grant, &f.settings.Grant}, "shares-day": {&s.SharesDay, &f.settings.SharesDay},
		"shares-max": {&s.SharesMax, &f.settings.SharesMax}, "invitations": {&s.Invitations, &f.settings.Invitations},
		"requests": {&s.Requests, &f.settings.Requests}, "joins": {&s.Joins, &f.settings.Joins},
	} {
		if c.Flags().Changed(name) {
			*pair[0] = *pair[1]
		}
	}
	if c.Flags().Changed("served") {
		s.Served = cloud.Served(strings.TrimSpace(f.served))
	}
	if err := s.Check(); err != nil {
		return s, commandline.Usage(err)
	}
	return s, nil
}
