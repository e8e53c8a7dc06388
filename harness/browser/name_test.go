package browser

import (
	"context"
	"testing"
)

func TestAFieldIsNamedByItsLabelAlsoThroughSlots(t *testing.T) {
	for name, c := range map[string]struct{ page, want string }{
		"a label":             {`<label for=f>User</label><input id=f>`, "User"},
		"a label around it":   {`<label>User<input></label>`, "User"},
		"what it points to":   {`<p id=n hidden>User</p><input aria-labelledby=n>`, "User"},
		"an attribute":        {`<input aria-label=User>`, "User"},
		"a title":             {`<input title=User>`, "User"},
		"an empty label":      {`<label for=f></label><input id=f>`, ""},
		"nothing":             {`<p>User</p><input placeholder=User>`, ""},
		"a label with a slot": {inSlots("User"), "User"},
		"an empty slot":       {inSlots(""), ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPage(t)
			open(t, p, site(t, map[string]any{"/": c.page}).URL+"/")
			ok(t, p.Until(t.Context(), "the field", func(ctx context.Context) (bool, error) { return p.Visible(ctx, "input") }))
			got, err := Eval[string](t.Context(), p, `(deep) => deep.name(deep.one("input"))`)
			if err != nil || got != c.want {
				t.Errorf("%q, %v, want %q", got, err, c.want)
			}
		})
	}
}

// inSlots is a field as Home Assistant 2026.7 builds it: the label's words come through the slots of two elements.
func inSlots(words string) string {
	return `<outer-input></outer-input><script>
		const grow = (el, html) => { const root = el.attachShadow({ mode: "open" }); root.innerHTML = html; return root };
		const one = grow(document.querySelector("outer-input"), "<inner-input><slot slot=label>` + words + `</slot></inner-input>");
		grow(one.querySelector("inner-input"), "<label for=input><slot name=label></slot></label><input id=input>");
	</script>`
}
