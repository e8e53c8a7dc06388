package judge

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/evidence/redact"
	"github.com/authconform/authconform/harness/wire"
)

// Record is everything one spec saw and said. It is safe for concurrent use.
type Record struct {
	secrets *redact.Table

	mu            sync.Mutex
	controls      int
	checks        int
	failures      []placed[evidence.Failure]
	notes         []placed[string]
	seen          []placed[sight] // not yet redacted
	blocked       string
	cause         string // blocked, without the vector
	notRun        string
	need          string // the condition that is lacking
	notApplicable string
	cleanups      []func(context.Context)
	short         []string // kinds of credentials that are too short to be searched for
	aliases       []string // real, name, real, name: what differs from run to run in the names of vectors
}

// placed is something that belongs to a vector or a step.
type placed[T any] struct {
	at    wire.Place
	value T
}

// sight is one thing that was seen: an exchange, a browser's page, or a remark.
type sight struct {
	exchange *wire.Exchange
	step     *evidence.BrowserStep
	png      []byte
	html     string
	note     string
}

type (
	recordKey struct{}
	runKey    struct{}
)

// NewRecord starts the record of one spec.
func NewRecord() *Record { return &Record{secrets: redact.New(redact.New(nil))} }

// InRun lets records that are started under ctx know the secrets of other rows of the run too.
func InRun(ctx context.Context, secrets *redact.Table) context.Context {
	return context.WithValue(ctx, runKey{}, secrets)
}

// StartRecord starts the record of one spec of the run under ctx.
func StartRecord(ctx context.Context) *Record {
	run, _ := ctx.Value(runKey{}).(*redact.Table)
	return &Record{secrets: redact.New(run)}
}

// With lets the spec under ctx write into r.
func With(ctx context.Context, r *Record) context.Context {
	return wire.WithRecorder(context.WithValue(ctx, recordKey{}, r), r)
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

// Credential makes what the user gave us a secret, as Secret does. One that is too short to be searched for in free text is
// warned of.
func Credential(ctx context.Context, kind, value string) {
	r := From(ctx)
	r.secrets.Learn(kind, value)
	r.mu.Lock()
	defer r.mu.Unlock()
	if value != "" && len(value) < redact.Shortest && !slices.Contains(r.short, kind) {
		r.short = append(r.short, kind)
	}
}

// Alias gives what differs from run to run, an address for one, a name in the names of vectors: baselines hold on the next
// run, on another port.
func Alias(ctx context.Context, real, name string) {
	r := From(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	if real != "" {
		r.aliases = append(r.aliases, real, name)
	}
}

// Record implements wire.Recorder.
func (r *Record) Record(at wire.Place, e *wire.Exchange) { r.see(at, sight{exchange: e}) }

// Remark adds something to the evidence in words.
func Remark(ctx context.Context, note string) { From(ctx).see(wire.PlaceOf(ctx), sight{note: note}) }

// Shot keeps what a browser shows: a picture, and the page as HTML. Either may be empty.
func (r *Record) Shot(ctx context.Context, step evidence.BrowserStep, png []byte, html string) {
	r.see(wire.PlaceOf(ctx), sight{step: &step, png: png, html: html})
}

func (r *Record) see(at wire.Place, s sight) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, placed[sight]{at, s})
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

// Failed reports whether anything has gone wrong so far.
func (r *Record) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.failures) > 0 || r.blocked != ""
}

// Hide replaces the secrets of what was recorded in a text: everything that leaves the process goes through it.
func (r *Record) Hide(text string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.learn()
	return r.secrets.Hide(text)
}

// learn teaches the table all secrets that were seen.
func (r *Record) learn() {
	for _, s := range r.seen {
		if s.value.exchange != nil {
			s.value.exchange.Learn(r.secrets)
		}
	}
}

