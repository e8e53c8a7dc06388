package browser

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/authconform/authconform/evidence"
)

// A Capture is evidence of what the page showed. Text typed into password and code fields is in neither the
// picture nor the DOM. URL and HTML are otherwise raw; the caller redacts them.
type Capture struct {
	URL  string
	PNG  []byte // the whole page
	HTML string // the DOM as it is now, open shadow roots as <template shadowrootmode="open">
}

//go:embed capture.js
var captureJS string

// Capture takes a screenshot and the DOM. It does not change the page.
func (p *Page) Capture(ctx context.Context) (Capture, error) {
	url, err := Eval[string](ctx, p, `() => location.href`)
	if err != nil {
		return Capture{}, fmt.Errorf("capturing the page: %w", err)
	}
	shot := Capture{URL: url}
	if shot.HTML, err = Eval[string](ctx, p, captureJS); err != nil { // without it, the picture might show a secret
		return Capture{}, fmt.Errorf("capturing the page's DOM: %w", err)
	}
	if len(shot.HTML) > largestDOM {
		shot.HTML = fmt.Sprintf("%s<!-- cut after %d KiB -->", evidence.Start(shot.HTML, largestDOM), largestDOM>>10)
	}
	shot.PNG, err = run(ctx, p, CaptureLimit, chromedp.FullScreenshot(100))
	if _, again := Eval[string](ctx, p, captureJS); err == nil {
		err = again
	}
	if err != nil {
		return shot, fmt.Errorf("capturing the page's picture: %w", err)
	}
	return shot, nil
}

// Look is how a page is displayed: the window size in CSS pixels, and the user's preferences.
type Look struct {
	Width, Height int64
	Dark          bool
	LessMotion    bool
}

// Look changes the page's window size and preferences.
func (p *Page) Look(ctx context.Context, look Look) error {
	features := []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: pick(look.Dark, "dark", "light")},
		{Name: "prefers-reduced-motion", Value: pick(look.LessMotion, "reduce", "no-preference")},
	}
	return p.do(ctx, ActLimit, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
			return err
		}
		_, err := chromedp.EmulateViewport(look.Width, look.Height)(ctx, t)
		return err
	}))
}

func pick(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}
