//go:build ignore

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"runtime"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/proof"
	"github.com/authconform/authconform/proof/defects"
	"github.com/authconform/authconform/run"
	"github.com/authconform/authconform/suites/profiles"
)

func proveCommand() *cobra.Command {
	var profile, sel, browser string
	var only []string
	var asJSON, all, verbose bool
	var procs int
	c := &cobra.Command{
		Use: "prove", Short: "Prove every verdict: run every known defect, and see that each is caught",
		Long: `Let the suites judge homes that have exactly one defect each. Every requirement must be broken by at least one
defect, and every defect must break what it declares and nothing else. Rows that need a browser are proven by
prove --browser PATH (or auto), in a pass of their own.`,
		Example: "  authconform prove\n  authconform prove --select section:code -v\n  authconform prove --defect code.reusable",
		RunE: func(cmd *cobra.Command, _ []string) error {
			o := proof.Options{Browser: browser, All: all, Procs: procs}
			if len(only) == 0 { // a look at some defects needs no more than those
				o.Nulls, o.Flavours = true, []uint64{1, 2, 3}
			}
			rows, err := rowsOf(profile)
			if err != nil {
				return err
			}
			if browser != "" && !cmd.Flags().Changed("procs") {
				o.Procs = browsersAtOnce
			}
			if o.Profile, err = profiles.Load(profile); err != nil {
				return exit.With(exit.Broken, err)
			}
			if o.Rows, err = run.Choose(rows, sel); err != nil {
				return err
			}
			if o.Defects, err = chosenDefects(only); err != nil {
				return err
			}
			debug.SetGCPercent(moreGarbage)
			progress := newProgress(os.Stderr)
			o.Progress = func(done, total int) { progress.Wait(fmt.Sprintf("%d of %d specs", done, total)) }
			m, err := proof.Prove(cmd.Context(), o)
			progress.End()
			if cmd.Context().Err() != nil {
				return exit.With(exit.Interrupted, cmd.Context().Err())
			}
			if err != nil {
				return exit.With(exit.Broken, err)
			}
			if asJSON {
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetIndent("", "  ")
				err = enc.Encode(m)
			} else {
				printMatrix(cmd.OutOrStdout(), m, verbose)
			}
			if err == nil && !m.Sound() {
				err = exit.Silent(exit.Failed)
			}
			return err
		},
	}
	fl := c.Flags()
	fl.StringVar(&profile, "profile", "home-assistant", "whose rows")
	fl.StringVar(&sel, "select", "", "`EXPR` of ids, globs, level:must, section:token; ! takes away")
	fl.StringSliceVar(&only, "defect", nil, "only these defects (`ID` or glob)")
	fl.StringVar(&browser, "browser", "", "prove the rows that need a browser, with auto, a `PATH` or ws://HOST:PORT")
	fl.BoolVar(&all, "all", false, "judge every row against every defect, also where the defect does not show on the row's way")
	fl.IntVar(&procs, "procs", 4*runtime.NumCPU(), "specs that run at once")
	fl.BoolVar(&asJSON, "json", false, "the whole matrix as JSON")
	fl.BoolVarP(&verbose, "verbose", "v", false, "the defects of each row")
	return c
}

// moreGarbage trades memory for time: thousands of homes come and go, and most of what a proof allocates is short-lived.
const moreGarbage = 400

// browsersAtOnce is how many browsers a proof runs side by side where nothing else is said.
const browsersAtOnce = 3

// chosenDefects are the defects of the ids and globs; none named is all.
func chosenDefects(words []string) ([]defects.Defect, error) {
	list := defects.All()
	var chosen []defects.Defect
	for _, word := range words {
		n := len(chosen)
		for _, d := range list {
			if ok, err := path.Match(word, d.ID); err != nil {
				return nil, exit.Usagef("--defect %s: no glob: %v", word, err)
			} else if ok {
				chosen = append(chosen, d)
			}
		}
		if len(chosen) == n {
			return nil, exit.Unknown("defect", word, defectIDs())
		}
	}
	if len(words) == 0 {
		return list, nil
	}
	return chosen, nil
}

func defectIDs() []string {
	var ids []string
	for _, d := range defects.All() {
		ids = append(ids, d.ID)
	}
	return ids
}

func printMatrix(w io.Writer, m *proof.Matrix, verbose bool) {
	for _, s := range m.Sections() {
		fmt.Fprintf(w, "  %-20s %3d rows  %4d catches  at least %d per row\n", s.Name, s.Rows, s.Catches, s.Least)
		if !verbose {
			continue
		}
		for _, r := range m.Rows {
			if r.Section == s.Name {
				fmt.Fprintf(w, "    %s\n%s\n", r.ID, fold(fmt.Sprint(r.Caught), "        "))
			}
		}
	}
	say := func(head string, lines []string) {
		if len(lines) > 0 {
			fmt.Fprintf(w, "\n%s\n", head)
			for _, l := range lines {
				fmt.Fprintln(w, fold(l, "  "))
			}
		}
	}
	var unwell, surprises []string
	for _, u := range m.Unwell {
		if u.Flavour != 0 {
			u.ID += fmt.Sprintf(" (flavour %d)", u.Flavour)
		}
		unwell = append(unwell, u.ID+": "+string(u.Verdict)+": "+u.Reason)
	}
	for _, d := range m.Surprises() {
		for _, id := range slices.Concat(d.Missed, d.Surplus) {
			surprises = append(surprises, d.ID+" → "+id+": "+d.Why[id])
		}
	}
	say("A HOME THAT CONFORMS FAILS", unwell)
	var unearned []string
	for _, u := range m.Unearned {
		unearned = append(unearned, u.ID+" at null target "+u.Null)
	}
	say("UNEARNED: null targets that pass", unearned)
	say("PANICS", m.Broken)
	say("HOLES: no defect proves these", m.Holes())
	say("SURPRISES: not as declared", surprises)
	fmt.Fprintf(w, "\n%d rows, %d defects, %d holes, %d surprises; %d rows not judged\n%.1f s, %d specs\n",
		len(m.Rows), len(m.Defects), len(m.Holes()), len(surprises), len(m.Unjudged), m.Took.Seconds(), m.Specs)
}
