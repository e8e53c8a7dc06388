package browser

import (
	"context"
	"errors"
	"fmt"
	"html"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Framing is the result of loading a document in a foreign page's iframe.
type Framing struct {
	Rendered bool   // the frame holds the target's document
	Blocked  bool   // the browser refused to show it (X-Frame-Options, frame-ancestors)
	Reason   string // of a block, as the browser says it
	Text     string // what is to be read in a frame that was rendered
}

// frame describes a subframe's document.
type frame struct {
	url, unreachable string
	stopped          bool
}

func (r *record) frameNavigated(f *cdp.Frame) {
	if f.ParentID == "" {
		r.frames = nil // a new document begins without frames
		return
	}
	if r.frames == nil {
		r.frames = map[string]frame{}
	}
	r.frames[string(f.ID)] = frame{url: f.URL, unreachable: f.UnreachableURL}
}

func (r *record) frameStopped(id string) {
	if f, ok := r.frames[id]; ok {
		f.stopped = true
		r.frames[id] = f
	}
}

// Frame loads a URL in an iframe of our page at `from`, an http(s) URL that is answered without the network
// (http://attacker.example/), in a fresh context. An error means that the target did not answer.
// A frame that navigates the top page counts as neither rendered nor blocked.
func (b *Browser) Frame(ctx context.Context, url, from string) (Framing, error) {
	p, err := b.NewPage(ctx)
	if err != nil {
		return Framing{}, err
	}
	defer p.Close()
	ours := `<!doctype html><meta charset="utf-8"><title>framer</title>` +
		`<iframe width="900" height="700" src="` + html.EscapeString(url) + `"></iframe>`
	if err := p.serve(ctx, func(u string) bool { return u == from }, ours); err != nil {
		return Framing{}, err
	}
	if err := p.Open(ctx, from); err != nil {
		return Framing{}, err
	}
	var id string
	var inner frame
	err = p.until(ctx, FrameLimit, "the framed document", func(context.Context) (bool, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		for key, f := range p.frames {
			if f.stopped && (f.unreachable != "" || f.url != "about:blank") {
				id, inner = key, f
				return true, nil
			}
		}
		return len(p.navigations) > 1, nil // the frame has moved the whole tab
	})
	switch {
	case err != nil:
		return Framing{}, fmt.Errorf("framing %s: %w", strip(url), err)
	case id == "":
		return Framing{Reason: "the framed page moved the whole window"}, nil
	case inner.unreachable == "":
		text, err := p.frameText(ctx, id)
		return Framing{Rendered: true, Text: text}, err
	}
	reason := p.frameFailure()
	if strings.Contains(reason, "ERR_BLOCKED_BY_RESPONSE") || strings.Contains(reason, "ERR_BLOCKED_BY_CSP") {
		return Framing{Blocked: true, Reason: reason}, nil
	}
	return Framing{}, fmt.Errorf("framing %s: %s", strip(url), reason)
}

// frameFailure returns the browser's error for a subframe's document that it did not show.
func (p *Page) frameFailure() string {
	reason := "not loaded"
	for _, r := range p.Requests() {
		if r.Type == "Document" && !r.Main && r.Failed != "" {
			reason = r.Failed
		}
	}
	return reason
}

// frameText reads a frame from an isolated script world, which the page's scripts cannot influence.
func (p *Page) frameText(ctx context.Context, id string) (string, error) {
	raw, err := run(ctx, p, ActLimit, chromedp.Action[[]byte](func(ctx context.Context, _ *chromedp.Target) ([]byte, error) {
		world, err := chromedp.Call(ctx, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: cdp.FrameID(id)})
		if err != nil {
			return nil, err
		}
		answer, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{
			Expression: `document.body ? document.body.innerText : ""`, ContextID: world.ExecutionContextID,
		})
		if err != nil {
			return nil, err
		}
		if answer.ExceptionDetails != nil {
			return nil, errors.New(answer.ExceptionDetails.Text)
		}
		return answer.Result.Value, nil
	}))
	if err != nil {
		return "", fmt.Errorf("reading the frame: %w", err)
	}
	return unquote(raw)
}
