package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/proof"
	"github.com/authconform/authconform/run"
	"github.com/authconform/authconform/suites/profiles"
	"github.com/authconform/authconform/suites/requirements"
)

// proveFlags are the options of `prove`.
type proveFlags struct {
	Profile []string `flag:"profile" value:"NAME" group:"Rows" help:"the profile whose rows are proven; several, or all"`
	Select  string   `flag:"select" value:"EXPR" help:"rows by id, glob, level:must or section:token; comma-separated, ! excludes"`
	Defect  []string `flag:"defect" value:"ID" help:"only these defects, by id or glob"`
	Each    bool     `flag:"each" help:"judge one defect at a time; harmless ones are otherwise judged together"`
	All     bool     `flag:"all" help:"judge every row against every defect, even if the defect cannot affect the row"`
	Browser string   `flag:"browser" value:"PATH" help:"prove only the rows that need a browser: auto, a path or ws://HOST:PORT"`
	Procs   int      `flag:"procs" value:"N" help:"specs to run at once (default: 4 per core; 3 with a browser)"`
	Update  bool     `flag:"update" group:"Result" help:"write the results to proof/testdata as the new expectations"`
	JSON    bool     `flag:"json" help:"the whole matrix as JSON; a list for several profiles"`
	Verbose bool     `flag:"verbose,v" help:"show the defects of each row"`
	configFlag
}

func proveCommand() *cobra.Command {
	f := proveFlags{Profile: []string{defaultProfile}}
	c := &cobra.Command{
		Use: "prove", Short: "Prove the suites: check that every known defect is caught",
		Long: `Run the suites against mocks that have exactly one defect each. Every requirement
must be broken by at least one defect aimed at it. Every defect must break the
rows it aims at, may break the rows listed in proof/testdata, and no others. Rows
that need a browser are proven in a separate pass: prove --browser PATH (or auto).`,
		Example: "  authconform prove\n  authconform prove --profile all\n  authconform prove --select section:code -v\n" +
			"  authconform prove --defect code.reusable",
	}
	declare(c, &f, &f.Config, func(cmd *cobra.Command, _ []string) error { return f.run(cmd) })
	complete(c, "profile", func() []string { return append(profiles.Names(), "all") })
	complete(c, "defect", proof.DefectIDs)
	complete(c, "select", func() []string { return selectWords(f.Profile[0]) })
	return c
}

const (
	// moreGarbage trades memory for time: thousands of mocks come and go, and most of what a proof allocates is short-lived.
	moreGarbage = 400
	// memoryOfProof bounds that trade, in bytes.
	memoryOfProof = 1500 << 20
	// browsersAtOnce is how many browsers a proof runs side by side by default.
	browsersAtOnce = 3
)

func (f *proveFlags) run(cmd *cobra.Command) error {
	if slices.Contains(f.Profile, "all") {
		f.Profile = profiles.Names()
	}
	started := time.Now()
	debug.SetGCPercent(moreGarbage)
	debug.SetMemoryLimit(memoryOfProof)
	all, err := f.proveAll(cmd.Context(), cmd.OutOrStdout())
	switch {
	case cmd.Context().Err() != nil:
		return exit.Interrupt(cmd.Context(), "the proof is incomplete")
	case err != nil:
		return err
	}
	if err := f.finish(cmd.OutOrStdout(), all, time.Since(started)); err != nil {
		return exit.With(exit.Broken, err)
	}
	if slices.ContainsFunc(all, func(m *proof.Matrix) bool { return !m.Sound() }) {
		return exit.Silent(exit.Failed)
	}
	return nil
}

// profilesAtOnce is how many profiles are proven side by side: a proof waits half of its time, for targets that hang and rows
// that wait.
const profilesAtOnce = 2

// proveAll proves the profiles and prints them in the given order.
func (f *proveFlags) proveAll(ctx context.Context, w io.Writer) ([]*proof.Matrix, error) {
	parts, err := f.parts()
	if err != nil {
		return nil, err
	}
	progress := newProgress(os.Stderr)
	defer progress.End()
	var mu sync.Mutex
	all, printed := make([]*proof.Matrix, len(parts)), 0
	group, ctx := errgroup.WithContext(ctx)
	if group.SetLimit(profilesAtOnce); f.Procs != 0 || f.withBrowser() {
		group.SetLimit(1)
	}
	for i, p := range parts {
		group.Go(func() error {
			m, err := f.prove(ctx, p, progress)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			for all[i] = m; printed < len(all) && all[printed] != nil; printed++ {
				if !f.JSON {
					progress.End()
					f.print(w, all[printed])
				}
			}
			return nil
		})
	}
	return all, group.Wait()
}

func (f *proveFlags) withBrowser() bool { return f.Browser != "" && f.Browser != "off" } // as for run

