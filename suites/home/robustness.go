package home

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

const generated = 40 // inputs of each generator in a run

var _ = Describe("Odd forms", func() {
	It(requirement("robust.form.charset"), func(ctx SpecContext) {
		var list []odd
		for _, charset := range []string{"bogus", "", "utf-16", "utf-7", "idna", "punycode", "undefined", "rot13", "zlib", "base64",
			"unicode_escape", "\"utf-8", "utf-8; charset=latin-1"} {
			list = append(list, forms("charset="+charset, "grant_type=authorization_code&code=x&client_id=http%3A%2F%2Fa%2F&token=x",
				formType+"; charset="+charset)...)
		}
		survives(ctx, list)
	})

	It(requirement("robust.form.bytes"), func(ctx SpecContext) {
		var list []odd
		for name, bytes := range Sorted(map[string]string{
			"raw bytes": "\xff\xfe", "half a character": "\xc3", "overlong": "\xc0\xaf", "surrogate": "\xed\xa0\x80", "NUL": "\x00",
			"escaped bytes": "%ff%fe",
			"escaped half":  "%c3", "escaped NUL": "%00", "broken escape": "%", "escape of letters": "%zz", "Latin-1": "\xe9",
		}) {
			value := "grant_type=refresh_token&refresh_token=" + bytes + "&token=" + bytes + "&client_id=http%3A%2F%2Fa%2F"
			list = append(list, forms(name+" as a value", value, formType)...)
			list = append(list, forms(name+" as a name", bytes+"=x&grant_type=refresh_token", formType)...)
		}
		survives(ctx, list)
	})

	It(requirement("robust.form.shapes"), func(ctx SpecContext) {
		var list []odd
		for name, body := range Sorted(map[string]string{
			"empty": "", "separators": "&&&=&&=", "a name": "grant_type", "a name twice": "token&token",
			"a thousand fields": strings.Repeat("a=1&", 1000),
			"a long name":       strings.Repeat("a", 60_000) + "=1", "JSON": `{"grant_type":"refresh_token"}`, "line ends": "\r\n\r\n",
			"lists": "code[]=1&code[0]=2&token[a]=3",
		}) {
			list = append(list, forms(name, body, formType)...)
		}
		for _, kind := range []string{"", "text/plain", "application/json", "application/xml", "multipart/mixed; boundary=x",
			"text/html; charset=utf-8", "a/b/c", ";", "*/*"} {
			list = append(list, forms("Content-Type "+kind, "grant_type=refresh_token&token=x", kind)...)
		}
		survives(ctx, list)
	})

	It(requirement("robust.multipart"), func(ctx SpecContext) {
		good := oauth.Form{{Name: "grant_type", Value: "refresh_token"}, {Name: "token", Value: "x"}}.Multipart()
		part := func(head, body string) string {
			return "--" + oauth.Boundary + "\r\n" + head + "\r\n\r\n" + body + "\r\n--" + oauth.Boundary + "--\r\n"
		}
		kind := "multipart/form-data; boundary=" + oauth.Boundary
		var list []odd
		for name, v := range Sorted(map[string][2]string{
			"no boundary": {good, "multipart/form-data"}, "an empty boundary": {good, "multipart/form-data; boundary="},
			"another boundary": {good, "multipart/form-data; boundary=other"},
			"a long boundary":  {good, "multipart/form-data; boundary=" + strings.Repeat("b", 200)}, "cut off": {good[:len(good)-20], kind},
			"cut in a header": {good[:60], kind},
			"empty":           {"", kind}, "the end only": {"--" + oauth.Boundary + "--\r\n", kind},
			"no name":        {part("Content-Disposition: form-data", "x"), kind},
			"an empty name":  {part(`Content-Disposition: form-data; name=""`, "x"), kind},
			"no disposition": {part("Content-Type: text/plain", "x"), kind}, "no headers": {part("", "x"), kind},
			"bytes":             {part(`Content-Disposition: form-data; name="token"`, "\xff\xfe"), kind},
			"a file as token":   {part(`Content-Disposition: form-data; name="token"; filename="t.bin"`, "x"), kind},
			"a file as grant":   {part(`Content-Disposition: form-data; name="grant_type"; filename="g"`, "refresh_token"), kind},
			"a file of no name": {part(`Content-Disposition: form-data; name="code"; filename=""`, "x"), kind},
			"nested": {part("Content-Disposition: form-data; name=\"token\"\r\nContent-Type: multipart/mixed; boundary=inner",
				"--inner\r\n\r\nx\r\n--inner--"), kind},
			"odd charset":   {part("Content-Disposition: form-data; name=\"token\"\r\nContent-Type: text/plain; charset=bogus", "x"), kind},
			"odd encoding":  {part("Content-Disposition: form-data; name=\"token\"\r\nContent-Transfer-Encoding: bogus", "x"), kind},
			"broken base64": {part("Content-Disposition: form-data; name=\"token\"\r\nContent-Transfer-Encoding: base64", "!!!"), kind},
			"compressed":    {part("Content-Disposition: form-data; name=\"token\"\r\nContent-Encoding: gzip", "no gzip"), kind},
			"odd header":    {part(strings.Repeat("X", 9000)+": y", "x"), kind},
		}) {
			list = append(list, forms(name, v[0], v[1])...)
		}
		survives(ctx, list)
	})

	It(requirement("robust.token.words"), func(ctx SpecContext) {
		h := home.From(ctx)
		code, refresh := h.CodeGrant("unknown"), h.RefreshGrant(oauth.Tokens{Refresh: "unknown", ClientID: h.Client().ID})
		var list []odd
		for name, word := range Sorted(oddWords()) {
			for _, p := range []string{"code", "client_id", "code_verifier", "grant_type", "redirect_uri"} {
				list = append(list, odd{p + ": " + name, http.MethodPost, "/auth/token", code.Apply(oauth.Set(p, word)).Encode(),
					[]string{"Content-Type", formType}})
			}
			for _, p := range []string{"refresh_token", "client_id"} {
				list = append(list, odd{"refresh, " + p + ": " + name, http.MethodPost, "/auth/token", refresh.Apply(oauth.Set(p, word)).Encode(),
					[]string{"Content-Type", formType}})
			}
			list = append(list, odd{"revoke: " + name, http.MethodPost, "/auth/revoke", oauth.Form{{Name: "token", Value: word}}.Encode(),
				[]string{"Content-Type", formType}},
				odd{"action: " + name, http.MethodPost, "/auth/token",
					oauth.Form{{Name: "action", Value: "revoke"}, {Name: "token", Value: word}}.Encode(), []string{"Content-Type", formType}})
		}
		survives(ctx, list)
	})

	It(requirement("robust.generated-forms"), func(ctx SpecContext) {
		g := generator{Random(ctx, "forms")}
		var list []odd
		for i := range generated {
			list = append(list, forms(fmt.Sprintf("form %d", i), g.form(),
				g.pick(formType, formType, formType+"; charset="+g.pick("", "x", "é", "utf-32", "u\xff"),
					"multipart/form-data; boundary="+g.pick("x", "")))...)
		}
		survives(ctx, list)
	})
})

