package judge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/evidence/redact"
	"github.com/authconform/authconform/harness/wire"
)

// Record is everything that one spec observed and reported. It is safe for concurrent use.
type Record struct {
	secrets *redact.Table

	mu            sync.Mutex
	controls      int
	checks        int
	failures      []placed[finding]
	notes         []placed[said]
	found, unsaid int             // bytes of the texts of failures and notes; failures and notes that were dropped
	seen          []placed[sight] // not yet redacted
	held, pages   int             // bytes of the exchanges, and of the browser's pages, in seen
	beyond        int             // exchanges and pages that were dropped
	blocked       string
	cause         string // blocked, without the vector
	notRun        string
	need          string      // the missing condition
	kept          string      // where a request came from, and what was not sent because its origin is not trusted
	credulous     []Credulity // what the target accepts though it was invented
	open          string      // URL of the resource that takes AnyBearer; "": any
	notApplicable string
	cleanups      []func(context.Context)
	short         []string // kinds of credentials that are too short to be searched for
	aliases       []string // real, name, real, name: what differs from run to run in the names of vectors
}

// placed is a value of a vector or a step.
type placed[T any] struct {
	at    wire.Place
	value T
}

// sight is one observation: an exchange, a browser's page, or a remark.
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

// NewRecord returns an empty record for one spec.
func NewRecord() *Record { return &Record{secrets: redact.New(redact.New(nil))} }

// InRun makes records started under ctx also know the secrets of the run's other rows.
func InRun(ctx context.Context, secrets *redact.Table) context.Context {
	return context.WithValue(ctx, runKey{}, secrets)
}

// StartRecord returns an empty record for one spec of the run under ctx.
func StartRecord(ctx context.Context) *Record {
	run, _ := ctx.Value(runKey{}).(*redact.Table)
	return &Record{secrets: redact.New(run)}
}

// With makes r the record of the spec under ctx.
func With(ctx context.Context, r *Record) context.Context {
	return wire.WithRecorder(context.WithValue(ctx, recordKey{}, r), r)
}

// From returns the record of the spec under ctx. It panics outside a spec, which is a bug of the caller.
func From(ctx context.Context) *Record {
	r, ok := ctx.Value(recordKey{}).(*Record)
	if !ok {
		panic("judge: no record in this context; was the spec run by the runner?")
	}
	return r
}

// Secret hides a value in everything that the spec leaves behind.
func Secret(ctx context.Context, kind, value string) { From(ctx).secrets.Learn(kind, value) }

// Credential hides a value given by the user, as Secret does. A value that is too short to search for in free text is
// reported in Warnings.
func Credential(ctx context.Context, kind, value string) {
	r := From(ctx)
	r.secrets.Learn(kind, value)
	r.mu.Lock()
	defer r.mu.Unlock()
	if value != "" && len(value) < redact.Shortest && !slices.Contains(r.short, kind) {
		r.short = append(r.short, kind)
	}
}

// Alias replaces a value that differs from run to run, such as an address, in the names of vectors, so that baselines match the next
// run on another port.
func Alias(ctx context.Context, real, name string) {
	r := From(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	if real != "" {
		r.aliases = append(r.aliases, real, name)
	}
}

// Record implements wire.Recorder.
func (r *Record) Record(at wire.Place, e *wire.Exchange) {
	r.see(at, sight{exchange: r.bounded(e)})
	if origin := (*wire.OriginError)(nil); errors.As(e.Err, &origin) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.kept = origin.Error()
	}
}

// Remark adds a sentence to the evidence.
func Remark(ctx context.Context, note string) { From(ctx).see(wire.PlaceOf(ctx), sight{note: note}) }

// Shot keeps a browser's screenshot and page as HTML. Either may be empty.
func (r *Record) Shot(ctx context.Context, step evidence.BrowserStep, png []byte, html string) {
	r.see(wire.PlaceOf(ctx), sight{step: &step, png: png, html: html})
}

func (r *Record) see(at wire.Place, s sight) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.seen) >= wire.RowExchanges {
		r.beyond++
		return
	}
	if n := len(s.png) + len(s.html); n > 0 {
		if r.pages += n; r.pages > wire.RowPages {
			step := *s.step
			step.Doing = fmt.Sprintf("%s (cut after %d MiB: picture and page are not kept)", step.Doing, wire.RowPages>>20)
			s.step, s.png, s.html = &step, nil, ""
		}
	}
	r.seen = append(r.seen, placed[sight]{at, s})
}

// bounded returns an exchange as the record holds it. If the record holds a lot already, it learns the exchange's secrets at
// once, and cuts the bodies to what evidence shows.
func (r *Record) bounded(e *wire.Exchange) *wire.Exchange {
	r.mu.Lock()
	r.held += e.Size()
	much := r.held > wire.RowBodies || len(r.seen) >= wire.RowExchanges
	r.mu.Unlock()
	if !much {
		return e
	}
	e.Learn(r.secrets)
	short := e.Brief()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held += short.Size() - e.Size()
	return short
}

// Cleanup runs f when the spec has ended, in reverse order, with its own context.
func (r *Record) Cleanup(f func(context.Context)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleanups = append(r.cleanups, f)
}

// End runs all cleanups, even if one fails, so that a blocked step leaves nothing else at the target.
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

// Hide replaces recorded secrets in a text. Everything that leaves the process goes through it.
func (r *Record) Hide(text string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.learn()
	return r.secrets.Hide(text)
}

// learn adds the secrets of all observations to the table.
func (r *Record) learn() {
	for _, s := range r.seen {
		if s.value.exchange != nil {
			s.value.exchange.Learn(r.secrets)
		}
	}
}

// Warnings lists secrets that could not be hidden everywhere.
func (r *Record) Warnings() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []string
	for _, kind := range r.short {
		list = append(list, fmt.Sprintf(
			"the %s has fewer than %d characters: it is hidden where it is sent or returned, but not in free text",
			strings.ReplaceAll(kind, "_", " "), redact.Shortest))
	}
	return list
}
