package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/internal/flags"
	"github.com/authconform/authconform/suites/profiles"
)

// helpWidth is the width of help, in columns: the default width of terminals.
const helpWidth = 80

func help(c *cobra.Command, _ []string) error { return c.Help() }

func printHelp(c *cobra.Command) {
	text := c.Long
	if text == "" {
		text = c.Short + "."
	}
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		fmt.Fprintf(c.OutOrStdout(), "%s\n\n", fold(paragraph, ""))
	}
	fmt.Fprint(c.OutOrStdout(), c.UsageString())
}

// usage prints how to call a command: examples, subcommands, and flags.
func usage(flags func() string) func(*cobra.Command) error {
	return func(c *cobra.Command) error {
		w := c.OutOrStdout()
		line := c.CommandPath()
		if c.Parent() != nil {
			line = strings.TrimSuffix(c.UseLine(), " [flags]")
		}
		if c.HasAvailableSubCommands() {
			line += " COMMAND"
		} else if flags != nil {
			line += " [FLAGS]"
		}
		fmt.Fprintf(w, "Usage:\n  %s\n", line)
		if c.Example != "" {
			fmt.Fprintf(w, "\nExamples:\n%s\n", c.Example)
		}
		if c.HasAvailableSubCommands() {
			fmt.Fprintf(w, "\nCommands:\n")
			for _, sub := range c.Commands() {
				if sub.IsAvailableCommand() {
					fmt.Fprintf(w, "  %-11s %s\n", sub.Name(), sub.Short)
				}
			}
			fmt.Fprintf(w, "\nRun %s COMMAND --help for details.\n", c.CommandPath())
		}
		if flags != nil {
			fmt.Fprintf(w, "\n%s", flags())
		}
		return nil
	}
}

// helpOfKind shows the flags for the kind of target that the profile judges. The environment may name the profile.
func helpOfKind(c *cobra.Command, set *flags.Set, profile, config *string) {
	c.SetUsageFunc(usage(func() string {
		kind := ""
		_, _ = settle(c, set, *config) // show help even with a wrong configuration
		if p, err := loadProfile(*profile); err == nil {
			kind = p.Kind
		}
		return set.Help(kind, helpWidth) + fmt.Sprintf("\n%s\nEach has its own flags: %s --profile NAME --help\n",
			fold("Profiles: "+strings.Join(profiles.Names(), ", ")+".", ""), c.CommandPath())
	}))
}

func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Show the help of a command",
		ValidArgsFunction: func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			return matching(names(c.Root()), typed), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			about := c.Root()
			for _, word := range args {
				below, _, err := about.Find([]string{word})
				if err != nil || below == about {
					return exit.Unknown("command", word, names(about))
				}
				about = below
			}
			return about.Help()
		},
	}
}
