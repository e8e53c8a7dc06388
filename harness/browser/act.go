package browser

import (
	"context"
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Selectors are CSS, or text=REGEXP: what can be pressed (buttons, links, their like) and bears such words, in any case.
// `text=REGEXP; not REGEXP` excludes what bears the second words too.
// Each is looked for in the document and in every open shadow root, and means the first element that a person could see. An
// element that is not there yet, or is disabled, is waited for up to ActLimit.

// Type puts a text into a field, in place of what is there. The text is in no error.
func (p *Page) Type(ctx context.Context, css, text string) error {
	return p.until(ctx, ActLimit, "the field "+css+" to take a text", func(ctx context.Context) (bool, error) {
		return Eval[bool](ctx, p, `(deep, css, text) => deep.type(css, text)`, css, text)
	})
}

// Press clicks the middle of an element with the mouse, once nothing lies above it.
func (p *Page) Press(ctx context.Context, css string) error { return p.press(ctx, css) }

// PressText is Press for the element that bears exactly these words.
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

// Key presses and releases one key where the focus is: "Enter", "Tab", "Escape", "Space", "Delete", "Backspace",
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

// Visible says whether a person sees the element now; it does not wait.
func (p *Page) Visible(ctx context.Context, css string) (bool, error) {
	return Eval[bool](ctx, p, `(deep, css) => deep.all(css).some((el) => deep.shown(el))`, css)
}

// Seen says of each selector whether a person sees such an element, all at one moment: the page does not change in between.
func (p *Page) Seen(ctx context.Context, css ...string) ([]bool, error) {
	return Eval[[]bool](ctx, p, `(deep, list) => list.map((css) => deep.all(css).some((el) => deep.shown(el)))`, css)
}

// Tick ticks every check box of a selector that a person sees and that is not ticked.
func (p *Page) Tick(ctx context.Context, css string) error {
	_, err := Eval[int](ctx, p, `(deep, css) => {
		const open = deep.all(css).filter((el) => deep.shown(el) && !el.checked);
		open.forEach((el) => el.click());
		return open.length;
	}`, css)
	return err
}

// Text reads an element's words, with runs of white space made one space.
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

// WaitAny waits until one of the elements is visible and says which.
func (p *Page) WaitAny(ctx context.Context, css ...string) (int, error) {
	which := -1
	err := p.until(ctx, WaitLimit, "any of "+strings.Join(css, " | "), func(ctx context.Context) (bool, error) {
		var err error
		which, err = Eval[int](ctx, p, `(deep, list) => list.findIndex((css) => deep.all(css).some((el) => deep.shown(el)))`, css)
		return err == nil && which >= 0, err
	})
	return which, err
}

// Until repeats a look at the page until it is content, up to WaitLimit; what completes "waiting for …".
func (p *Page) Until(ctx context.Context, what string, look func(context.Context) (bool, error)) error {
	return p.until(ctx, WaitLimit, what, look)
}
