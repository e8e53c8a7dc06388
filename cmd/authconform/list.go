package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/reports"
	"github.com/authconform/authconform/run"
	"github.com/authconform/authconform/suites/profiles"
	"github.com/authconform/authconform/suites/requirements"
)

func listCommand() *cobra.Command {
	var profile string
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: "List every requirement, and what it needs", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			rows, err := rowsOf(profile)
			if err != nil {
				return err
			}
			if asJSON {
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
		},
	}
	c.Flags().StringVar(&profile, "profile", "home-assistant", "whose rows")
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON, one object per row")
	return c
}

// rowsOf are the rows of a profile.
func rowsOf(profile string) ([]*requirements.Requirement, error) {
	p, err := profiles.Load(profile)
	if errors.Is(err, profiles.ErrUnknown) {
		return nil, run.Unknown("profile", profile, profiles.Names())
	}
	if err != nil {
		return nil, &run.Error{Code: run.ExitBroken, Err: err}
	}
	c, err := requirements.Load()
	if err != nil {
		return nil, &run.Error{Code: run.ExitBroken, Err: err}
	}
	return p.Select(c), nil
}

// remarks are a row's conditions in few words.
func remarks(r *requirements.Requirement) string {
	var words []string
	for _, n := range r.Needs {
		words = append(words, string(n))
	}
	for _, f := range r.Offers {
		words = append(words, "if "+string(f))
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
		ID         string                 `json:"id"`
		Section    string                 `json:"section"`
		Level      reports.Level          `json:"level"`
		Text       string                 `json:"text"`
		Spec       reports.Spec           `json:"spec"`
		Needs      []requirements.Need    `json:"needs,omitempty"`
		Offers     []requirements.Feature `json:"offers,omitempty"`
		Since      string                 `json:"since,omitempty"`
		Until      string                 `json:"until,omitempty"`
		Untestable string                 `json:"untestable,omitempty"`
	}
	enc := json.NewEncoder(cmd.OutOrStdout())
	enc.SetEscapeHTML(false)
	for _, r := range rows {
		if err := enc.Encode(row{r.ID, r.Section, r.Level, r.Text, r.Spec, r.Needs, r.Offers, r.Since, r.Until, r.Untestable}); err != nil {
			return err
		}
	}
	return nil
}
