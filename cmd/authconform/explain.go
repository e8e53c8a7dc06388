package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/proof"
	"github.com/authconform/authconform/suites/requirements"
)

func explainCommand() *cobra.Command {
	return &cobra.Command{
		Use: "explain ID", Short: "Explain a requirement, or a defect that proves one", Args: oneArgument("the id of a requirement or a defect"),
		ValidArgsFunction: func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
			c, err := requirements.Load()
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			return matching(append(c.IDs(), proof.DefectIDs()...), typed), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := requirements.Load()
			if err != nil {
				return exit.With(exit.Broken, err)
			}
			r, ok := c.Lookup(args[0])
			if !ok {
				if gone := requirements.Gone(args[0]); gone != "" {
					return exit.Usagef("%s", gone)
				}
				s, d := proof.Find(args[0])
				if s == nil {
					return exit.Unknown("requirement or defect", args[0], append(c.IDs(), proof.DefectIDs()...))
				}
				return explainDefect(cmd.OutOrStdout(), s, d)
			}
			explain(cmd.OutOrStdout(), r)
			return nil
		},
	}
}

func explain(w io.Writer, r *requirements.Requirement) {
	fmt.Fprintf(w, "%s  (%s, section %s)\n\n%s\n", r.ID, strings.ToUpper(string(r.Level)), r.Section, fold(r.Text, "  "))
	say := func(head, body string) {
		if body != "" {
			fmt.Fprintf(w, "\n%s\n%s\n", head, fold(body, "  "))
		}
	}
	say("Source", r.Source)
	fmt.Fprintf(w, "  %s\n", r.Spec.URL)
	say("How it is judged", r.Judged)
	say("What breaks it", r.Failure)
	say("How to fix it", r.Fix)
	say("Conditions", remarks(r))
	say("Why it is not judged", r.Untestable)
	var proofs []string
	for _, s := range proof.Subjects() {
		for _, d := range proof.Own(s) {
			if slices.Contains(d.Aims, r.ID) {
				proofs = append(proofs, fmt.Sprintf("  %s\n%s", d.ID, fold(d.Story, "      ")))
			}
		}
	}
	if len(proofs) > 0 {
		fmt.Fprintf(w, "\nDefects that prove it\n%s\n", strings.Join(proofs, "\n"))
	}
}

// explainDefect prints a defect's story, the rows that it aims at, and its other known effects.
func explainDefect(w io.Writer, s proof.Subject, d proof.Defect) error {
	golden, err := proof.GoldenOf(s.Kind().Name())
	if err != nil {
		return exit.With(exit.Broken, err)
	}
	fmt.Fprintf(w, "%s  (a defect; kind %s)\n\n%s\n", d.ID, s.Kind().Name(), fold(d.Story, "  "))
	list := func(head string, rows []string) {
		if len(rows) > 0 {
			fmt.Fprintf(w, "\n%s\n  %s\n", head, strings.Join(rows, "\n  "))
		}
	}
	list("What it breaks", d.Aims)
	list("What else it breaks", golden.Of(d.ID, proof.Breaks))
	list("What cannot be judged with it", golden.Of(d.ID, proof.Blocks))
	if golden.Effect(d.ID, "") == proof.AtDoor {
		fmt.Fprint(w, "\nA run stops before the first row: it finds nothing it can judge.\n")
	}
	fmt.Fprintf(w, "\nSee it\n  authconform serve --defect %s\n  authconform prove --defect %s\n", d.ID, d.ID)
	return nil
}

// fold wraps text at 78 columns.
func fold(text, indent string) string {
	var b strings.Builder
	line := indent
	for _, word := range strings.Fields(text) {
		if len(line)+1+len(word) > 78 && line != indent {
			b.WriteString(line + "\n")
			line = indent
		}
		if line != indent {
			line += " "
		}
		line += word
	}
	return b.String() + line
}