var _ = Describe("Odd JSON", func() {
	It(requirement("robust.json.shapes"), func(ctx SpecContext) {
		var list []odd
		for name, body := range Sorted(map[string]string{
			"empty": "", "null": "null", "a number": "1", "a list": "[]", "a list of lists": "[[],[]]", "a string": `"x"`, "true": "true",
			"an empty object": "{}", "cut off": `{"client_id":`,
			"twice": "{}{}", "NaN": `{"client_id":NaN}`, "a byte order mark": "\ufeff{}", "UTF-16": "{\x00}\x00",
			"UTF-16 with a mark": "\xff\xfe{\x00}\x00", "raw bytes": "{\"client_id\":\"\xff\"}",
			"lone surrogate": `{"client_id":"\ud800","handler":["\udc00",null],"redirect_uri":"x"}`, "a form": "client_id=x", "a comment": "{}//x",
			"a member twice": `{"client_id":"a","client_id":"b"}`, "spaces": "   ",
		}) {
			list = append(list, posts(ctx, name, body)...)
		}
		survives(ctx, list)
	})

	It(requirement("robust.json.types"), func(ctx SpecContext) {
		h := home.From(ctx)
		begin := map[string]string{"client_id": AsJSON(h.Client().ID), "handler": h.Handler(),
			"redirect_uri": AsJSON(h.Client().Redirect)}
		var list []odd
		for name, value := range Sorted(oddValues()) {
			for _, member := range []string{"client_id", "handler", "redirect_uri", "type", "response_type", "code_challenge",
				"code_challenge_method", "unknown"} {
				list = append(list, odd{member + ": " + name, http.MethodPost, "/auth/login_flow", object(begin, member, value),
					[]string{"Content-Type", jsonType}})
			}
			step := map[string]string{"client_id": AsJSON(h.Client().ID)}
			for _, member := range []string{"client_id", "username", "unknown"} {
				list = append(list, odd{"step, " + member + ": " + name, http.MethodPost, "/auth/login_flow/" + h.Begin(ctx, home.Login{}).FlowID,
					object(step, member, value), []string{"Content-Type", jsonType}})
			}
		}
		survives(ctx, list)
	})

	It(requirement("robust.json.depth"), func(ctx SpecContext) {
		var list []odd
		for name, value := range Sorted(map[string]string{
			"lists": strings.Repeat("[", 20_000), "closed lists": strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000),
			"objects":        strings.Repeat(`{"a":`, 8000),
			"closed objects": strings.Repeat(`{"a":`, 8000) + "1" + strings.Repeat("}", 8000), "digits": strings.Repeat("9", 10_000),
			"exponent": "1e99999", "small exponent": "-1e-99999",
		}) {
			list = append(list, posts(ctx, name, value)...)
			list = append(list, posts(ctx, name+" in a member", `{"client_id":`+value+`}`)...)
		}
		survives(ctx, list)
	})

	It(requirement("robust.handler"), func(ctx SpecContext) {
		h := home.From(ctx)
		begin := map[string]string{"client_id": AsJSON(h.Client().ID), "redirect_uri": AsJSON(h.Client().Redirect)}
		var list []odd
		for _, handler := range []string{
			`"homeassistant"`, `""`, `[]`, `["homeassistant"]`, `["homeassistant",null,null]`, `[["homeassistant"],null]`, `["homeassistant",[]]`,
			`["homeassistant",{}]`, `[null,null]`, `[{},{}]`,
			`{"0":"homeassistant"}`, `["unknown",null]`, `["homeassistant","unknown"]`, `[1,2]`, `["homeassistant",0]`, `["\u0000",null]`,
			`["homeassistant\u0000",null]`, `null`, `0`, `["\ud800",null]`,
		} {
			list = append(list, odd{handler, http.MethodPost, "/auth/login_flow", object(begin, "handler", handler),
				[]string{"Content-Type", jsonType}})
		}
		survives(ctx, list)
	})

	It(requirement("robust.link-user"), func(ctx SpecContext) {
		h := home.From(ctx)
		good := map[string]string{"client_id": AsJSON(h.Client().ID), "code": `"unknown"`}
		header := []string{"Content-Type", jsonType, "Authorization", "Bearer " + h.Session(ctx).Access}
		list := []odd{
			{"an empty object", http.MethodPost, "/auth/link_user", "{}", header},
			{"no code", http.MethodPost, "/auth/link_user", `{"client_id":` + good["client_id"] + `}`, header},
			{"no client_id", http.MethodPost, "/auth/link_user", `{"code":"x"}`, header},
			{"empty", http.MethodPost, "/auth/link_user", "", header}, {"a list", http.MethodPost, "/auth/link_user", "[]", header},
		}
		for name, value := range Sorted(oddValues()) {
			for _, member := range []string{"client_id", "code"} {
				list = append(list, odd{member + ": " + name, http.MethodPost, "/auth/link_user", object(good, member, value), header})
			}
		}
		survives(ctx, list)
	})

	It(requirement("robust.generated-json"), func(ctx SpecContext) {
		g := generator{Random(ctx, "json")}
		var list []odd
		for i := range generated {
			list = append(list, posts(ctx, fmt.Sprintf("body %d", i), g.json(4))...)
		}
		survives(ctx, list)
	})
})

