// Command authconform judges, and plays, the servers and apps of home-automation login: OAuth 2 and IndieAuth as Home
// Assistant speaks them. Each subcommand has a file of its own that turns flags into options and calls; this one holds
// the only os.Exit.
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/internal/flags"
	"github.com/authconform/authconform/internal/harmless"
)

func main() {
	log.SetOutput(io.Discard) // libraries log parts of the target's answers there
	if len(os.Args) == 2 && os.Args[1] == workerWord {
		os.Exit(worker())
	}
	cmd, err := root().ExecuteContextC(interruptible())
	if exit.Code(err) == exit.Usage && cmd.Name() == "run" {
		err = errors.Join(err, noOldReport(cmd, os.Args))
	}
	if err != nil && err.Error() != "" {
		fmt.Fprintln(os.Stderr, "authconform:", harmless.Text(err.Error())) // the error may quote an answer or a file
	}
	os.Exit(exit.Code(err))
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "authconform",
		Short: "Test servers of home-automation login, and mock them",
		Long: `authconform tests servers that speak Home Assistant's login (OAuth 2 and
IndieAuth) for conformance, and provides mock servers that are as strict as the
real ones.`,
		Example: `  authconform run                            judge the built-in mock home
  authconform run http://home:8123 --user ada
  authconform serve                          run a mock home for your app`,
		SilenceErrors: true, SilenceUsage: true,
		Args: subcommand, RunE: help,
	}
	cmd.CompletionOptions.DisableDefaultCmd = true
	cmd.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return flags.Problem(c.Flags(), err, c.CommandPath()) })
	cmd.SetUsageFunc(usage(nil))
	cmd.SetHelpFunc(func(c *cobra.Command, _ []string) { printHelp(c) })
	cmd.SetHelpCommand(helpCommand())
	cmd.AddCommand(runCommand(), listCommand(), explainCommand(), testbedCommand(), serveCommand(), demoCommand(),
		mcpCommand(), proveCommand(), reportCommand(), mergeCommand(), compareCommand(), matrixCommand(), completionCommand(),
		versionCommand(), manCommand())
	for _, sub := range cmd.Commands() {
		sub.Args = usageErrors(sub.Args)
	}
	return cmd
}
