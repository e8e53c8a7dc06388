// Package browsertest provides one browser to the tests of a package, as a worker has one.
package browsertest

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/authconform/authconform/harness/browser"
)

var shared *browser.Browser

// Main runs the tests of a package with a browser, if there is one, and returns the exit code.
func Main(m *testing.M) int {
	if options, err := browser.Find(os.Getenv("AUTHCONFORM_BROWSER")); err == nil {
		options.Origins = []string{browser.AnyOrigin} // the pages of a test are its own
		if shared, err = browser.Start(context.Background(), options); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer func() { _ = shared.Close() }()
	}
	return m.Run()
}

// Shared is Main's browser. Without one the test is skipped, or fails if AUTHCONFORM_REQUIRE_BROWSER is 1.
func Shared(t testing.TB) *browser.Browser {
	t.Helper()
	if shared == nil {
		if os.Getenv("AUTHCONFORM_REQUIRE_BROWSER") == "1" {
			t.Fatal("AUTHCONFORM_REQUIRE_BROWSER=1, but there is no browser")
		}
		t.Skip("NOT TESTED: no browser found. Install chromium-headless-shell, or name one in AUTHCONFORM_BROWSER.")
	}
	return shared
}

// Page is a fresh page, closed at the end of the test.
func Page(t testing.TB) *browser.Page {
	t.Helper()
	page, err := Shared(t).NewPage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(page.Close)
	return page
}