var _ = Describe("Odd logins", func() {
	It(requirement("robust.password"), func(ctx SpecContext) {
		h := home.From(ctx)
		flow := "/auth/login_flow/"
		for i, v := range []struct{ name, username, password string }{
			{"NUL in the password", AsJSON(h.Account.Username), `"a\u0000b"`}, {"NUL in the name", `"a\u0000b"`, `"wrong"`},
			{"lone surrogate", AsJSON(h.Account.Username), `"\ud800"`},
			{"60 kB", AsJSON(h.Account.Username), `"` + strings.Repeat("a", 60_000) + `"`},
			{"a long name", `"` + strings.Repeat("é", 20_000) + `"`, `"wrong"`}, {"line ends", `"a\r\nb"`, `"a\r\nb"`},
			{"73 letters", AsJSON(h.Account.Username), `"` + strings.Repeat("é", 73) + `"`}, {"emoji", `"💥"`, `"💥"`},
			{"a surrogate in the name", `"\udfff"`, `"wrong"`},
		} {
			under := Step(ctx, v.name)
			body := object(map[string]string{"client_id": AsJSON(h.Client().ID), "username": v.username}, "password", v.password)
			answer := h.Send(under, http.MethodPost, flow+h.Begin(ctx, home.Login{}).FlowID, body, "Content-Type", jsonType)
			Expect(under, answer).To(All(BeAnswered(), GrantNothing()))
			if i%3 == 2 {
				Control(ctx, h.Login(ctx, home.Login{})).To(IssueCode()) // this limits wrong passwords in a row to three
			}
		}
	})

	It(requirement("robust.client-ids"), func(ctx SpecContext) {
		h := home.From(ctx)
		var list []odd
		for i, id := range oddURLs() {
			begin := object(map[string]string{"handler": h.Handler(), "redirect_uri": quotedJSON(id)}, "client_id", quotedJSON(id))
			grant := h.CodeGrant("unknown").Apply(oauth.Set("client_id", id))
			name := fmt.Sprintf("%d %s", i+1, shortened(id))
			list = append(list, odd{"login flow: " + name, http.MethodPost, "/auth/login_flow", begin, []string{"Content-Type", jsonType}},
				odd{"token: " + name, http.MethodPost, "/auth/token", grant.Encode(), []string{"Content-Type", formType}})
		}
		survives(ctx, list)
	})

	It(requirement("robust.redirects"), func(ctx SpecContext) {
		h := home.From(ctx)
		loginWorks(ctx)
		Each(ctx, []string{"", "x", "http://[::1", "http://a:b/", "http://\x00/", "http://\u2100.example/", "//",
			"http://a:99999/", "http://]/", "\ufeff"}, AsIs, func(ctx Ctx, uri string) {
			begun := h.Begin(ctx, home.Login{Body: map[string]any{"redirect_uri": uri}})
			Expect(ctx, begun).To(BeAnswered())
			if begun.FlowID != "" {
				Expect(ctx, h.Password(ctx, begun.FlowID, home.Login{})).To(All(BeAnswered(), GrantNothing()))
			}
		})
		loginWorks(ctx)
	})

	It(requirement("robust.generated-urls"), func(ctx SpecContext) {
		h, g := home.From(ctx), generator{Random(ctx, "urls")}
		var list []odd
		for i := range generated {
			client, redirect := g.url(), g.url()
			begin := map[string]string{"handler": h.Handler(), "redirect_uri": quotedJSON(redirect)}
			list = append(list, odd{fmt.Sprintf("login flow %d", i), http.MethodPost, "/auth/login_flow",
				object(begin, "client_id", quotedJSON(client)), []string{"Content-Type", jsonType}},
				odd{fmt.Sprintf("token %d", i), http.MethodPost, "/auth/token", h.CodeGrant("unknown").Apply(oauth.Set("client_id", client)).Encode(),
					[]string{"Content-Type", formType}},
				odd{fmt.Sprintf("login page %d", i), http.MethodGet,
					"/auth/authorize?client_id=" + url.QueryEscape(client) + "&redirect_uri=" + url.QueryEscape(redirect), "", nil})
		}
		survives(ctx, list)
	})
})
