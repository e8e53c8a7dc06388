package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// A Page is one tab with cookies and storage of its own. Its calls are for one goroutine; its records for any.
type Page struct {
	tab    context.Context // chromedp's
	cancel func()
	main   string // id of the main frame
	cell   *cell  // nil: somebody else started the browser
	record
	catcher
}

// Close drops the tab with its cookies and storage.
func (p *Page) Close() { p.cancel() }

// Open goes to a URL and returns once its document begins, or once the server has sent the browser elsewhere: to a
// scheme that no browser knows, or to a caught URL. What came of it is in Navigations.
func (p *Page) Open(ctx context.Context, url string) error {
	p.expect(url)
	before := len(p.Navigations())
	var failed string
	err := p.do(ctx, OpenLimit, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		answer, err := chromedp.Call(ctx, page.Navigate, page.NavigateParams{URL: url})
		failed = answer.ErrorText
		return err
	}))
	if err != nil {
		return fmt.Errorf("opening %s: %w", strip(url), err)
	}
	if failed != "" && len(p.Navigations())-before < 2 { // the first is the URL itself, a second one is a redirect, which counts as an answer
		if origin, whole := p.Kept(); whole {
			return &KeptError{origin}
		}
		if strings.Contains(failed, cellError) {
			failed = "the connection is refused"
		}
		return fmt.Errorf("opening %s: %s", strip(url), failed)
	}
	return nil
}

// strip removes the query from an error's text: it may contain secrets that only the caller can redact.
func strip(url string) string {
	bare, _, _ := strings.Cut(url, "?")
	return bare
}

//go:embed deep.js
var deepJS string

// Eval calls a JavaScript function in the page and decodes what it returns (or the promise it returns comes to).
// The script is a constant of the caller, `(deep, a, b) => …`: `deep` finds elements through open shadow roots
// (deep.js), the arguments travel as JSON. Never build a script from what a target sent.
func Eval[T any](ctx context.Context, p *Page, script string, args ...any) (T, error) {
	var value T
	list := []string{"deep"}
	for _, arg := range args {
		quoted, err := json.Marshal(arg)
		if err != nil {
			return value, err
		}
		list = append(list, string(quoted))
	}
	expression := "(() => {" + deepJS + "return (" + script + ")(" + strings.Join(list, ",") + ")})()"
	raw, err := run(ctx, p, ActLimit, chromedp.Evaluate[[]byte](expression, chromedp.EvalAwaitPromise))
	if err != nil || len(raw) == 0 {
		return value, err
	}
	err = json.Unmarshal(raw, &value)
	return value, err
}

// within runs a call under the caller's context and its own limit.
func (p *Page) within(ctx context.Context, limit time.Duration) (context.Context, func()) {
	bound, cancel := context.WithTimeout(p.tab, limit)
	stop := context.AfterFunc(ctx, cancel)
	return bound, func() { stop(); cancel() }
}

func (p *Page) do(ctx context.Context, limit time.Duration, action chromedp.Action[chromedp.Void]) error {
	_, err := run(ctx, p, limit, action)
	return err
}

func run[T any](ctx context.Context, p *Page, limit time.Duration, action chromedp.Action[T]) (T, error) {
	bound, done := p.within(ctx, limit)
	defer done()
	value, err := chromedp.Run(bound, action)
	return value, p.why(ctx, limit, err)
}

// why returns the reason for a context's end: the caller's, the tab's, or our own.
func (p *Page) why(ctx context.Context, limit time.Duration, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(context.Cause(ctx), context.DeadlineExceeded):
		return said{"the time for it was over", context.Cause(ctx)}
	case errors.Is(context.Cause(ctx), context.Canceled):
		return said{"it was given up", context.Cause(ctx)}
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case p.tab.Err() != nil:
		return errors.New("the browser's tab is closed")
	case errors.Is(err, context.DeadlineExceeded):
		return said{fmt.Sprintf("the page did not answer within %v", limit), err}
	}
	return err
}

// until calls look at each event of the network and every few milliseconds, until look is satisfied. It repeats a look that fails
// while the page is being replaced.
func (p *Page) until(ctx context.Context, limit time.Duration, what string, look func(context.Context) (bool, error)) error {
	bound, done := p.within(ctx, limit)
	defer done()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	var last error
	for {
		changed := p.changes()
		ok, err := look(bound)
		if err == nil && ok {
			return nil
		}
		if err != nil && bound.Err() == nil {
			last = err
		}
		select {
		case <-bound.Done():
			if ctx.Err() != nil || p.tab.Err() != nil {
				return fmt.Errorf("waiting for %s: %w", what, p.why(ctx, limit, bound.Err()))
			}
			return errors.Join(said{fmt.Sprintf("waiting for %s: not within %v", what, limit), context.DeadlineExceeded}, last)
		case <-changed:
		case <-tick.C:
		}
	}
}

// record is the history of the tab, in the order of the browser's events.
type record struct {
	mu          sync.Mutex
	changed     chan struct{} // closed and replaced at every event
	last        time.Time     // of the last event
	opening     string        // the URL of the Open under way
	requested   string        // a navigation that the page requested, until the network confirms it
	navigations []Navigation
	requests    []Request
	index       map[string]int // a request's id -> its place
	frames      map[string]frame
	console     []Message
	dialogs     []Message
}

func unquote(raw []byte) (string, error) {
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err
}
