// Command authconform judges, and plays, the servers and apps of home-automation login: OAuth 2 and IndieAuth as Home
// Assistant speaks them. Each subcommand has a file of its own that turns flags into options and calls; this one holds
// the only os.Exit.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/internal/flags"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == workerWord {
		os.Exit(worker())
	}
	err := root().ExecuteContext(interruptible())
	if err != nil && err.Error() != "" {
		fmt.Fprintln(os.Stderr, "authconform:", err)
	}
	os.Exit(exit.Code(err))
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "authconform",
		Short: "Judge, and play, the servers of home-automation login",
		Long: `authconform judges servers that speak Home Assistant's login (OAuth 2 and IndieAuth), and plays
them for you: a mock home that is as strict as the real one.

  authconform run                                    judge the built-in mock home
  authconform run --target http://home:8123 --user ada
  authconform serve                                  be a home, for the app you are writing`,
		SilenceErrors: true, SilenceUsage: true,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			var names []string
			for _, sub := range c.Commands() {
				names = append(names, sub.Name())
			}
			return exit.Unknown("command", args[0], names)
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return flags.Problem(c.Flags(), err, c.CommandPath()) })
	cmd.AddCommand(
		runCommand(), reportCommand(), mergeCommand(), listCommand(), explainCommand(),
		serveCommand(), demoCommand(), testbedCommand(), proveCommand(), versionCommand(),
	)
	for _, sub := range cmd.Commands() {
		usageErrors(sub)
	}
	usageErrors(cmd)
	return cmd
}

// usageErrors gives wrong arguments the exit code of wrong usage.
func usageErrors(c *cobra.Command) {
	check := c.Args
	if check == nil {
		check = cobra.NoArgs
	}
	c.Args = func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			var coded *exit.Error
			if errors.As(err, &coded) {
				return err
			}
			return exit.Usagef("%v (see %s --help)", err, c.CommandPath())
		}
		return nil
	}
}
