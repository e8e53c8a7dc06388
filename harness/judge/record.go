package judge

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/authconform/authconform/harness/wire"
	"github.com/authconform/authconform/reports"
)

// Record is everything one spec saw and said. It is safe for concurrent use.
type Record struct {
	secrets *wire.Secrets

	mu            sync.Mutex
	controls      int
	checks        int
	failures      []labelled[reports.Failure]
	notes         []labelled[string]
	evidence      []labelled[reports.Evidence]
	pending       []labelled[*wire.Exchange] // not yet redacted
	blocked       string
	notRun        string
	notApplicable string
	cleanups      []func(context.Context)
}

type labelled[T any] struct {
	rank  int // place of the vector in its list; 0 outside Each
	value T
	label string
}

type recordKey struct{}
type rankKey struct{}

// NewRecord starts the record of one spec.
func NewRecord() *Record { return &Record{secrets: wire.NewSecrets()} }

// With lets the spec under ctx write into r.
func With(ctx context.Context, r *Record) context.Context {
	return wire.WithRecorder(context.WithValue(ctx, recordKey{}, r), rankedRecorder{r})
}

// From is the record of the spec under ctx. It panics outside a spec: that is a defect of the caller.
func From(ctx context.Context) *Record {
	r, ok := ctx.Value(recordKey{}).(*Record)
	if !ok {
		panic("judge: no record in this context; was the spec run by the runner?")
	}
	return r
}

// Secret makes a value secret in everything the spec leaves behind.
func Secret(ctx context.Context, kind, value string) { From(ctx).secrets.Learn(kind, value) }

// rankedRecorder keeps exchanges in the order of their vectors, so that parallel vectors report alike in every run.
type rankedRecorder struct{ r *Record }

func (k rankedRecorder) Record(label string, e *wire.Exchange) {
	r := k.r
	r.mu.Lock()
	defer r.mu.Unlock()
	rank, _, _ := strings.Cut(label, "\x00")
	var n int
	_, _ = fmt.Sscanf(rank, "%d", &n)
	r.pending = append(r.pending, labelled[*wire.Exchange]{n, e, shown(label)})
}

// label carries the rank in front of what is shown.
func ranked(rank int, name string) string { return fmt.Sprintf("%d\x00%s", rank, name) }

func shown(label string) string {
	if _, name, ok := strings.Cut(label, "\x00"); ok {
		return name
	}
	return label
}

func rankOf(ctx context.Context) int {
	n, _ := ctx.Value(rankKey{}).(int)
	return n
}

// Evidence adds something seen that is no exchange: a browser step, a remark.
func (r *Record) Evidence(ctx context.Context, e reports.Evidence) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.evidence = append(r.evidence, labelled[reports.Evidence]{rankOf(ctx), e, ""})
}

// Cleanup runs f when the spec has ended, last first, with a context of its own.
func (r *Record) Cleanup(f func(context.Context)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleanups = append(r.cleanups, f)
}

// End runs the cleanups, each whatever became of the one before: a step that blocks keeps nothing else at the target.
func (r *Record) End(ctx context.Context) {
	f := r.lastCleanup()
	if f == nil {
		return
	}
	defer r.End(ctx)
	Run(func() { f(ctx) })
}

func (r *Record) lastCleanup() func(context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	last := len(r.cleanups) - 1
	if last < 0 {
		return nil
	}
	f := r.cleanups[last]
	r.cleanups = r.cleanups[:last]
	return f
}

// Outcome is the record turned into a result's parts. Level decides what a broken row is called. Brief spares a row
// that passed without a remark its evidence.
func (r *Record) Outcome(level reports.Level, brief bool) reports.Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out reports.Result
	if clean := len(r.failures) == 0 && r.blocked+r.notRun+r.notApplicable == "" && len(r.notes) == 0 && r.checks > 0; clean && brief {
		out.Verdict = reports.Pass
		return out
	}
	byRank(r.pending)
	byRank(r.evidence)
	byRank(r.failures)
	byRank(r.notes)
	for _, p := range r.pending {
		x := p.value.Evidence(p.label, r.secrets)
		out.Evidence = append(out.Evidence, reports.Evidence{Exchange: &x})
	}
	for _, e := range r.evidence {
		if e.value.Browser != nil {
			e.value.Browser.URL = r.secrets.Hide(e.value.Browser.URL)
			e.value.Browser.HTML = r.secrets.Hide(e.value.Browser.HTML)
			e.value.Browser.Step = r.secrets.Hide(e.value.Browser.Step)
		}
		e.value.Note = r.secrets.Hide(e.value.Note)
		out.Evidence = append(out.Evidence, e.value)
	}
	for _, f := range r.failures {
		out.Failures = append(out.Failures, reports.Failure{
			Vector: r.hide(f.value.Vector), Expected: r.hide(f.value.Expected), Got: r.hide(f.value.Got),
		})
	}
	for _, n := range r.notes {
		out.Notes = append(out.Notes, r.hide(n.value))
	}
	switch {
	case len(r.failures) > 0:
		out.Verdict, out.Reason = level.Broken(), first(out.Failures)
	case r.blocked != "":
		out.Verdict, out.Reason = reports.Blocked, r.hide(r.blocked)
	case r.notRun != "":
		out.Verdict, out.Reason = reports.NotRun, r.hide(r.notRun)
	case r.notApplicable != "":
		out.Verdict, out.Reason = reports.NotApplicable, r.hide(r.notApplicable)
	case r.checks == 0:
		out.Verdict, out.Reason = reports.Blocked, "the spec ended without a check"
	case len(out.Notes) > 0 && (level == reports.May || level == reports.Info):
		out.Verdict, out.Reason = reports.Note, out.Notes[0]
	default:
		out.Verdict = reports.Pass
	}
	return out
}

// longest is how many bytes of a failure's text are kept.
const longest = 300

// hide replaces secrets before it shortens: half a secret would not be recognised.
func (r *Record) hide(text string) string { return wire.Cut(r.secrets.Hide(text), longest) }

func first(fs []reports.Failure) string {
	f := fs[0]
	text := "expected " + f.Expected + ", got " + f.Got
	if f.Vector != "" {
		text = f.Vector + ": " + text
	}
	if len(fs) > 1 {
		text += fmt.Sprintf(" (and %d more)", len(fs)-1)
	}
	return text
}

func byRank[T any](list []labelled[T]) {
	slices.SortStableFunc(list, func(a, b labelled[T]) int { return a.rank - b.rank })
}

// Failed reports whether anything has gone wrong so far.
func (r *Record) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.failures) > 0 || r.blocked != ""
}
