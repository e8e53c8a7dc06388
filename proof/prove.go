//go:build ignore

package proof

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/harness/runner"
	"github.com/authconform/authconform/mockprovider"
	"github.com/authconform/authconform/mockprovider/accountlink"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/proof/defects"
	"github.com/authconform/authconform/reports"
	"github.com/authconform/authconform/run"
	"github.com/authconform/authconform/suites/profiles"
	"github.com/authconform/authconform/suites/requirements"
)

// Options are one proof.
type Options struct {
	Profile  *profiles.Profile
	Rows     []*requirements.Requirement // those to prove
	Defects  []defects.Defect
	Browser  string   // how to find a browser; "": rows that need one are left out. With one, only those are proven.
	All      bool     // judge every row against every defect, also where the defect changes nothing on the row's way
	Nulls    bool     // run every row against null targets too
	Flavours []uint64 // seeds of legal flavours of the home, which must fail nothing
	Procs    int      // specs that run at once
	Progress func(done, total int)
}

// Prove runs every row against the home that conforms and against every defect that can matter to it. The error is one
// of ours: what was found is in the matrix.
func Prove(ctx context.Context, o Options) (*Matrix, error) {
	o.Defects = concerning(o.Profile, o.Defects)
	p := &prover{Options: o, specs: runner.Specs(), started: time.Now()}
	if err := p.openBenches(); err != nil {
		return nil, err
	}
	defer p.closeBenches()
	if err := p.healthy(ctx); err != nil {
		return nil, err
	}
	if err := p.flavoured(ctx); err != nil {
		return nil, err
	}
	var both errgroup.Group // the one waits, the other works
	both.Go(func() error { return p.nulled(ctx) })
	both.Go(func() error { return p.defective(ctx) })
	if err := both.Wait(); err != nil {
		return nil, err
	}
	return p.matrix(), ctx.Err()
}

// concerning leaves out the defects of other roles, and those that break no row of the profile.
func concerning(profile *profiles.Profile, list []defects.Defect) []defects.Defect {
	catalogue, err := requirements.Load()
	if err != nil {
		return list
	}
	ids := map[string]bool{}
	for _, r := range profile.Select(catalogue) {
		ids[r.ID] = true
	}
	return slices.DeleteFunc(slices.Clone(list), func(d defects.Defect) bool {
		return !d.Of(profile.Driver) || !slices.ContainsFunc(d.Breaks, func(id string) bool { return ids[id] })
	})
}

type prover struct {
	Options
	specs   map[string]runner.Spec
	benches chan *bench
	started time.Time

	facts  home.Facts
	judged []*requirements.Requirement // rows with a verdict on the home that conforms
	idle   map[string]string           // the others, and why
	whole  map[string]reports.Result   // what the home that conforms got
	way    map[string][]bool           // by row and defect: the defect shows on the row's way
	door   []bool                      // by defect: it shows while the home is looked at

	mu     sync.Mutex
	broken []string
	unwell []Unwell

	unearned []Unearned
	results  []map[string]reports.Result // by defect and row
	specsNo  int
}

func (p *prover) openBenches() error {
	ca, err := clientsite.NewCA()
	if err != nil {
		return err
	}
	p.benches = make(chan *bench, p.Procs)
	for range p.Procs {
		b, err := newBench(p.Profile, ca, p.Browser)
		if err != nil {
			return err
		}
		p.benches <- b
	}
	return nil
}

func (p *prover) closeBenches() {
	close(p.benches)
	for b := range p.benches {
		b.close()
	}
}

