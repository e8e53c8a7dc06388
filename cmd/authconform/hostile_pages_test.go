package main

import (
	"slices"
	"testing"

	"github.com/authconform/authconform/internal/hostile"
)

// TestHostilePagesInABrowser: a real browser, with scripts enabled, walks through hostile pages. They pass, learn and leak no
// more than without a browser.
func TestHostilePagesInABrowser(t *testing.T) {
	slow(t)
	needsBrowser(t)
	t.Parallel()
	siege := besiege(t)
	for _, what := range hostile.All() {
		if what.At != hostile.Page {
			continue
		}
		t.Run(what.Name, func(t *testing.T) {
			t.Parallel()
			b := siege(what.At)
			b.walked = true
			b.args = append(slices.Clone(b.args), "--browser", "auto", "--steps", "auto", "--select", "provider.authorize.code")
			holds(t, b, what, b.spoiled(t, what))
		})
	}
}
