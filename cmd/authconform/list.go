package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/suites/requirements"
)

// listFlags are the options of `list`.
type listFlags struct {
	Profile string `flag:"profile" value:"NAME" group:"Rows" help:"the profile whose rows are listed: a name, or your own file"`
	JSON    bool   `flag:"json" help:"as JSON, one object per row"`
	configFlag
}

func listCommand() *cobra.Command {
	f := listFlags{Profile: defaultProfile}
	c := &cobra.Command{Use: "list", Short: "List every requirement and what it needs"}
	declare(c, &f, &f.Config, func(cmd *cobra.Command, _ []string) error { return f.run(cmd) })
	completeProfile(c)
	return c
}

func (f *listFlags) run(cmd *cobra.Command) error {
	rows, err := rowsOf(f.Profile)
	if err != nil {
		return err
	}
	if f.JSON {
		return listJSON(cmd, rows)
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	section := ""
	for _, r := range rows {
		if r.Section != section {
			section = r.Section
			fmt.Fprintf(w, "%s\n", section)
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", r.ID, r.Level, remarks(r))
	}
	return w.Flush()
}

// remarks summarises a row's conditions.
func remarks(r *requirements.Requirement) string {
	var words []string
	for _, n := range r.Needs {
		if n.Offered() {
			words = append(words, "if "+string(n))
		} else {
			words = append(words, string(n))
		}
	}
	if r.Asked != "" {
		words = append(words, "required since MCP "+r.Asked)
	}
	if r.Since != "" {
		words = append(words, "since "+r.Since)
	}
	if r.Until != "" {
		words = append(words, "until "+r.Until)
	}
	if r.Untestable != "" {
		words = append(words, "untestable")
	}
	return strings.Join(words, ", ")
}

func listJSON(cmd *cobra.Command, rows []*requirements.Requirement) error {
	type row struct {
		ID         string           `json:"id"`
		Section    string           `json:"section"`
		Level      evidence.Level   `json:"level"`
		Text       string           `json:"text"`
		Spec       evidence.Spec    `json:"spec"`
		Needs      []condition.Name `json:"needs,omitempty"`
		Since      string           `json:"since,omitempty"`
		Until      string           `json:"until,omitempty"`
		Untestable string           `json:"untestable,omitempty"`
	}
	enc := json.NewEncoder(cmd.OutOrStdout())
	enc.SetEscapeHTML(false)
	for _, r := range rows {
		if err := enc.Encode(row{r.ID, r.Section, r.Level, r.Text, r.Spec, r.Needs, r.Since, r.Until, r.Untestable}); err != nil {
			return err
		}
	}
	return nil
}
