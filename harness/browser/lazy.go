package browser

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/judge"
)

// Lazy is a process's browser, started when the first spec opens a page. nil means that there is no browser.
type Lazy struct {
	spec  string
	keys  [][]byte                              // of certificates that only the harness trusts (SubjectPublicKeyInfo)
	open  []string                              // origins that it may reach
	plain bool                                  // it pretends to be a person's browser
	pass  http.Header                           // added to the requests of pages
	forgo error                                 // why there is no browser, or nil
	trust func(context.Context) ([]byte, error) // returns one more such key at the start; nil: none

	starting sync.Mutex // one at a time starts it; the others wait
	mu       sync.Mutex
	b        *Browser
	err      error
	starts   int
}

// Later is a browser (see Find) that is not started yet.
func Later(spec string) *Lazy { return &Lazy{spec: spec} }

// Accept makes the browser accept certificates with a key (SubjectPublicKeyInfo).
func (l *Lazy) Accept(key []byte) { l.keys = append(l.keys, key) }

// Reach lets the browser reach origins (URLs), even when it is already running.
func (l *Lazy) Reach(origins ...string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open = append(l.open, origins...); l.b != nil {
		l.b.Reach(origins...)
	}
}

// Disguise makes it look like a browser with a screen.
func (l *Lazy) Disguise() {
	if l != nil {
		l.plain = true
	}
}

// Pass adds a header to the requests of its pages. They reach only the target, origins that the user trusts, and us.
func (l *Lazy) Pass(h http.Header) {
	if l != nil {
		l.pass = h
	}
}

// Forgo records why there can be no browser.
func (l *Lazy) Forgo(why string) {
	if l != nil {
		l.forgo = fmt.Errorf("%w: %s", ErrNone, why)
	}
}

// Trust makes the browser trust one more key, which is looked up when it starts.
func (l *Lazy) Trust(key func(context.Context) ([]byte, error)) { l.trust = key }

// Close ends it if it was started.
func (l *Lazy) Close() {
	if l == nil {
		return
	}
	l.starting.Lock() // also close a browser that is just starting
	defer l.starting.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.b != nil {
		_ = l.b.Close()
	}
}

// errDied is the error for a browser that does not stay alive.
var errDied = errors.New("the browser has exited twice")

// start returns the running browser. It restarts a dead browser once.
func (l *Lazy) start(ctx context.Context) (*Browser, error) {
	l.starting.Lock()
	defer l.starting.Unlock()
	l.mu.Lock()
	b, err, starts := l.b, l.err, l.starts
	l.mu.Unlock()
	switch {
	case err == nil && b != nil && !b.died():
		return b, nil
	case err != nil && (starts == mostStarts || !wentOff(err)):
		return nil, err
	case starts == mostStarts:
		return nil, errDied
	}
	fresh, err := l.launch(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	if b != nil {
		_ = b.Close()
	}
	if l.b, l.err, l.starts = fresh, err, starts+1; err == nil {
		fresh.Reach(l.open...)
	}
	return fresh, err
}

// wentOff reports whether a browser that failed to start has exited: it may have been killed. One that hangs would hang again.
func wentOff(err error) bool {
	return !errors.Is(err, ErrNone) && !errors.Is(err, context.DeadlineExceeded)
}

// mostStarts is how often a process starts its browser.
const mostStarts = 2

func (l *Lazy) launch(ctx context.Context) (*Browser, error) {
	o, err := Find(l.spec)
	if err = cmp.Or(err, l.forgo); err != nil {
		return nil, err
	}
	if o.Disguise, o.Pass = l.plain, l.pass; o.Remote != "" {
		return Start(ctx, o)
	}
	keys := l.keys
	if l.trust != nil {
		key, err := l.trust(ctx)
		if err != nil {
			return nil, err
		}
		if key != nil {
			keys = append(keys, key)
		}
	}
	for _, key := range keys {
		sum := sha256.Sum256(key)
		o.IgnoreCertSPKI = append(o.IgnoreCertSPKI, base64.StdEncoding.EncodeToString(sum[:]))
	}
	return Start(ctx, o)
}

type lazyKey struct{}

// With lets the specs under ctx find the browser.
func With(ctx context.Context, l *Lazy) context.Context { return context.WithValue(ctx, lazyKey{}, l) }

// From returns the browser of the spec under ctx, starting it if necessary. The spec is not_run if there is none, and blocked if
// it does not start or does not keep running.
func From(ctx context.Context) *Browser {
	l, ok := ctx.Value(lazyKey{}).(*Lazy)
	if !ok || l == nil {
		panic("browser: no browser in this context; was the spec run by the runner?")
	}
	for _, values := range l.pass {
		for _, v := range values {
			judge.Secret(ctx, "header", v)
		}
	}
	running, err := l.start(ctx)
	switch {
	case errors.Is(err, ErrNone):
		judge.Lacks(ctx, "browser", "%v", err)
	case err != nil:
		judge.Block(ctx, "the browser does not work: %s", brief(err))
	}
	return running
}

// Open opens a fresh page for the spec under ctx; it is closed when the spec ends. If the spec fails, the page
// is kept as evidence.
func Open(ctx context.Context) *Page {
	running := From(ctx)
	page, err := running.NewPage(ctx)
	if err != nil && running.died() {
		page, err = From(ctx).NewPage(ctx)
	}
	if err != nil {
		judge.Block(ctx, "the browser opens no page: %s", brief(err))
	}
	record := judge.From(ctx)
	record.Cleanup(func(after context.Context) {
		if record.Failed() {
			Show(ctx, page, "the page at the end")
		}
		page.Close()
	})
	return page
}

// brief puts an error on one line: a browser that does not start prints a lot.
func brief(err error) string {
	const most = 300 // bytes
	line := strings.Join(strings.Fields(err.Error()), " ")
	if len(line) > most {
		line = strings.ToValidUTF8(line[:most], "") + "…"
	}
	return line
}

// Show keeps a page's contents as evidence.
func Show(ctx context.Context, page *Page, step string) {
	seen, err := page.Capture(context.WithoutCancel(ctx))
	if err != nil {
		return // the page is gone; the failure itself stays
	}
	judge.From(ctx).Shot(ctx, evidence.BrowserStep{Doing: step, URL: seen.URL}, seen.PNG, seen.HTML)
}
