package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"blackmark/daemon/cloud"
	"blackmark/daemon/commandline"
	"blackmark/shared/buyer"
)

func newEraseCommand(t *terminal) *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "erase-buyer KEY... --erasures FILE",
		Short: "Delete what is known of a buyer, and take nothing more",
		Long: `Deletes every report on a buyer and takes none from now on. Name every key the
buyer is known by, in one go.

The keys are sealed to the root key and added to a file, which has to outlive
this server: in a new epoch the buyer has another tag, and "rotate-epoch" does
not begin one before everybody in the file was erased there too. Keep the file
off the server.

` + exitHelp,
		Example: `  blackmark-cloud erase-buyer shopee:br:user_id:900000009 --erasures /media/stick/erasures`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return commandline.Usagef("which buyer?")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if file == "" {
				return commandline.Usagef("name the file of erasures: --erasures FILE")
			}
			var keys []buyer.Key
			for _, line := range args {
				key, err := buyer.Parse(line)
				if err != nil {
					return err
				}
				keys = append(keys, key)
			}
			return t.operate(func(o *cloud.Operator, _ cloud.Config) error {
				if err := o.Erase(c.Context(), file, keys); err != nil {
					return err
				}
				return t.print(map[string]int{"erased": len(keys)}, func(w io.Writer) {
					fmt.Fprintln(w, "Erased. The next publication says so. Keep the file of erasures off this server.")
				})
			})
		},
	}
	c.Flags().StringVar(&file, "erasures", "", "the file to which erasures are added")
	return c
}

func newRotateCommand(t *terminal) *cobra.Command {
	var rootKey, erasures string
	c := &cobra.Command{
		Use:   "rotate-epoch --root-key FILE",
		Short: "Begin an epoch with a new evaluator's key",
		Long: `Begins an epoch: a new key for the evaluator, under which every buyer has
another tag. Sellers' daemons evaluate and share anew by themselves. The old
epoch is served and published beside it for 30 days, then everything of it is
deleted, and its key too.

Where buyers were erased, the file of erasures is needed: all of them are
erased in the new epoch before it is served.

` + exitHelp,
		Example: `  blackmark-cloud rotate-epoch --root-key /media/stick/root.key --erasures /media/stick/erasures`,
		Args:    commandline.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			root, err := openRootKey(rootKey)
			if err != nil {
				return err
			}
			return t.operate(func(o *cloud.Operator, config cloud.Config) error {
				epoch, err := o.Rotate(c.Context(), config, root, erasures)
				if err != nil {
					return err
				}
				return t.print(map[string]uint32{"epoch": epoch}, func(w io.Writer) {
					fmt.Fprintf(w, "Epoch %d has begun. The one before is served for 30 days.\n", epoch)
				})
			})
		},
	}
	c.Flags().StringVar(&rootKey, "root-key", "", "the root key's file")
	c.Flags().StringVar(&erasures, "erasures", "", "the file to which `erase-buyer` wrote")
	return c
}

func newRenewCommand(t *terminal) *cobra.Command {
	var rootKey string
	c := &cobra.Command{
		Use:   "renew --root-key FILE",
		Short: "Have the root key vouch for the server's keys for another 400 days",
		Long: `Signs the statements about the server's keys anew. Without them daemons trust
no key of the server. Restart the server, or wait an hour.

` + exitHelp,
		Example: `  blackmark-cloud renew --root-key /media/stick/root.key`,
		Args:    commandline.Exactly(0),
		RunE: func(*cobra.Command, []string) error {
			root, err := openRootKey(rootKey)
			if err != nil {
				return err
			}
			dir, err := t.dir()
			if err != nil {
				return err
			}
			now := time.Now()
			if err := cloud.Renew(dir, root, now); err != nil {
				return err
			}
			return t.print(map[string]bool{"renewed": true}, func(w io.Writer) { fmt.Fprintln(w, "Renewed.") })
		},
	}
	c.Flags().StringVar(&rootKey, "root-key", "", "the root key's file")
	return c
}

func openRootKey(file string) (*cloud.RootKey, error) {
	if file == "" {
		return nil, commandline.Usagef("name the root key's file: --root-key FILE")
	}
	return cloud.ReadRootKey(file)
}