// part is what a profile contributes to a proof.
type part struct {
	profile   *profiles.Profile
	rows      []*requirements.Requirement
	elsewhere int // rows that an earlier profile proves: of the same kind and at the same level, so by the same specs and mocks
}

// parts returns what each profile has to prove.
func (f *proveFlags) parts() ([]part, error) {
	type proven struct {
		kind, row string
		level     evidence.Level
	}
	seen := map[proven]bool{}
	var out []part
	for _, name := range f.Profile {
		profile, err := loadProfile(name)
		if err != nil {
			return nil, err
		}
		rows, err := rowsOf(name)
		if err != nil {
			return nil, err
		}
		chosen, err := run.Choose(rows, f.Select)
		if err != nil {
			return nil, err
		}
		rest := slices.DeleteFunc(slices.Clone(chosen), func(r *requirements.Requirement) bool {
			return seen[proven{profile.Kind, r.ID, r.Level}]
		})
		for _, r := range rest {
			seen[proven{profile.Kind, r.ID, r.Level}] = true
		}
		out = append(out, part{profile, rest, len(chosen) - len(rest)})
	}
	return out, nil
}

// prove proves what a profile contributes.
func (f *proveFlags) prove(ctx context.Context, p part, progress *progress) (*proof.Matrix, error) {
	o := proof.Options{Profile: p.profile, Rows: p.rows, Each: f.Each || len(f.Defect) > 0, All: f.All}
	if len(f.Defect) == 0 { // proving selected defects needs no more than those
		o.Nulls, o.Flavours = true, []uint64{1, 2, 3}
	}
	if o.Procs = cmp.Or(f.Procs, 4*runtime.NumCPU()); f.withBrowser() {
		o.Browser, o.Procs = f.Browser, cmp.Or(f.Procs, browsersAtOnce)
		if !o.Each && len(o.Flavours) > 0 {
			o.Flavours = o.Flavours[:1] // browsers are expensive: the nightly script takes all flavours, with --each
		}
	}
	name := p.profile.Name
	var err error
	if o.Subject = proof.SubjectOf(o.Profile.Kind); o.Subject == nil {
		return nil, exit.Usagef("--profile %s: there is no mock of the kind %s to judge", name, o.Profile.Kind)
	}
	if o.Defects, err = f.defects(); err != nil {
		return nil, err
	}
	if o.Golden, err = proof.GoldenOf(o.Profile.Kind); err != nil {
		return nil, exit.With(exit.Broken, err)
	}
	o.Progress = func(done, total int) { progress.Wait(fmt.Sprintf("%s: %d of %d specs", name, done, total)) }
	m, err := proof.Prove(ctx, o)
	if m != nil {
		m.Elsewhere = p.elsewhere
	}
	return m, exit.With(exit.Broken, err)
}

// defects returns the ids that --defect names; nil means all.
func (f *proveFlags) defects() ([]string, error) {
	var chosen []string
	known := proof.DefectIDs()
	for _, word := range f.Defect {
		n := len(chosen)
		for _, id := range known {
			if ok, err := path.Match(word, id); err != nil {
				return nil, exit.Usagef("--defect %s: invalid glob: %v", word, err)
			} else if ok {
				chosen = append(chosen, id)
			}
		}
		if len(chosen) == n {
			return nil, exit.Unknown("defect", word, known)
		}
	}
	return chosen, nil
}

// finish writes the golden files or the JSON, or prints the totals.
func (f *proveFlags) finish(w io.Writer, all []*proof.Matrix, took time.Duration) error {
	if f.Update {
		if err := updateGolden(all); err != nil {
			return err
		}
	}
	if f.JSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		if len(all) == 1 {
			return enc.Encode(all[0])
		}
		return enc.Encode(all)
	}
	if len(all) > 1 {
		printTotals(w, all, took)
	}
	return nil
}

// updateGolden writes the results as the known ones, into the source tree of the working folder.
func updateGolden(all []*proof.Matrix) error {
	catalogue, err := requirements.Load()
	if err != nil {
		return err
	}
	golden := map[string]*proof.Golden{}
	for _, m := range all {
		if golden[m.Kind] == nil {
			if golden[m.Kind], err = proof.GoldenOf(m.Kind); err != nil {
				return err
			}
		}
		m.Update(golden[m.Kind])
	}
	for kind, g := range golden {
		g.Prune(func(id string) bool { return slices.Contains(proof.DefectIDs(), id) },
			func(id string) bool { _, ok := catalogue.Lookup(id); return ok })
		file := filepath.Join(filepath.FromSlash(proof.GoldenDir), proof.GoldenFile(kind))
		if _, err := os.Stat(filepath.Dir(file)); err != nil {
			return exit.Usagef("--update: %w; run it in the root of the source tree", err)
		}
		if err := os.WriteFile(file, []byte(g.String()), 0o644); err != nil { //nolint:gosec // a file of the source tree
			return err
		}
	}
	return nil
}
