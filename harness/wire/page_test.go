package wire

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestAPageCostsNoMoreThanItsLength, however its tags are nested.
func TestAPageCostsNoMoreThanItsLength(t *testing.T) {
	var open strings.Builder
	for i := range 400 {
		fmt.Fprintf(&open, "<b a%d><FONT a%[1]d>", i)
	}
	for name, body := range map[string]string{
		"formats that are repeated": "<p>" + open.String() + strings.Repeat("<p>x", 100_000),
		"formats without an end":    strings.Repeat("<b><p>", 170_000),
		"links":                     strings.Repeat("<a href=/x><p>x", 60_000),
		"links in tables":           strings.Repeat("<table><td><a href=/x>", 400) + strings.Repeat("<p>x", 100_000),
		"forms":                     strings.Repeat("<form><input type=password></form>", 30_000),
		"nothing but depth":         strings.Repeat("<div>", 200_000),
		"no page":                   "\x00<",
	} {
		n := 0
		if page := (&Exchange{Body: body}).Page(); page != nil {
			for range page.Descendants() {
				n++
			}
		}
		if n > 5*maxTags {
			t.Errorf("%s: %d nodes", name, n)
		}
	}
}

func TestAPageKeepsWhatAPersonReads(t *testing.T) {
	page := (&Exchange{Body: `<title>T</title><form action="/x"><b>Log <i>in</i></b><input name="a"><script>if (a<b) "<b>"</script>` +
		`<button><strong>Allow</strong></button><a href="/no?a=1&amp;b">Don&#39;t &lt;allow&gt;</a><textarea>a &amp; b</textarea></form>`}).Page()
	var b strings.Builder
	if err := html.Render(&b, page); err != nil {
		t.Fatal(err)
	}
	want := `<html><head><title>T</title></head><body><form action="/x">Log in<input name="a"/><script>if (a<b) "<b>"</script>` +
		`<button>Allow</button><a href="/no?a=1&amp;b">Don&#39;t &lt;allow&gt;</a><textarea>a &amp; b</textarea></form></body></html>`
	if b.String() != want {
		t.Errorf("%s\nwant %s", b.String(), want)
	}
}
