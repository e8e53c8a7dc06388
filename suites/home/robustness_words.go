package home

import (
	"fmt"
	"maps"
	"net/http"
	"strings"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
	"github.com/authconform/authconform/suites/tamper"
)

// odd is a request that no well-behaved client sends.
type odd struct {
	name, method, path, body string
	header                   []string
}

func (o odd) label() string { return o.name }

const jsonType = "application/json"

// survives judges that a home answers every request below 500 and in time, and works as before afterwards.
func survives(ctx Ctx, list []odd) {
	h := home.From(ctx)
	judge.Control(ctx, h.Begin(ctx, home.Login{})).To(OpenForm())
	judge.Each(ctx, list, odd.label, func(ctx Ctx, o odd) {
		judge.Expect(ctx, h.Send(ctx, o.method, o.path, o.body, o.header...)).To(BeAnswered())
	})
	judge.Control(ctx, h.Begin(ctx, home.Login{})).To(OpenForm())
}

// forms returns requests that post a body to the two endpoints that accept forms.
func forms(name, body, contentType string) []odd {
	header := []string{"Content-Type", contentType}
	return []odd{
		{"token: " + name, http.MethodPost, "/auth/token", body, header},
		{"revoke: " + name, http.MethodPost, "/auth/revoke", body, header},
	}
}

// oddWords are words that may trip a parser, a comparison or a lookup.
func oddWords() map[string]string {
	return map[string]string{
		"empty": "", "space": " ", "NUL": "a\x00b", "accent": "é", "emoji": "💥", "line end": "a\r\nX-Injected: 1", "tab": "\t", "quotes": `'"<>&`,
		"percent": "%", "broken escape": "%zz%", "dots": "../../etc/passwd", "a word for nothing": "null", "5 kB": strings.Repeat("A", 5000),
		"byte order mark": "\ufeffx", "right to left": "\u202ex", "full-width digits": "１２３", "separator": "\u2028",
		"a template":          "{{7*7}}${7*7}",
		"a JWT without parts": "..", "a JWT of nothing": "e30.e30.", "dotless i": "ı", "negative": "-1", "combined": "e\u0301\u0301\u0301",
	}
}

// oddValues are JSON values by name.
func oddValues() map[string]string {
	return map[string]string{
		"null": "null", "true": "true", "zero": "0", "negative": "-1.5", "huge": "1e300", "many digits": "123456789012345678901234567890",
		"a list":    "[]",
		"an object": "{}", "a list of lists": `[["a"],[]]`, "an object in one": `{"a":{"b":null}}`, "empty": `""`, "NUL": `"\u0000"`,
		"lone surrogate": `"\ud800"`,
		"accent":         `"é"`, "emoji": `"💥"`, "5 kB": `"` + strings.Repeat("A", 5000) + `"`, "line end": `"a\nb"`,
	}
}

// oddURLs are odd client ids and redirect URIs.
func oddURLs() []string {
	return []string{
		"", " ", "http", "http:", "http:/", "http://", "http:///", "http://[", "http://[::1", "http://[::1]x/", "http://[::1%25]/",
		"http://[v1.x]/", "http://]/",
		"http://a:b/", "http://a:99999/", "http://a:-1/", "http://a:٣/", "http://:80/", "http://@/", "http://\x00/", "http://a\x00b/",
		"http://a/%", "http://a/%zz", "http://a/%ff%fe",
		"http://\u2100.example/", "http://ａ.example/", "http://xn--/", "http://xn--\u00fc/", "http://" + strings.Repeat("a", 300) + ".example/",
		"http://" + strings.Repeat("a.", 130) + "example/",
		"http://.example/", "http://a..b/", "http://256.256.256.256/", "http://0x7f.1/", "http://1.2.3.4.5/", "//a/", "javascript:alert(1)",
		"data:text/html,x", "http://a/\ufeff", "\ufeffhttp://a/",
		"http://a\\@b/", "http://a b/", "http://\u202ea/", "http://\U0001f4a5/", "http://a/#", "http://a/?" + strings.Repeat("q=1&", 400),
		"file:///etc/passwd", "http://127.0.0.1:0/", "urn:x", "x:",
	}
}

// endpoints are all paths of the home that a client without a token reaches.
var endpoints = []string{
	"/", "/auth/authorize", "/auth/providers", "/auth/login_flow", "/auth/login_flow/0123456789abcdef0123456789abcdef", "/auth/token",
	"/auth/revoke", "/auth/link_user", "/auth/external/callback", "/.well-known/oauth-authorization-server",
	"/.well-known/oauth-protected-resource",
	"/api/", "/api/config", "/api/states", "/api/states/sun.sun", "/api/websocket", "/api/onboarding", "/api/onboarding/users",
	"/api/onboarding/integration", "/manifest.json",
}

// unusual sends a request that no HTTP library would.
func unusual(ctx Ctx, path, host string) *wire.Exchange {
	return home.From(ctx).Wire.Raw(ctx, wire.Request{Method: http.MethodGet, URL: path, Host: host,
		Header: http.Header{"Connection": {"close"}}})
}

// posts returns requests that post a JSON body to the endpoints that accept one; each step gets its own flow.
func posts(ctx Ctx, name, body string) []odd {
	header := []string{"Content-Type", jsonType}
	return []odd{
		{"login flow: " + name, http.MethodPost, "/auth/login_flow", body, header},
		{"step: " + name, http.MethodPost, "/auth/login_flow/" + home.From(ctx).Begin(ctx, home.Login{}).FlowID, body, header},
		{"onboarding: " + name, http.MethodPost, "/api/onboarding/users", body, header},
	}
}

// object returns a JSON object of the members, with one set to a raw value.
func object(members map[string]string, name, value string) string {
	all := maps.Clone(members)
	all[name] = value
	var b strings.Builder
	for member, v := range Sorted(all) {
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + member + `":` + v)
	}
	return "{" + b.String() + "}"
}

// oddTokens are words that look like JWTs but were not issued by a home.
func oddTokens() map[string]string {
	empty, claims := map[string]any{}, map[string]any{"iss": "x", "iat": 0, "exp": 4102444800}
	alg := map[string]any{"alg": "HS256", "typ": "JWT"}
	return map[string]string{
		"one part": "x", "dots": "...", "two parts": "e30.e30", "no members": tamper.Token{Header: empty, Claims: empty}.Unsigned() + "x",
		"no iss":           tamper.Token{Header: alg, Claims: empty}.Signed("key"),
		"a number for iss": tamper.Token{Header: alg, Claims: map[string]any{"iss": 5, "exp": 4102444800}}.Signed("key"),
		"a list for iss":   tamper.Token{Header: alg, Claims: map[string]any{"iss": []string{}}}.Signed("key"),
		"words for times":  tamper.Token{Header: alg, Claims: map[string]any{"iss": "x", "iat": "a", "exp": "b"}}.Signed("key"),
		"a list for alg":   tamper.Token{Header: map[string]any{"alg": []string{}}, Claims: claims}.Unsigned() + "x",
		"none":             tamper.Token{Header: map[string]any{"alg": "none"}, Claims: claims}.Unsigned(),
		"RS256":            tamper.Token{Header: map[string]any{"alg": "RS256"}, Claims: claims}.Unsigned() + "AAAA",
		"broken base64":    "!!!.???.***",
		"lists":            "W10.W10.W10", "7 kB": "e30." + strings.Repeat("A", 7000) + ".x",
	}
}

// shortened truncates a word for a label.
func shortened(s string) string {
	if len(s) > 48 {
		return s[:40] + fmt.Sprintf("… (%d characters)", len(s))
	}
	return s
}
