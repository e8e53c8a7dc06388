package main

import (
	"github.com/spf13/cobra"

	"github.com/authconform/authconform/internal/flags"
)

// configFlag is the file that every command can be configured by.
type configFlag struct {
	Config string `flag:"config" value:"FILE" group:"Configuration" help:"file that sets any of these flags by name (authconform.yaml)"`
}

// declare gives a command its flags, with their environment variables and their keys in the file of --config, and what to
// do once they are settled.
func declare(c *cobra.Command, options any, config *string, do func(*cobra.Command, []string) error) *flags.Set {
	set := flags.New(c.Flags())
	set.Bind(options, "")
	c.SetUsageFunc(usage(func() string { return set.Help("", helpWidth) }))
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return set.Problem(err, c.CommandPath()) })
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if err := set.Settle(*config); err != nil {
			return err
		}
		return do(cmd, args)
	}
	return set
}
