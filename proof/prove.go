package proof

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/runner"
	"github.com/authconform/authconform/run"
	"github.com/authconform/authconform/suites/profiles"
	"github.com/authconform/authconform/suites/requirements"
)

// Options configure one proof.
type Options struct {
	Subject  Subject
	Profile  *profiles.Profile           // of the subject's kind
	Rows     []*requirements.Requirement // of the profile, those to prove
	Defects  []string                    // ids of the defects to prove them by; nil means all
	Golden   *Golden                     // the known effects of the defects, besides their aims
	Browser  string                      // how to find a browser; "": rows that need one are left out. With one, only those are proven.
	Each     bool                        // judge every row against one defect at a time
	All      bool                        // judge every row against every defect, even if it changes nothing on the row's way
	Nulls    bool                        // run every row against null targets too
	Flavours []uint64                    // seeds of conforming flavours of the mocks, which must fail no row
	Procs    int                         // specs that run at once
	Progress func(done, total int)       // nil: no progress is reported
}

// Prove runs every row against the conforming mock and against every defect that can matter to it. An error means that the proof
// itself failed; the results are in the matrix.
func Prove(ctx context.Context, o Options) (*Matrix, error) {
	p := &prover{Options: o, started: time.Now(), specs: specs(), list: o.Subject.Defects()}
	p.concerned = p.concerning()
	var err error
	if p.benches, err = openBenches(&p.Options, o.Procs); err != nil {
		return nil, err
	}
	defer closeBenches(p.benches)
	for _, step := range []func(context.Context) error{p.healthy, p.flavoured} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	both, under := errgroup.WithContext(ctx) // nulled mostly waits while the other works
	both.Go(func() error { return p.nulled(under) })
	both.Go(func() error { return p.defective(under) })
	if err := both.Wait(); err != nil {
		return nil, err
	}
	return p.matrix(), ctx.Err()
}

type prover struct {
	Options
	specs     map[string]runner.Spec
	list      []Defect // of the subject
	concerned []bool   // by defect: judge it
	benches   chan *bench
	started   time.Time

	sight  *sight                      // of the conforming mock
	door   []bool                      // by defect: it shows before the first row
	judged []*requirements.Requirement // rows with a verdict on the conforming mock
	idle   map[string]string           // the other rows, and why
	whole  map[string]evidence.Result  // results of the conforming mock
	way    map[string][]bool           // by row and defect: the defect shows on the row's way

	refused []string                     // by defect: why a run rejects it before the first row, or ""
	results []map[string]evidence.Result // by defect and row
	skipped []map[string]bool            // by defect and row: not judged, though the defect shows there

	mu       sync.Mutex
	broken   []string
	unwell   []Unwell
	unearned []Unearned
	fickle   []string
	ran      int
}

// concerning returns the defects that matter to the profile: those that aim at one of its rows or are known to change one.
func (p *prover) concerning() []bool {
	rows := map[string]bool{}
	if c, err := requirements.Load(); err == nil {
		for _, r := range p.Profile.Select(c) {
			rows[r.ID] = true
		}
	}
	out := make([]bool, len(p.list))
	for i, d := range p.list {
		known := slices.Concat(d.Aims, p.Golden.Of(d.ID, Breaks), p.Golden.Of(d.ID, Blocks))
		chosen := p.Defects == nil || slices.Contains(p.Defects, d.ID)
		out[i] = chosen && slices.ContainsFunc(known, func(id string) bool { return rows[id] })
	}
	return out
}

// judge runs one row against one mock.
func (p *prover) judge(ctx context.Context, b *bench, r *requirements.Requirement, v variant, s *sight) (evidence.Result, error) {
	if d := run.Decide(r, s.facts); d.Verdict != "" {
		return evidence.Result{ID: r.ID, Verdict: d.Verdict, Reason: d.Reason}, nil
	}
	spec, ok := p.specs[r.ID]
	if !ok {
		return evidence.Result{}, fmt.Errorf("no spec judges %s", r.ID)
	}
	h, err := b.stand(v, s)
	if err != nil {
		return evidence.Result{}, err
	}
	defer h.kill()
	result, broken := spec.Judge(judge.OneByOne(ctx), runner.Row{ID: r.ID, Level: r.Level, Timeout: run.Limit(r, b.flags.Tools())}, h, true)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ran++
	if broken != "" {
		p.broken = append(p.broken, r.ID+": "+broken)
	}
	return result, ctx.Err()
}

