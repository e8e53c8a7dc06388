package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/internal/flags"
)

// The errors of arguments never repeat the argument: it may hold a password.

// usageErrors gives wrong arguments the exit code for wrong usage. A command without a check takes no arguments.
func usageErrors(check cobra.PositionalArgs) cobra.PositionalArgs {
	if check == nil {
		return noArguments
	}
	return func(c *cobra.Command, args []string) error {
		err := check(c, args)
		var coded *exit.Error
		if err == nil || errors.As(err, &coded) {
			return err
		}
		return exit.Usagef("%v (see %s --help)", err, c.CommandPath())
	}
}

// noArguments accepts no arguments.
func noArguments(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return exit.Usagef("%s takes no arguments (see %s --help)", called(c), c.CommandPath())
	}
	return nil
}

// oneArgument accepts exactly one argument; what describes it.
func oneArgument(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return exit.Usagef("%s takes one argument, %s, and got %d (see %s --help)", called(c), what, len(args), c.CommandPath())
		}
		return nil
	}
}

// atMostOne accepts no argument or one; what describes it.
func atMostOne(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > 1 {
			return exit.Usagef("%s takes one argument, %s, and got %d (see %s --help)", called(c), what, len(args), c.CommandPath())
		}
		return nil
	}
}

// targetArgument sets the target from the argument, if there is one.
func targetArgument(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if c.Flags().Changed("target") {
		return exit.Usagef("the target is given twice: as an argument and with --target")
	}
	return flags.Problem(c.Flags(), c.Flags().Set("target", args[0]), c.CommandPath())
}

// subcommand accepts the name of a subcommand. Without a name the command shows its help.
func subcommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return exit.Unknown("command", args[0], names(c))
}

// called returns the command line of a command, without the program.
func called(c *cobra.Command) string { return strings.TrimPrefix(c.CommandPath(), c.Root().Name()+" ") }

// names lists the subcommands of a command.
func names(c *cobra.Command) []string {
	var list []string
	for _, sub := range c.Commands() {
		if !sub.Hidden {
			list = append(list, sub.Name())
		}
	}
	return list
}
