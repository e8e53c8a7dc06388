package browser

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"
)

// A Browser is one process, or one connection to a browser that runs elsewhere. Its pages may be used in parallel.
type Browser struct {
	root   context.Context // chromedp's: the browser lives as long as it does
	cancel func()
	once   sync.Once
	cell   *cell // nil: the browser was started by somebody else
	plain  bool  // it pretends to be a person's browser
	pass   http.Header
}

// Start launches the browser, or connects to it. ctx limits the launch, not the browser's lifetime.
func Start(ctx context.Context, o Options) (*Browser, error) {
	b := &Browser{plain: o.Disguise, pass: o.Pass}
	allocator, release, err := b.allocate(o)
	if err != nil {
		return nil, err
	}
	root, cancel := chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {})) // calls return their own errors
	b.root, b.cancel = root, func() { cancel(); release() }
	if err := firstRun(ctx, root, LaunchLimit, b.cancel); err != nil {
		return nil, fmt.Errorf("starting the browser %s%s: %w", o.Path, o.Remote, err)
	}
	return b, nil
}

func (b *Browser) allocate(o Options) (context.Context, context.CancelFunc, error) {
	switch {
	case o.Remote != "" && len(o.IgnoreCertSPKI) > 0:
		return nil, nil, fmt.Errorf("the browser at %s is already running: set its certificates where it is started", o.Remote)
	case o.Remote != "":
		ctx, cancel := remote.NewAllocator(context.Background(), o.Remote)
		return ctx, cancel, nil
	case o.Path == "":
		return nil, nil, fmt.Errorf("%w: neither a path nor an address", ErrNone)
	}
	var err error
	if b.cell, err = newCell(); err != nil {
		return nil, nil, err
	}
	b.cell.reach(o.Origins...)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), flags(o, b.cell.address())...)
	return ctx, func() { cancel(); b.cell.close() }, nil
}

// Reach lets pages connect to more origins (URLs). A browser that already runs is not restricted.
func (b *Browser) Reach(origins ...string) {
	if b.cell != nil {
		b.cell.reach(origins...)
	}
}

// Refused lists the refused connections of pages, as HOST:PORT, without repetition.
func (b *Browser) Refused() []string {
	if b.cell == nil {
		return nil
	}
	b.cell.mu.Lock()
	defer b.cell.mu.Unlock()
	return slices.Clone(b.cell.refused)
}

// firstRun starts the browser or tab of a context. chromedp binds them to the context of their first run, so that context must
// not carry the limit; a late start is cancelled from outside.
func firstRun(ctx, target context.Context, limit time.Duration, cancel func()) error {
	ctx, stop := context.WithTimeout(ctx, limit)
	defer stop()
	started := make(chan error, 1)
	go func() { started <- chromedp.Do(target) }()
	select {
	case err := <-started:
		if err != nil {
			cancel()
		}
		return err
	case <-ctx.Done():
		go cancel() // waits for the process, which may itself hang
		return said{fmt.Sprintf("not ready within %v", limit), ctx.Err()}
	}
}

// died reports whether the browser has ended by itself or was lost.
func (b *Browser) died() bool {
	if b.root.Err() != nil {
		return true
	}
	select {
	case <-chromedp.FromContext(b.root).Browser.LostConnection:
		return true
	default:
		return false
	}
}

// Close ends the process, or disconnects from a browser that runs elsewhere. It may be called twice.
func (b *Browser) Close() error {
	var err error
	b.once.Do(func() {
		ctx, stop := context.WithTimeout(b.root, CloseLimit)
		defer stop()
		if err = chromedp.Cancel(ctx); errors.Is(err, context.Canceled) {
			err = nil // the process was gone already
		}
		b.cancel()
	})
	return err
}

// NewPage opens a tab in its own incognito context: cookies, storage and cache are not shared.
func (b *Browser) NewPage(ctx context.Context) (*Page, error) {
	tab, cancel := chromedp.NewContext(b.root, chromedp.WithNewBrowserContext())
	if err := firstRun(ctx, tab, TabLimit, cancel); err != nil {
		return nil, fmt.Errorf("opening a tab: %w", err)
	}
	p := &Page{tab: tab, cancel: cancel, cell: b.cell}
	p.main = string(chromedp.FromContext(tab).Target.TargetID) // the main frame's id is its target's
	p.changed = make(chan struct{})
	if err := chromedp.Listen(tab, p.listen); err != nil {
		cancel()
		return nil, fmt.Errorf("opening a tab: %w", err)
	}
	p.readConsole()
	err := p.do(ctx, TabLimit, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
			return err
		}
		if len(b.pass) > 0 {
			if _, err := chromedp.Call(ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: joined(b.pass)}); err != nil {
				return err
			}
		}
		if b.plain {
			if err := pass(ctx); err != nil {
				return err
			}
		}
		// A service worker could answer requests invisibly, and old frontends reload once because of it.
		_, err := chromedp.Call(ctx, network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: true})
		return err
	}))
	if err != nil {
		cancel()
		return nil, fmt.Errorf("opening a tab: %w", err)
	}
	return p, nil
}

// joined converts a header to the browser's format.
func joined(h http.Header) network.Headers {
	all := network.Headers{}
	for name, values := range h {
		all[name] = strings.Join(values, ", ")
	}
	return all
}
