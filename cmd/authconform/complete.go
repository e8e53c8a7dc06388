package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/internal/flags"
	"github.com/authconform/authconform/suites/profiles"
)

// helpWidth is how wide help is: of a terminal that nobody has changed.
const helpWidth = 80

// grouped shows a command's flags by purpose.
func grouped(c *cobra.Command, set *flags.Set) {
	c.SetUsageFunc(func(c *cobra.Command) error {
		c.Printf("Usage:\n  %s\n", c.UseLine())
		if c.Example != "" {
			c.Printf("\nExamples:\n%s\n", c.Example)
		}
		c.Printf("\n%s", set.Help("", helpWidth))
		return nil
	})
}

// helpOfKind shows the flags of the kind of targets that the profile judges, by purpose.
func helpOfKind(c *cobra.Command, set *flags.Set, profile *string) {
	c.SetUsageFunc(func(c *cobra.Command) error {
		kind := ""
		if p, err := loadProfile(*profile); err == nil {
			kind = p.Kind
		}
		c.Printf("Usage:\n  %s\n", c.UseLine())
		c.Printf("\nExamples:\n%s\n\n%s", c.Example, set.Help(kind, helpWidth))
		c.Printf("\nProfiles: %s. Each has flags of its own: run --profile NAME --help\n", strings.Join(profiles.Names(), ", "))
		return nil
	})
}

// complete offers words for a flag; for a list, after its last comma.
func complete(c *cobra.Command, flag string, words func() []string) {
	_ = c.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		head := typed[:strings.LastIndexAny(typed, ",!")+1]
		var out []string
		for _, w := range words() {
			out = append(out, head+w)
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	})
}

func profileWords() []string { return profiles.Names() }

// selectWords are what --select takes: levels, sections, ids.
func selectWords(profile string) []string {
	rows, err := rowsOf(profile)
	if err != nil {
		return nil
	}
	words := []string{"level:must", "level:should", "level:may", "level:info"}
	section := ""
	for _, r := range rows {
		if r.Section != section {
			section = r.Section
			words = append(words, "section:"+section)
		}
	}
	for _, r := range rows {
		words = append(words, r.ID)
	}
	return words
}