// healthy runs every row against the conforming mock while the defects watch.
func (p *prover) healthy(ctx context.Context) error {
	if err := p.lookHealthy(ctx); err != nil {
		return err
	}
	p.idle, p.whole, p.way = map[string]string{}, map[string]evidence.Result{}, map[string][]bool{}
	for _, r := range p.Rows {
		if d := run.Decide(r, p.sight.facts); d.Verdict != "" {
			p.idle[r.ID] = string(d.Verdict) + ": " + d.Reason
		} else if p.Browser != "" && !slices.Contains(r.Needs, condition.Browser) {
			p.idle[r.ID] = "proven without a browser"
		} else {
			p.judged = append(p.judged, r)
		}
	}
	defer p.setApart()
	return each(ctx, p.benches, p.judged, func(b *bench, r *requirements.Requirement) error {
		v, s := p.watched()
		result, err := p.twice(r.ID, red, func() (evidence.Result, error) { return p.judge(ctx, b, r, v, p.sight) })
		p.mu.Lock()
		defer p.mu.Unlock()
		p.whole[r.ID], p.way[r.ID] = result, p.hits(s)
		return err
	})
}

// setApart removes the rows whose specs say that they do not apply to these mocks: they cannot be proven here.
func (p *prover) setApart() {
	p.judged = slices.DeleteFunc(p.judged, func(r *requirements.Requirement) bool {
		got := p.whole[r.ID]
		if got.Verdict == evidence.NotApplicable {
			p.idle[r.ID] = string(got.Verdict) + ": " + got.Reason
		}
		return got.Verdict == evidence.NotApplicable
	})
}

// watched returns the conforming mock with the defects watching.
func (p *prover) watched() (variant, shadowed) {
	if p.All {
		return p.Subject.watched(make([]bool, len(p.list)))
	}
	return p.Subject.watched(p.concerned)
}

// hits reports by defect whether it would have changed a decision.
func (p *prover) hits(s shadowed) []bool {
	for _, decision := range s.Edits() {
		mistake := "a defect changes an argument or the result of the decision " + decision + " in place"
		if !slices.Contains(p.broken, mistake) {
			p.broken = append(p.broken, mistake)
		}
	}
	if p.All {
		return p.concerned
	}
	return s.Hits()
}

func (p *prover) lookHealthy(ctx context.Context) error {
	b := <-p.benches
	defer func() { p.benches <- b }()
	v, s := p.watched()
	seen, refused, err := b.look(ctx, v)
	if err != nil || refused != nil {
		return errorOf(err, refused, "the mock that conforms")
	}
	p.sight, p.door = seen, p.hits(s)
	return nil
}

// errorOf returns the error about a conforming mock that did not start or was rejected.
func errorOf(err, refused error, who string) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("%s is refused before any row runs: %w", who, refused)
}

// flavoured runs every row against mocks that conform in other ways.
func (p *prover) flavoured(ctx context.Context) error {
	rows := slices.SortedStableFunc(slices.Values(p.judged), p.slowestFirst)
	for _, flavour := range p.Flavours {
		b := <-p.benches
		seen, refused, err := b.look(ctx, p.Subject.flavoured(flavour))
		p.benches <- b
		if err != nil || refused != nil {
			return errorOf(err, refused, fmt.Sprintf("the mock of flavour %d", flavour))
		}
		err = each(ctx, p.benches, rows, func(b *bench, r *requirements.Requirement) error {
			result, err := p.twice(r.ID, red, func() (evidence.Result, error) {
				return p.judge(ctx, b, r, p.Subject.flavoured(flavour), seen)
			})
			if red(result) {
				p.mu.Lock()
				defer p.mu.Unlock()
				p.unwell = append(p.unwell, Unwell{r.ID, flavour, result.Verdict, result.Reason})
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// slowestFirst orders rows by the time they took at the conforming mock, so that no slow row runs last.
func (p *prover) slowestFirst(a, b *requirements.Requirement) int {
	return cmp.Compare(p.whole[b.ID].DurationMS, p.whole[a.ID].DurationMS)
}

// twice repeats a judgement whose result is wrong: load can spoil a verdict about time, but seldom twice.
func (p *prover) twice(what string, wrong func(evidence.Result) bool, judge func() (evidence.Result, error)) (evidence.Result, error) {
	result, err := judge()
	if err != nil || !wrong(result) {
		return result, err
	}
	again, err := judge()
	if err == nil && !wrong(again) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.fickle = append(p.fickle, what+": "+string(result.Verdict)+": "+result.Reason)
	}
	return again, err
}

// red reports whether a row failed or could not be judged.
func red(r evidence.Result) bool {
	return r.Verdict.Red(true) || r.Verdict == evidence.NotRun || len(r.Failures) > 0
}
