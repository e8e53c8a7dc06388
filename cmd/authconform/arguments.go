package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/internal/flags"
)

// The arguments of commands. Their errors do not repeat what was given: it may hold a password.

// usageErrors gives wrong arguments the exit code of wrong usage; a command without a check takes none.
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

// noArguments takes none.
func noArguments(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return exit.Usagef("%s takes no arguments (see %s --help)", called(c), c.CommandPath())
	}
	return nil
}

// oneArgument takes exactly one; what says what it is.
func oneArgument(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return exit.Usagef("%s takes one argument, %s, and got %d (see %s --help)", called(c), what, len(args), c.CommandPath())
		}
		return nil
	}
}

// atMostOne takes one or none; what says what it is.
func atMostOne(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > 1 {
			return exit.Usagef("%s takes one argument, %s, and got %d (see %s --help)", called(c), what, len(args), c.CommandPath())
		}
		return nil
	}
}

// targetArgument takes the target from the argument, where there is one.
func targetArgument(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if c.Flags().Changed("target") {
		return exit.Usagef("the target is given twice: as an argument and with --target")
	}
	return flags.Problem(c.Flags(), c.Flags().Set("target", args[0]), c.CommandPath())
}

// subcommand takes the name of a command below; none is a wish for help.
func subcommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return exit.Unknown("command", args[0], names(c))
}

// called is how a command is called, without the program.
func called(c *cobra.Command) string { return strings.TrimPrefix(c.CommandPath(), c.Root().Name()+" ") }

// names lists the commands below another.
func names(c *cobra.Command) []string {
	var list []string
	for _, sub := range c.Commands() {
		if !sub.Hidden {
			list = append(list, sub.Name())
		}
	}
	return list
}