// Warnings are about secrets that could not be hidden everywhere.
func (r *Record) Warnings() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []string
	for _, kind := range r.short {
		list = append(list, fmt.Sprintf(
			"the %s has fewer than %d characters: it is hidden where it is sent or returned, but free text cannot be searched for it",
			strings.ReplaceAll(kind, "_", " "), redact.Shortest))
	}
	return list
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
	r.learn()
	byRank(r.failures)
	byRank(r.notes)
	for _, f := range r.failures {
		stable := r.stable(f.at.Vector)
		shown := evidence.Failure{Vector: stable, Expected: r.hide(f.value.Expected), Got: r.hide(f.value.Got)}
		if f.at.Step != "" {
			shown.Vector = strings.TrimPrefix(stable+", "+r.stable(f.at.Step), ", ")
		}
		if value := r.hide(f.at.Name()); value != shown.Vector {
			shown.Value = value
		}
		out.Failures = append(out.Failures, shown)
		if shown.Vector != "" && !slices.Contains(out.Vectors, shown.Vector) {
			out.Vectors = append(out.Vectors, shown.Vector)
		}
	}
	for _, n := range r.notes {
		out.Notes = append(out.Notes, r.hide(n.value))
	}
	r.judge(level, &out)
	out.Evidence = r.items()
	return out
}

// judge finds the verdict.
func (r *Record) judge(level evidence.Level, out *evidence.Result) {
	switch {
	case len(r.failures) > 0:
		out.Verdict, out.Reason = level.Broken(), first(out.Failures)
	case r.blocked != "":
		out.Verdict, out.Reason, out.Cause = evidence.Blocked, r.hide(r.blocked), r.stable(r.cause)
	case r.notRun != "":
		out.Verdict, out.Reason, out.Need = evidence.NotRun, r.hide(r.notRun), r.need
	case r.notApplicable != "":
		out.Verdict, out.Reason = evidence.NotApplicable, r.hide(r.notApplicable)
	case r.checks == 0:
		out.Verdict, out.Reason = evidence.Blocked, "the spec ended without a check"
	case len(out.Notes) > 0 && (level == evidence.May || level == evidence.Info):
		out.Verdict, out.Reason = evidence.Note, out.Notes[0]
	default:
		out.Verdict = evidence.Pass
	}
}

// items is what was seen, redacted, in the order of the vectors.
func (r *Record) items() []evidence.Item {
	byRank(r.seen)
	var exchanges []*wire.Exchange
	for _, s := range r.seen {
		if s.value.exchange != nil {
			exchanges = append(exchanges, s.value.exchange)
		}
	}
	shown := wire.Evidence(exchanges, r.secrets)
	var list []evidence.Item
	for _, s := range r.seen {
		item := evidence.Item{Rank: s.at.Rank, Vector: r.stable(s.at.Vector), Step: r.hide(s.at.Step)}
		switch {
		case s.value.exchange != nil:
			x := shown[0]
			item.Exchange, shown = &x, shown[1:]
		case s.value.step != nil:
			item.Browser = &evidence.BrowserStep{Doing: r.secrets.Hide(s.value.step.Doing), URL: r.secrets.Hide(s.value.step.URL)}
		default:
			item.Note = r.secrets.Hide(s.value.note)
		}
		list = append(list, item)
	}
	return list
}

// Files are the pictures and pages of the record, and names them in the result that Outcome made.
func (r *Record) Files(result *evidence.Result) []evidence.File {
	r.mu.Lock()
	defer r.mu.Unlock()
	var files []evidence.File
	for i, s := range r.seen {
		if s.value.step == nil || i >= len(result.Evidence) || result.Evidence[i].Browser == nil {
			continue
		}
		step, n := result.Evidence[i].Browser, len(files)+1
		if len(s.value.png) > 0 {
			step.Screenshot = evidence.Shot(result.ID, n, ".png")
			files = append(files, evidence.File{Name: step.Screenshot, Content: s.value.png})
		}
		if s.value.html != "" {
			step.DOM = evidence.Shot(result.ID, n, ".html.txt") // text: a browser must not run it
			files = append(files, evidence.File{Name: step.DOM, Content: []byte(r.secrets.Hide(s.value.html))})
		}
	}
	return files
}

// longest is how many bytes of a failure's text are kept, and longestName of a vector's name.
const (
	longest     = 2000
	longestName = 160
)

// hide replaces secrets before it shortens: half a secret would not be recognised.
func (r *Record) hide(text string) string { return wire.Cut(r.secrets.Hide(text), longest) }

// stable is a name without what differs from run to run.
func (r *Record) stable(name string) string {
	if name == "" {
		return ""
	}
	return wire.Cut(r.secrets.Hide(strings.NewReplacer(r.aliases...).Replace(name)), longestName)
}

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

func byRank[T any](list []placed[T]) {
	slices.SortStableFunc(list, func(a, b placed[T]) int { return a.at.Rank - b.at.Rank })
}
