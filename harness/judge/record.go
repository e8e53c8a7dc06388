package judge

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/wire"
)

// Record is everything one spec saw and said. It is safe for concurrent use.
type Record struct {
	secrets *wire.Secrets

	mu            sync.Mutex
	controls      int
	checks        int
	failures      []labelled[evidence.Failure]
	notes         []labelled[string]
	evidence      []labelled[evidence.Item]
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
func (r *Record) Evidence(ctx context.Context, e evidence.Item) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.evidence = append(r.evidence, labelled[evidence.Item]{rankOf(ctx), e, ""})
}

// Cleanup runs f when the spec has ended, last first, with a context of its own.
func (r *Record) Cleanup(f func(context.Context)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleanups = append(r.cleanups, f)
}

// End runs the cleanups.
func (r *Record) End(ctx context.Context) {
	for {
		r.mu.Lock()
		if len(r.cleanups) == 0 {
			r.mu.Unlock()
			return
		}
		f := r.cleanups[len(r.cleanups)-1]
		r.cleanups = r.cleanups[:len(r.cleanups)-1]
		r.mu.Unlock()
		f(ctx)
	}
}

// Outcome is the record turned into a result's parts. Level decides what a broken row is called. Brief spares a row
// that passed without a remark its evidence.
func (r *Record) Outcome(level evidence.Level, brief bool) evidence.Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out evidence.Result
	if clean := len(r.failures) == 0 && r.blocked+r.notRun+r.notApplicable == "" && len(r.notes) == 0 && r.checks > 0; clean && brief {
		out.Verdict = evidence.Pass
		return out
	}
	byRank(r.pending)
	byRank(r.evidence)
	byRank(r.failures)
	byRank(r.notes)
	for _, p := range r.pending {
		x := p.value.Evidence(p.label, r.secrets)
		out.Evidence = append(out.Evidence, evidence.Item{Exchange: &x})
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
		out.Failures = append(out.Failures, evidence.Failure{
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
		out.Verdict, out.Reason = evidence.Blocked, r.hide(r.blocked)
	case r.notRun != "":
		out.Verdict, out.Reason = evidence.NotRun, r.notRun
	case r.notApplicable != "":
		out.Verdict, out.Reason = evidence.NotApplicable, r.notApplicable
	case r.checks == 0:
		out.Verdict, out.Reason = evidence.Blocked, "the spec ended without a check"
	case len(out.Notes) > 0 && (level == evidence.May || level == evidence.Info):
		out.Verdict, out.Reason = evidence.Note, out.Notes[0]
	default:
		out.Verdict = evidence.Pass
	}
	return out
}

// longest is how many bytes of a failure's text are kept.
const longest = 300

// hide replaces secrets before it shortens: half a secret would not be recognised.
func (r *Record) hide(text string) string { return wire.Cut(r.secrets.Hide(text), longest) }

func first(fs []evidence.Failure) string {
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