// each runs jobs side by side, each with a bench of its own, until ctx ends.
func each[T any](ctx context.Context, p *prover, jobs []T, do func(*bench, T) error) error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	for _, job := range jobs {
		b := <-p.benches
		if ctx.Err() != nil {
			p.benches <- b
			break
		}
		wg.Go(func() {
			defer func() { p.benches <- b }()
			if err := do(b, job); err != nil {
				mu.Lock()
				errs = append(errs, err)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return errors.Join(append(errs, ctx.Err())...)
}

// healthy runs every row against the home that conforms, with the defects watching.
func (p *prover) healthy(ctx context.Context) error {
	watch := make([]*defects.Defect, len(p.Defects))
	for i := range p.Defects {
		if !p.All && !p.thirdParty() && !p.linkProxy() && watched(p.Defects[i]) {
			watch[i] = &p.Defects[i]
		}
	}
	if err := p.lookHealthy(ctx, watch); err != nil {
		return err
	}
	p.idle, p.whole, p.way = map[string]string{}, map[string]reports.Result{}, map[string][]bool{}
	for _, r := range p.Rows {
		if v, why := run.Decide(r, p.facts, p.means()); v != "" {
			p.idle[r.ID] = string(v) + ": " + why
		} else if p.Browser != "" && !slices.Contains(r.Needs, requirements.NeedBrowser) {
			p.idle[r.ID] = "proven without a browser"
		} else {
			p.judged = append(p.judged, r)
		}
	}
	return each(ctx, p, p.judged, func(b *bench, r *requirements.Requirement) error {
		s := cast(watch)
		result, err := p.judge(ctx, b, r, p.conforming(s.policy), p.facts)
		if err != nil {
			return err
		}
		for i := range watch {
			s.hit[i] = s.hit[i] || watch[i] == nil
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.whole[r.ID], p.way[r.ID] = result, s.hit
		return nil
	})
}

func (p *prover) lookHealthy(ctx context.Context, watch []*defects.Defect) (err error) {
	b := <-p.benches
	defer func() { p.benches <- b }()
	s := cast(watch)
	h, err := b.stand(p.conforming(s.policy), home.Facts{})
	if err != nil {
		return err
	}
	defer h.stop()
	p.facts, err = h.visit(ctx)
	for i := range watch {
		s.hit[i] = s.hit[i] || watch[i] == nil
	}
	p.door = s.hit
	return err
}

func (p *prover) means() run.Means {
	m := run.Means{}
	if p.Browser == "" {
		m[requirements.NeedBrowser] = "proven by prove --browser"
	}
	return m
}

// judge runs one row against one home.
func (p *prover) judge(ctx context.Context, b *bench, r *requirements.Requirement, o subject, facts home.Facts) (reports.Result, error) {
	if v, why := run.Decide(r, facts, p.means()); v != "" {
		return reports.Result{ID: r.ID, Verdict: v, Reason: why}, nil
	}
	spec, ok := p.specs[r.ID]
	if !ok {
		return reports.Result{}, fmt.Errorf("no spec judges %s", r.ID)
	}
	h, err := b.stand(o, facts)
	if err != nil {
		return reports.Result{}, err
	}
	defer h.stop()
	result, broken := spec.Judge(ctx, runner.Row{ID: r.ID, Level: r.Level, Timeout: run.Limit(r, "")}, h, true)
	result.Evidence = nil
	p.mu.Lock()
	defer p.mu.Unlock()
	p.specsNo++
	if broken != "" {
		p.broken = append(p.broken, r.ID+": "+broken)
	}
	return result, nil
}

// flavoured runs every row against homes that conform in another way.
func (p *prover) flavoured(ctx context.Context) error {
	for _, seed := range p.Flavours {
		err := each(ctx, p, p.judged, func(b *bench, r *requirements.Requirement) error {
			result, err := p.judge(ctx, b, r, p.flavour(seed), p.facts)
			if red(result) {
				p.mu.Lock()
				defer p.mu.Unlock()
				p.unwell = append(p.unwell, Unwell{r.ID, seed, result.Verdict, result.Reason})
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// thirdParty tells whether the profile is about providers, and linkProxy whether it is about account-link proxies.
func (p *prover) thirdParty() bool { return p.Profile.Driver == "provider" }
func (p *prover) linkProxy() bool  { return p.Profile.Driver == "account-link" }

// conforming is what conforms: a home of a policy, or a third party.
func (p *prover) conforming(policy *mockserver.Policy) subject {
	switch {
	case p.thirdParty():
		return subject{third: mockprovider.Strict()}
	case p.linkProxy():
		return subject{proxy: accountlink.Strict()}
	}
	return subject{home: mockserver.Options{Policy: policy}}
}

// flavour conforms in another way.
func (p *prover) flavour(seed uint64) subject {
	if p.linkProxy() {
		policy := accountlink.Strict()
		accountlink.Flavour(policy, seed)
		return subject{proxy: policy}
	}
	if p.thirdParty() {
		policy := mockprovider.Strict()
		mockprovider.Flavour(policy, seed)
		return subject{third: policy}
	}
	policy := mockserver.Strict()
	mockserver.Flavour(policy, seed)
	return subject{home: mockserver.Options{Policy: policy}}
}

// withDefect is what has one defect.
func (p *prover) withDefect(i int) subject {
	switch {
	case p.thirdParty():
		return subject{third: p.Defects[i].ThirdParty()}
	case p.linkProxy():
		return subject{proxy: p.Defects[i].LinkProxy()}
	}
	return subject{home: p.Defects[i].Options(mockserver.Options{})}
}

// pair is a row to be judged against a defect.
type pair struct {
	defect int
	row    *requirements.Requirement
}

// defective runs every row against every defect that shows on its way.
func (p *prover) defective(ctx context.Context) error {
	facts := make([]home.Facts, len(p.Defects))
	err := each(ctx, p, slices.Collect(maps.Keys(maps.Collect(slices.All(p.Defects)))), func(b *bench, i int) error {
		facts[i] = p.facts
		if !p.door[i] {
			return nil
		}
		h, err := b.stand(p.withDefect(i), home.Facts{})
		if err != nil {
			return err
		}
		defer h.stop()
		if f, err := h.visit(ctx); err == nil {
			facts[i] = f
		}
		return nil
	})
	if err != nil {
		return err
	}
	var pairs []pair
	p.results = make([]map[string]reports.Result, len(p.Defects))
	for i := range p.Defects {
		p.results[i] = map[string]reports.Result{}
		for _, r := range p.judged {
			if p.way[r.ID][i] && (p.Browser == "" || p.All || slices.Contains(p.Defects[i].Breaks, r.ID)) {
				pairs = append(pairs, pair{i, r})
			}
		}
	}
	done := 0
	return each(ctx, p, pairs, func(b *bench, job pair) error {
		result, err := p.judge(ctx, b, job.row, p.withDefect(job.defect), facts[job.defect])
		p.mu.Lock()
		defer p.mu.Unlock()
		p.results[job.defect][job.row.ID] = result
		if done++; p.Progress != nil {
			p.Progress(done, len(pairs))
		}
		return err
	})
}
