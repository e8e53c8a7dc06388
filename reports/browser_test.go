package reports

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/browser"
)

// opened opens a set's report.html in a real browser, at a fragment.
func opened(t *testing.T, s *evidence.Set, fragment string) (context.Context, *browser.Page) {
	t.Helper()
	return openedPage(t, shown(t, Writer{Name: "html", Write: HTML}, s, Options{}), fragment)
}

// openedPage opens a page in a real browser.
func openedPage(t *testing.T, text, fragment string) (context.Context, *browser.Page) {
	t.Helper()
	options, err := browser.Find(os.Getenv("AUTHCONFORM_BROWSER"))
	if err != nil {
		if os.Getenv("AUTHCONFORM_REQUIRE_BROWSER") == "1" {
			t.Fatal(err)
		}
		t.Skip("NOT TESTED:", err)
	}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(site.Close)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	options.Origins = []string{browser.AnyOrigin}
	b, err := browser.Start(ctx, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	p, err := b.NewPage(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Open(ctx, site.URL+"/"+fragment); err != nil {
		t.Fatal(err)
	}
	ask[bool](t, ctx, p, `() => new Promise((done) => {
		if (document.readyState === "complete") done(true); else addEventListener("load", () => done(true));
	})`)
	return ctx, p
}

//nolint:revive // t comes first, as everywhere
func ask[T any](t *testing.T, ctx context.Context, p *browser.Page, script string, args ...any) T {
	t.Helper()
	v, err := browser.Eval[T](ctx, p, script, args...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// visible lists the ids of the visible rows.
const visible = `() => [...document.querySelectorAll(".row")].filter((row) => row.checkVisibility()).map((row) => row.id)`

func TestThePageOpensOnWhatFailed(t *testing.T) {
	ctx, p := opened(t, sample(), "")
	if got := ask[[]string](t, ctx, p, visible); len(got) != 8 || got[0] != "oauth2.code.single-use" {
		t.Errorf("open are %v, want the eight rows that are not met", got)
	}
	before := ask[int](t, ctx, p, `() => document.querySelectorAll("article .exchange").length`)
	if err := p.Press(ctx, ".evidence > summary"); err != nil {
		t.Fatal(err)
	}
	if err := p.Until(ctx, "four exchanges", func(ctx context.Context) (bool, error) {
		n, err := browser.Eval[int](ctx, p, `() => document.querySelectorAll("article .exchange").length`)
		return n == 4, err
	}); err != nil || before != 0 {
		t.Errorf("%d exchanges before the evidence was opened, want none; after it: %v", before, err)
	}
}

func TestTheSearchFindsIdsAndSentences(t *testing.T) {
	ctx, p := opened(t, sample(), "")
	for _, c := range []struct {
		words string
		shown int
		said  string
	}{
		{"OAuth2.code", 3, "3 of 14 shown"},
		{"every later use", 1, "1 of 14 shown"},
		{"sentence link", 1, "1 of 14 shown"}, // both words, one in a closed section
		{"nothing has this", 0, "0 of 14 shown"},
		{"", 8, ""},
	} {
		ask[bool](t, ctx, p, `(deep, words) => {
			const field = document.querySelector("input[type=search]");
			field.value = words;
			return field.dispatchEvent(new Event("input", { bubbles: true }));
		}`, c.words)
		got := ask[[]string](t, ctx, p, visible)
		if said := ask[string](t, ctx, p, `() => document.querySelector("output").textContent`); len(got) != c.shown || said != c.said {
			t.Errorf("%q shows %v and says %q, want %d rows and %q", c.words, got, said, c.shown, c.said)
		}
	}
	if err := p.Press(ctx, `input[value=blocked]`); err != nil {
		t.Fatal(err)
	}
	if got := ask[[]string](t, ctx, p, visible); len(got) != 5 {
		t.Errorf("without the blocked rows %v are shown", got)
	}
}

func TestALinkToARowShowsItsHeading(t *testing.T) {
	ids := []string{"oauth2.code.entropy", "ha.flow.blocked-2", "oauth2.code.expires"}
	ctx, p := opened(t, sample(), "#"+ids[0]) // its section is closed
	for _, id := range ids {
		place := ask[map[string]float64](t, ctx, p, `async (deep, id) => {
			location.hash = "#" + id;
			for (let i = 0; i < 8; i++) await new Promise(requestAnimationFrame);
			const heading = document.getElementById(id).querySelector(".id").getBoundingClientRect();
			const bar = document.querySelector(".filter").getBoundingClientRect();
			return { top: heading.top, bottom: heading.bottom, seen: innerHeight, bar: bar.bottom };
		}`, id)
		covered := place["bar"] < place["seen"]/2 && place["top"] < place["bar"]
		if place["top"] < 0 || place["bottom"] > place["seen"] || covered {
			t.Errorf("%s stands at %v", id, place)
		}
	}
}

func TestWordsOfATargetRunNothingInABrowser(t *testing.T) {
	ctx, p := opened(t, hostileSet(), "#"+"row.pass")
	if err := p.Until(ctx, "all evidence", func(ctx context.Context) (bool, error) {
		n, err := browser.Eval[int](ctx, p, `() => {
			document.querySelectorAll("details").forEach((details) => { details.open = true; });
			return document.querySelectorAll(".exchange").length;
		}`)
		return n >= 8, err
	}); err != nil {
		t.Error(err)
	}
	if d, c := p.Dialogs(), p.Console(); len(d) > 0 || len(c) > 0 {
		t.Errorf("dialogs %v, console %v", d, c)
	}
}
