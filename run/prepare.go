package run

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/reports"
	"github.com/authconform/authconform/suites/requirements"
)

// prepare checks everything that it can before the first request to the target.
func prepare(o Options) (*job, error) {
	j := &job{Options: o}
	var err error
	if j.catalogue, err = requirements.Load(); err != nil {
		return nil, exit.With(exit.Broken, err)
	}
	all := o.Profile.Select(j.catalogue)
	if j.rows, err = Choose(all, o.Select); err != nil {
		return nil, err
	}
	if o.Core {
		j.rows = slices.DeleteFunc(slices.Clone(j.rows), func(r *requirements.Requirement) bool { return !o.Profile.IsCore(r) })
	}
	if j.rows, err = again(j.rows, o.Rerun); err != nil {
		return nil, err
	}
	j.rows = o.Shard.part(j.rows, o.Seed)
	for _, need := range o.Require {
		if !condition.Name(need).Known() {
			return nil, exit.Unknown("need", need, condition.Words())
		}
	}
	if o.Baseline != "" {
		if j.baseline, err = reports.ReadBaseline(o.Baseline, requirementIDs(all), requirements.Retired); err != nil {
			return nil, exit.With(exit.Usage, err)
		}
	}
	if o.Known != "" {
		if j.known, err = reports.KnownOf(o.Known, j.catalogue.IDs(), requirements.Retired); err != nil {
			return nil, exit.With(exit.Usage, err)
		}
	}
	if o.ReportDir != "" {
		if err := reports.PrepareFolder(o.ReportDir); err != nil {
			return nil, exit.With(exit.Usage, err)
		}
		if err := evidence.Clear(o.ReportDir, reports.Files()); err != nil {
			return nil, exit.With(exit.Usage, err)
		}
	}
	j.set = &evidence.Set{Dir: o.ReportDir, Head: evidence.Head{
		Version: evidence.Version, Tool: j.Tool, Target: evidence.Target{URL: j.Target, Profile: j.Profile.Name, BuiltIn: j.BuiltIn},
		Catalogue: evidence.Catalogue{Revision: requirements.Revision, SHA256: j.catalogue.SHA256},
		Started:   time.Now(), Seed: j.Seed, Procs: j.Procs, Selection: j.Select, Require: j.Require, Rows: requirementIDs(j.rows),
	}}
	if j.Shard.N > 0 {
		j.set.Head.Shard = fmt.Sprintf("%d/%d", j.Shard.I, j.Shard.N)
	}
	if len(j.rows) == 0 {
		return nil, j.empty()
	}
	return j, nil
}

// empty reports a run whose selection is empty.
func (j *job) empty() error {
	if err := j.record(); err != nil {
		return err
	}
	if err := j.publish(evidence.End{}); exit.Code(err) == exit.Broken {
		return err
	}
	if j.set.Head.Shard != "" {
		return nil // the other shards have the rows; merge knows whether any has
	}
	what := fmt.Sprintf("--select %q", j.Select)
	if j.Core {
		what = strings.TrimPrefix(what+" with --core", `--select "" with `)
	}
	return exit.With(exit.Empty, fmt.Errorf("nothing to judge: %s selects no row of profile %s", what, j.Profile.Name))
}

func requirementIDs(rows []*requirements.Requirement) []string {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids
}

// again keeps the rows that failed, were blocked or have no verdict in the run of a folder; "" keeps all.
func again(rows []*requirements.Requirement, dir string) ([]*requirements.Requirement, error) {
	if dir == "" {
		return rows, nil
	}
	before, err := evidence.Read(dir)
	if err != nil {
		return nil, exit.Usagef("--rerun: %v", err)
	}
	wanted := before.Unfinished()
	for _, r := range before.Results {
		if r.Verdict.Red(true) {
			wanted = append(wanted, r.ID)
		}
	}
	return slices.DeleteFunc(slices.Clone(rows), func(r *requirements.Requirement) bool { return !slices.Contains(wanted, r.ID) }), nil
}
