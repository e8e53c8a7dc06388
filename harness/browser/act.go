package browser

import (
	"context"
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Selectors are CSS, or text=REGEXP, which finds pressable elements (buttons, links and the like) by their text, ignoring case.
// `text=REGEXP; not REGEXP` excludes elements that also match the second expression.
// A selector searches the document and every open shadow root, and means the first visible element. An
// element that is missing or disabled is waited for, up to ActLimit.

// Type replaces the text of a field. Errors do not contain the text.
func (p *Page) Type(ctx context.Context, css, text string) error {
	return p.until(ctx, ActLimit, "the field "+css+" to take a text", func(ctx context.Context) (bool, error) {
		return Eval[bool](ctx, p, `(deep, css, text) => deep.type(css, text)`, css, text)
	})
}

// Press clicks the middle of an element with the mouse, once nothing covers it.
func (p *Page) Press(ctx context.Context, css string) error { return p.press(ctx, css) }

// PressText is Press for the element with exactly this text.
func (p *Page) PressText(ctx context.Context, css, text string) error { return p.press(ctx, css, text) }

func (p *Page) press(ctx context.Context, css string, text ...any) error {
	type spot struct {
		X, Y    float64
		Covered string
	}
	var at spot
	err := p.until(ctx, ActLimit, "something to press at "+css, func(ctx context.Context) (bool, error) {
		found, err := Eval[*spot](ctx, p, `(deep, ...which) => deep.target(...which)`, append([]any{css}, text...)...)
		if err != nil || found == nil {
			return false, err
		}
		if at = *found; at.Covered != "" {
			return false, fmt.Errorf("%s is covered by <%s>", css, at.Covered)
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	return p.do(ctx, ActLimit, chromedp.MouseClickXY(at.X, at.Y))
}

// Key presses and releases one key in the focused element: "Enter", "Tab", "Escape", "Space", "Delete", "Backspace",
// "ArrowUp", "ArrowDown", or a character.
func (p *Page) Key(ctx context.Context, key string) error {
	named := map[string]string{
		"Enter": kb.Enter, "Tab": kb.Tab, "Escape": kb.Escape, "Space": " ", "Delete": kb.Delete,
		"Backspace": kb.Backspace, "ArrowUp": kb.ArrowUp, "ArrowDown": kb.ArrowDown,
	}
	stroke, ok := named[key]
	switch {
	case ok:
	case len([]rune(key)) == 1:
		stroke = key
	default:
		return fmt.Errorf("unknown key %q", key)
	}
	return p.do(ctx, ActLimit, chromedp.KeyEvent(stroke))
}

// Visible reports whether the element is visible now; it does not wait.
func (p *Page) Visible(ctx context.Context, css string) (bool, error) {
	return Eval[bool](ctx, p, `(deep, css) => deep.all(css).some((el) => deep.shown(el))`, css)
}

// Seen reports for each selector whether a matching element is visible, all at the same moment.
func (p *Page) Seen(ctx context.Context, css ...string) ([]bool, error) {
	return Eval[[]bool](ctx, p, `(deep, list) => list.map((css) => deep.all(css).some((el) => deep.shown(el)))`, css)
}

// Tick ticks every visible, unticked check box that matches the selector.
func (p *Page) Tick(ctx context.Context, css string) error {
	_, err := Eval[int](ctx, p, `(deep, css) => {
		const open = deep.all(css).filter((el) => deep.shown(el) && !el.checked);
		open.forEach((el) => el.click());
		return open.length;
	}`, css)
	return err
}

// Text reads an element's text, with white space collapsed.
func (p *Page) Text(ctx context.Context, css string) (string, error) {
	var text string
	err := p.until(ctx, ActLimit, "the text of "+css, func(ctx context.Context) (bool, error) {
		got, err := Eval[*string](ctx, p, `(deep, css) => { const el = deep.one(css); return el && deep.text(el) }`, css)
		if err != nil || got == nil {
			return false, err
		}
		text = *got
		return true, nil
	})
	return text, err
}

// WaitAny waits until one of the elements is visible, and returns which one.
func (p *Page) WaitAny(ctx context.Context, css ...string) (int, error) {
	which := -1
	err := p.until(ctx, WaitLimit, "any of "+strings.Join(css, " | "), func(ctx context.Context) (bool, error) {
		var err error
		which, err = Eval[int](ctx, p, `(deep, list) => list.findIndex((css) => deep.all(css).some((el) => deep.shown(el)))`, css)
		return err == nil && which >= 0, err
	})
	return which, err
}

// Until repeats a check of the page until it succeeds, up to WaitLimit; what completes the error "waiting for …".
func (p *Page) Until(ctx context.Context, what string, look func(context.Context) (bool, error)) error {
	return p.until(ctx, WaitLimit, what, look)
}
