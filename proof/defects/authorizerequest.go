package defects

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/linking"
)

func parameter(name string, edit func(string) string) change {
	return parametersBecome(func(_ linking.Authorization, list [][2]string) [][2]string {
		for i := range list {
			if list[i][0] == name {
				list[i][1] = edit(list[i][1])
			}
		}
		return list
	})
}

var authorizeRequestDefects = []Defect[mockserver.Policy]{
	{
		ID: "authorize.no-response-type", Story: "response_type is left out because most providers assume code.",
		Aims:   []string{"oauth2.client.authorize-parameters", "oauth2.client.authorize-query"},
		Change: parametersBecome(func(_ linking.Authorization, list [][2]string) [][2]string { return list[1:] }),
	},
	{
		ID: "authorize.token-response", Story: "response_type asks for a token as well as the code.",
		Aims:   []string{"oauth2.client.authorize-parameters"},
		Change: parameter("response_type", func(string) string { return "code token" }),
	},
	{
		ID: "authorize.doubled", Story: "Parameters are added twice: once by the core and once by the integration's base class.",
		Aims:   []string{"oauth2.client.authorize-parameters", "oauth2.client.authorize-query"},
		Change: parametersBecome(func(_ linking.Authorization, list [][2]string) [][2]string { return append(list, list[0]) }),
	},
	{
		ID: "authorize.query-dropped", Story: "The endpoint's own query is replaced (as 2025.4 does).",
		Aims: []string{"oauth2.client.authorize-query", "ha.cloud.authorize-url"},
		Change: client(func(p *linking.Policy) {
			before := p.Authorize
			p.Authorize = func(endpoint string, list [][2]string) string {
				bare, _, _ := strings.Cut(endpoint, "?")
				return before(bare, list)
			}
		}),
	},
	{
		ID: "authorize.query-decoded", Story: "The endpoint's own query is decoded and not encoded again.",
		Aims: []string{"oauth2.client.authorize-query"},
		Change: client(func(p *linking.Policy) {
			before := p.Authorize
			p.Authorize = func(endpoint string, list [][2]string) string {
				plain, err := url.QueryUnescape(endpoint)
				if err != nil {
					plain = endpoint
				}
				return before(plain, list)
			}
		}),
	},
	{
		ID:    "authorize.bound-address",
		Story: "redirect_uri names the address that the server is bound to instead of the one that the frontend sends.",
		Aims:  []string{"oauth2.client.redirect-own", "ha.linking.foreign-base"},
		Change: client(func(p *linking.Policy) {
			p.Redirect = func(string, string) string { return "http://0.0.0.0:8123/auth/external/callback" }
		}),
	},
	{
		ID: "authorize.redirect-slash", Story: "redirect_uri ends in a slash.",
		Aims: []string{"oauth2.client.redirect-own", "ha.linking.foreign-base"},
		Change: client(func(p *linking.Policy) {
			before := p.Redirect
			p.Redirect = func(base, my string) string { return before(base, my) + "/" }
		}),
	},
	{
		ID: "authorize.redirect-to-my", Story: "redirect_uri is that of my.home-assistant.io although the my integration is not loaded.",
		Aims: []string{"oauth2.client.redirect-own", "ha.linking.foreign-base"},
		Change: client(func(p *linking.Policy) {
			before := p.Redirect
			p.Redirect = func(base, _ string) string { return before(base, "https://my.home-assistant.io/redirect/oauth") }
		}),
	},
	{
		ID: "authorize.scope-commas", Story: "Scopes are joined with commas.",
		Aims: []string{"oauth2.client.scope", "oauth2.client.encoded", "ha.cloud.authorize-url"},
		Change: client(func(p *linking.Policy) {
			before := p.Authorize
			p.Authorize = func(endpoint string, list [][2]string) string {
				list = slices.Clone(list)
				for i := range list {
					if list[i][0] == "scope" {
						list[i][1] = strings.ReplaceAll(list[i][1], " ", ",")
					}
				}
				return before(endpoint, list)
			}
		}),
	},
	{
		ID: "authorize.no-scope", Story: "The integration's scope is not sent.",
		Aims: []string{"oauth2.client.scope", "oauth2.client.encoded", "oauth2.client.authorize-parameters"},
		Change: parametersBecome(func(_ linking.Authorization, list [][2]string) [][2]string {
			out := [][2]string{}
			for _, p := range list {
				if p[0] != "scope" {
					out = append(out, p)
				}
			}
			return out
		}),
	},
	{
		ID: "authorize.pasted", Story: "Values are concatenated into the URL unescaped.",
		Aims: []string{"oauth2.client.encoded"},
		Change: client(func(p *linking.Policy) {
			before := p.Authorize
			p.Authorize = func(endpoint string, list [][2]string) string {
				made := before(endpoint, list)
				for _, one := range list {
					if one[0] == "client_id" {
						made = strings.Replace(made, url.QueryEscape(one[1]), one[1], 1)
					}
				}
				return made
			}
		}),
	},
	{
		ID: "authorize.plus-kept", Story: "A plus sign is not encoded and arrives as a space.",
		Aims: []string{"oauth2.client.encoded"},
		Change: client(func(p *linking.Policy) {
			before := p.Authorize
			p.Authorize = func(endpoint string, list [][2]string) string {
				return strings.ReplaceAll(before(endpoint, list), "%2B", "+")
			}
		}),
	},
	{
		ID: "authorize.verifier-in-url", Story: "The code_verifier is sent along with the challenge.",
		Aims: []string{"oauth2.client.no-secret-in-url"},
		Change: parametersBecome(func(a linking.Authorization, list [][2]string) [][2]string {
			if a.Verifier != "" {
				list = append(list, [2]string{"code_verifier", a.Verifier})
			}
			return list
		}),
	},
	{
		ID: "state.flow-id", Story: "state is only the flow id, in plain text.",
		Aims: []string{"oauth2.client.state-forged"},
		Change: client(func(p *linking.Policy) {
			sign, read := p.SignState, p.ReadState
			p.ReadState = func(raw string, key []byte, now time.Time) (string, string, bool) {
				id, redirect, ok := read(raw, key, now)
				if !ok {
					id, redirect, ok = unsigned(raw)
				}
				return id, redirect, ok
			}
			p.SignState = sign
		}),
	},
	{
		ID: "state.short-signature", Story: "Only four characters of the state's signature are kept, to shorten the URL.",
		Aims: []string{"oauth2.client.state-unguessable", "oauth2.client.state-forged"},
		Change: client(func(p *linking.Policy) {
			sign, read := p.SignState, p.ReadState
			p.SignState = func(id, redirect string, key []byte, now time.Time) string {
				s := sign(id, redirect, key, now)
				cut := strings.LastIndex(s, ".") + 5
				return s[:cut]
			}
			p.ReadState = func(raw string, key []byte, now time.Time) (string, string, bool) {
				id, redirect, ok := unsigned(raw)
				if whole := sign(id, redirect, key, now); ok && strings.HasPrefix(whole, raw) && len(raw) > 5 {
					return id, redirect, true
				}
				return read(raw, key, now)
			}
		}),
	},
	{
		ID: "pkce.client-plain", Story: "The challenge is the verifier itself (method plain).",
		Aims: []string{"oauth2.client.pkce-s256"},
		Change: parametersBecome(func(a linking.Authorization, list [][2]string) [][2]string {
			for i := range list {
				switch list[i][0] {
				case "code_challenge":
					list[i][1] = a.Verifier
				case "code_challenge_method":
					list[i][1] = "plain"
				}
			}
			return list
		}),
	},
	{
		ID: "pkce.client-padded", Story: "The challenge is base64url with padding.",
		Aims:   []string{"oauth2.client.pkce-s256", "oauth2.client.verifier", "oauth2.client.code-injection"},
		Change: parameter("code_challenge", func(s string) string { return s + "=" }),
	},
	{
		ID: "pkce.client-no-method", Story: "The method is left out, which means plain.",
		Aims: []string{"oauth2.client.pkce-s256"},
		Change: parametersBecome(func(_ linking.Authorization, list [][2]string) [][2]string {
			out := [][2]string{}
			for _, p := range list {
				if p[0] != "code_challenge_method" {
					out = append(out, p)
				}
			}
			return out
		}),
	},
	{
		ID: "pkce.client-one-verifier", Story: "The verifier is generated once, when the home starts.",
		Aims: []string{"oauth2.client.pkce-fresh", "oauth2.client.code-injection"},
		Change: client(func(p *linking.Policy) {
			one := p.Verifier()
			p.Verifier = func() string { return one }
		}),
	},
	{
		ID: "pkce.client-always", Story: "PKCE is used even if the integration does not ask for it: better than any release.",
		Aims:   []string{"oauth2.client.pkce-always"},
		Change: client(func(p *linking.Policy) { p.PKCE = func(bool) bool { return true } }),
	},
}

// unsigned reads the claims of a JWT without looking at its signature.
func unsigned(raw string) (id, redirect string, ok bool) {
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return "", "", false
	}
	m := decoded([]byte(unbase64(parts[1])))
	id, ok1 := m["flow_id"].(string)
	redirect, ok2 := m["redirect_uri"].(string)
	return id, redirect, ok1 && ok2
}
