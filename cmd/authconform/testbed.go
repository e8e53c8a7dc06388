package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/testbed"
)

func testbedCommand() *cobra.Command {
	c := &cobra.Command{Use: "testbed", Short: "Prepare a real home for the linking profile", Args: subcommand, RunE: help}
	c.AddCommand(&cobra.Command{
		Use: "install CONFIG-DIR", Short: "Install our demo integration into a home's configuration folder",
		Args: oneArgument("the configuration folder of a home"),
		Long: `Install our integration, the demo thermostat, into the configuration folder of a
Home Assistant. It lets authconform act as the third party, use a token on demand
and see the state of its entries. An older copy is replaced.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			list, err := testbed.Install(args[0])
			if err != nil {
				return exit.Usagef("%v", err)
			}
			w := cmd.OutOrStdout()
			for _, name := range list {
				fmt.Fprintln(w, name)
			}
			fmt.Fprint(w, `
Add these lines to configuration.yaml, and restart the home:

  application_credentials:
  authconform_demo:

Then: authconform run --profile linking --target URL --user NAME
To undo it, delete custom_components/authconform_demo and the second line.
`)
			return nil
		},
	})
	return c
}
