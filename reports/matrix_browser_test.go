package reports

import (
	"context"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/browser"
)

const matrixRows = `() => [...document.querySelectorAll("tr[data-row]")].filter((row) => row.checkVisibility()).length`

func TestACellOpensItsTraffic(t *testing.T) {
	ctx, p := openedPage(t, matrixOf(t, "html", sample(), later()), "")
	for _, width := range []int64{390, 1280} {
		if err := p.Look(ctx, browser.Look{Width: width, Height: 844}); err != nil {
			t.Fatal(err)
		}
		if wide := ask[int64](t, ctx, p, `() => document.documentElement.scrollWidth`); wide > width {
			t.Errorf("at %d pixels the page is %d wide", width, wide)
		}
	}
	if err := p.Press(ctx, "td.fail"); err != nil {
		t.Fatal(err)
	}
	waitFor(t, ctx, p, "the traffic", `() => document.querySelectorAll("dialog[open] .exchange").length === 4`)
	got := ask[string](t, ctx, p, `() => document.querySelector("dialog").innerText`)
	for _, want := range []string{"oauth2.code.single-use", "status 400, nothing granted", "‹access_token 2›", "/auth/token"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not shown in %s", want, got)
		}
	}
	if err := p.PressText(ctx, "dialog button", "Server →"); err != nil {
		t.Fatal(err)
	}
	waitFor(t, ctx, p, "the next server", `() => document.querySelector("dialog").innerText.includes("invalid_grant")`)
	if err := p.Key(ctx, "Escape"); err != nil {
		t.Fatal(err)
	}
	waitFor(t, ctx, p, "the table", `() => !document.querySelector("dialog").open && document.activeElement.matches("td.pass")`)
}

func TestTheKeyboardMovesThroughTheGrid(t *testing.T) {
	ctx, p := openedPage(t, matrixOf(t, "html", sample(), later()), "")
	ask[bool](t, ctx, p, `() => { document.querySelector("td[tabindex='0']").focus(); return true; }`)
	press := func(key string) {
		ask[bool](t, ctx, p, `(deep, key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }))`, key)
	}
	for _, c := range []struct{ key, row, column string }{
		{"ArrowRight", "0", "2"}, {"ArrowDown", "1", "2"}, {"ArrowLeft", "1", "1"}, {"ArrowLeft", "1", "1"}, {"End", "1", "2"},
		{"ArrowUp", "0", "2"},
	} {
		press(c.key)
		at := ask[[]string](t, ctx, p, `() => {
			const cell = document.activeElement;
			return [cell.parentElement.dataset.row, String(cell.cellIndex), String(document.querySelectorAll("td[tabindex]").length)];
		}`)
		if at[0] != c.row || at[1] != c.column || at[2] != "1" {
			t.Errorf("%s leads to %v, want row %s, column %s", c.key, at, c.row, c.column)
		}
	}
	press("Enter")
	waitFor(t, ctx, p, "the dialog", `() => document.querySelector("dialog").open`)
}

func TestTheFiltersOfAMatrix(t *testing.T) {
	ctx, p := openedPage(t, matrixOf(t, "html", sample(), later()), "")
	if err := p.Look(ctx, browser.Look{Width: 1280, Height: 844}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, change string
		want         int
	}{
		{"the text", `form.querySelector("[type=search]").value = "oauth2.code"`, 3},
		{"a section", `form.section.value = "redirect-uri"`, 3},
		{"a verdict", `form.querySelectorAll("[name=verdict]").forEach((box) => { box.checked = box.value === "blocked"; })`, 3},
		{"a level", `form.querySelectorAll("[name=level]").forEach((box) => { box.checked = box.value === "should"; })`, 1},
		{"rows that differ", `form.differ.checked = true`, 3},
		{"nothing", `0`, 15},
	} {
		ask[bool](t, ctx, p, `() => { const form = document.querySelector("form"); form.reset(); `+c.change+
			`; return form.dispatchEvent(new Event("input")); }`)
		if got := ask[int](t, ctx, p, matrixRows); got != c.want {
			t.Errorf("by %s %d rows are shown, want %d", c.name, got, c.want)
		}
	}
}

func TestALinkToACellOpensIt(t *testing.T) {
	ctx, p := openedPage(t, matrixOf(t, "html", sample(), later()), "#oauth2.code.entropy@2")
	waitFor(t, ctx, p, "the cell", `() => document.querySelector("dialog[open]")?.innerText.includes("64 times") ?? false`)
}

func TestWordsOfATargetRunNothingInAMatrix(t *testing.T) {
	ctx, p := openedPage(t, matrixOf(t, "html", hostileSet(), otherwise()), "")
	n := ask[int](t, ctx, p, `async () => {
		let n = 0;
		for (const cell of document.querySelectorAll("td[class]")) {
			cell.click();
			for (let i = 0; i < 200 && !document.querySelector("dialog").open; i++) await new Promise((done) => setTimeout(done, 5));
			n += document.querySelectorAll("dialog .exchange").length;
			document.querySelectorAll("dialog details").forEach((details) => { details.open = true; });
			document.querySelector("dialog").close();
		}
		return document.querySelectorAll("dialog script, dialog img").length ? -1 : n;
	}`)
	if d, c := p.Dialogs(), p.Console(); n != 32 || len(d) > 0 || len(c) > 0 {
		t.Errorf("%d exchanges, want 32; dialogs %v, console %v", n, d, c)
	}
}

//nolint:revive // t comes first, as everywhere
func waitFor(t *testing.T, ctx context.Context, p *browser.Page, what, script string) {
	t.Helper()
	if err := p.Until(ctx, what, func(ctx context.Context) (bool, error) { return browser.Eval[bool](ctx, p, script) }); err != nil {
		t.Error(err)
	}
}
