package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/internal/flags"
)

// configFlag names the configuration file of a command.
type configFlag struct {
	Config string `flag:"config" value:"FILE" group:"Configuration" help:"file with these flags as keys (default: authconform.yaml, if there)"`
}

// declare gives a command its flags, with their environment variables and their keys in the file of --config. The command runs do
// once they are settled.
func declare(c *cobra.Command, options any, config *string, do func(*cobra.Command, []string) error) *flags.Set {
	set := flags.New(c.Flags())
	set.Bind(options, "")
	c.SetUsageFunc(usage(func() string { return set.Help("", helpWidth) }))
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return set.Problem(err, c.CommandPath()) })
	c.RunE = func(cmd *cobra.Command, args []string) error {
		read, err := settle(cmd, set, *config)
		if err != nil {
			return err
		}
		if read != "" {
			fmt.Fprintf(cmd.ErrOrStderr(), "authconform: reading %s of this folder\n", read)
		}
		return do(cmd, args)
	}
	return set
}

// settle fills the flags from the environment and from a file. found is the file if nobody named it: all commands share it, so it
// may have keys of other commands.
func settle(c *cobra.Command, set *flags.Set, config string) (found string, err error) {
	file, unnamed, err := flags.File(config)
	switch {
	case err != nil:
		return "", err
	case !unnamed:
		return "", set.Settle(file)
	}
	var elsewhere []string
	for _, other := range c.Root().Commands() {
		elsewhere = append(elsewhere, flags.Names(other.Flags())...)
	}
	return file, set.Settle(file, elsewhere...)
}
