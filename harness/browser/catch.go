package browser

import (
	"context"
	"sync"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// catcher answers requests for documents instead of the network.
type catcher struct {
	catching sync.Mutex
	catches  []catch
}

type catch struct {
	match func(url string) bool
	html  string
}

const caughtPage = `<!doctype html><meta charset="utf-8"><title>caught</title><p>authconform caught this navigation.`

// Catch answers every http and https document whose URL matches with an empty page: nothing
// is sent to the network and no name is resolved. The URL (without its fragment) is in Navigations and Requests as
// if it had been fetched. Other schemes do not need this: the tab does not navigate there.
func (p *Page) Catch(ctx context.Context, match func(url string) bool) error {
	return p.serve(ctx, match, caughtPage)
}

// serve answers matching documents with a page. The first match wins.
func (p *Page) serve(ctx context.Context, match func(url string) bool, html string) error {
	p.catching.Lock()
	p.catches = append(p.catches, catch{match, html})
	first := len(p.catches) == 1
	p.catching.Unlock()
	if !first {
		return nil
	}
	return p.do(ctx, ActLimit, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, fetch.Enable, fetch.EnableParams{
			Patterns: []*fetch.RequestPattern{{ResourceType: network.ResourceTypeDocument}},
		})
		return err
	}))
}

// answer continues or fulfils a paused request. It runs beside the event loop, which must never wait.
func (p *Page) answer(e *fetch.EventRequestPaused) {
	html, caught := p.caught(e.Request.URL)
	_ = p.do(context.Background(), ActLimit, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		if !caught {
			_, err := chromedp.Call(ctx, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: e.RequestID})
			return err
		}
		_, err := chromedp.Call(ctx, fetch.FulfillRequest, fetch.FulfillRequestParams{
			RequestID: e.RequestID, ResponseCode: 200, Body: []byte(html),
			ResponseHeaders: []*fetch.HeaderEntry{
				{Name: "Content-Type", Value: "text/html; charset=utf-8"}, {Name: "Cache-Control", Value: "no-store"},
			},
		})
		return err
	}))
}

func (p *Page) caught(url string) (html string, ok bool) {
	p.catching.Lock()
	defer p.catching.Unlock()
	for _, c := range p.catches {
		if c.match(url) {
			return c.html, true
		}
	}
	return "", false
}
