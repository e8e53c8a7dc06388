package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/suites/profiles"
)

// shells are the shells that completion supports.
var shells = []string{"bash", "zsh", "fish", "powershell"}

func completionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "completion SHELL", Short: "Print the completion of a shell: " + strings.Join(shells, ", "),
		Example: `  source <(authconform completion bash)
  authconform completion fish > ~/.config/fish/completions/authconform.fish`,
		Args: oneArgument("one of " + strings.Join(shells, ", ")), ValidArgs: shells,
		RunE: func(c *cobra.Command, args []string) error {
			return writeCompletion(c.OutOrStdout(), c.Root(), args[0])
		},
	}
}

func writeCompletion(w io.Writer, root *cobra.Command, shell string) error {
	switch shell {
	case "bash":
		return root.GenBashCompletionV2(w, true)
	case "zsh":
		return root.GenZshCompletion(w)
	case "fish":
		return root.GenFishCompletion(w, true)
	case "powershell":
		return root.GenPowerShellCompletionWithDesc(w)
	}
	return exit.Unknown("shell", shell, shells)
}

// complete offers words for a flag; in a list, it completes the word after the last comma.
func complete(c *cobra.Command, flag string, words func() []string) {
	_ = c.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		head := typed[:strings.LastIndexAny(typed, ",!")+1]
		var out []string
		for _, w := range words() {
			out = append(out, head+w)
		}
		return matching(out, typed), cobra.ShellCompDirectiveNoFileComp
	})
}

// completeProfile offers the built-in profiles, or files.
func completeProfile(c *cobra.Command) {
	_ = c.RegisterFlagCompletionFunc("profile", func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return matching(profiles.Names(), typed), cobra.ShellCompDirectiveDefault
	})
}

// matching returns the words that begin with what was typed.
func matching(words []string, typed string) []string {
	var out []string
	for _, w := range words {
		if strings.HasPrefix(w, typed) {
			out = append(out, w)
		}
	}
	return out
}

// selectWords returns the terms that --select accepts: levels, sections, ids.
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
