package proof_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/authconform/authconform/harness/provider"
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

const loopback = "http://127.0.0.1:8123/auth/external/callback"

var manners = map[string]manner{
	// The texts allow these.
	"secrets in the header alone": {
		change: ways(mockprovider.Basic), spares: "provider.token.post provider.token.two-methods",
	},
	"secrets in the form alone": {
		change: ways(mockprovider.Post), spares: "provider.token.basic provider.token.basic-refused provider.token.two-methods",
		fails: "oauth2.registration.works", // it still registers clients that use the header
	},
	"a client that is registered for the form": {
		change: perClient(mockprovider.Post), flags: func(f *provider.Flags) { f.ClientAuth = "post" },
		spares: "provider.token.basic provider.token.basic-refused provider.token.two-methods",
		fails:  "oauth2.registration.works",
	},
	"PKCE of every client": {
		change: func(p *mockprovider.Policy) {
			before := p.Challenge
			p.Challenge = func(app mockprovider.App, challenge, method string) *mock.Refusal {
				app.Public = true
				return before(app, challenge, method)
			}
		}, spares: "oauth2.pkce.unexpected-verifier",
	},
	"states of eight characters and more": {change: answersTo("GET /oauth/authorize", func(r mock.Request, a mock.Answer) mock.Answer {
		if state := asked(r).Get("state"); len(state) < 8 || len(state) > 3000 {
			return mock.Answer{Status: http.StatusBadRequest, Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte("no such state")}
		}
		return a
	}), fails: "oauth2.authorize.state-optional"},
	"codes that any try spends":       {change: burning},
	"a GET that leads to a login":     {change: answersTo("GET /oauth/token", redirected)},
	"any port of a loopback redirect": {change: anyPort, redirect: loopback},
	"errors in JSON, with what was sent": {change: answersTo("GET /oauth/authorize", func(r mock.Request, a mock.Answer) mock.Answer {
		if a.Status == http.StatusBadRequest {
			var b bytes.Buffer
			to := json.NewEncoder(&b)
			to.SetEscapeHTML(false)
			_ = to.Encode(map[string]string{"error": "invalid_request", "error_description": asked(r).Encode() + asked(r).Get("client_id")})
			a.Header, a.Body = http.Header{"Content-Type": {"application/json"}}, b.Bytes()
		}
		return a
	})},
	"headers that stand twice": {change: func(p *mockprovider.Policy) {
		before := p.Answer
		p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
			a = before(r, a)
			a.Header = a.Header.Clone()
			for _, name := range []string{"X-Frame-Options", "Cache-Control", "Content-Security-Policy"} {
				a.Header[name] = append(a.Header[name], a.Header[name]...)
			}
			return a
		}
	}},
	"signed tokens of the same second": {
		change: timed, fails: "oauth2.public.rotation", spares: "oauth2.introspection.spent provider.refresh.reuse",
	},

	// Each makes one mistake.
	"a login that asks for a name alone": {change: nameOnly, blocks: "provider.authorize.wrong-password"},
	"401 for a bad grant": {change: answersTo("POST /oauth/token", func(_ mock.Request, a mock.Answer) mock.Answer {
		if strings.Contains(string(a.Body), "invalid_grant") {
			a.Status = http.StatusUnauthorized
		}
		return a
	}), fails: "provider.error.invalid-grant"},
	"unauthorized_client for who is not known": {
		change: answersTo("POST *", func(_ mock.Request, a mock.Answer) mock.Answer {
			a.Body = bytes.ReplaceAll(a.Body, []byte(`"invalid_client"`), []byte(`"unauthorized_client"`))
			return a
		}), fails: "provider.token.wrong-secret provider.token.unknown-client",
	},
	"a login page for who has no token": {change: answersTo("GET /api/me", func(r mock.Request, a mock.Answer) mock.Answer {
		if a.Status == http.StatusUnauthorized && r.Header.Get("Authorization") == "" {
			return redirected(r, a)
		}
		return a
	}), fails: "oauth2.bearer.www-authenticate", blocks: "provider.resource.bare-challenge"},
	"refusals inside a 200": {change: answersTo("POST /oauth/token", func(_ mock.Request, a mock.Answer) mock.Answer {
		if a.Status == http.StatusBadRequest || a.Status == http.StatusUnauthorized {
			a.Status = http.StatusOK
		}
		return a
	}), fails: "oauth2.error.status-400 oauth2.error.unsupported-grant oauth2.error.grant-type-missing provider.error.invalid-grant " +
		"provider.error.invalid-scope provider.error.missing-parameter " +
		"provider.token.basic-refused provider.token.unknown-client provider.token.wrong-secret"},
	"tokens for any code": { // accepted requests prove nothing, but wrongly accepted ones still fail
		change: anyCode,
		fails: "oauth2.code.bound-client oauth2.code.missing oauth2.code.single-use oauth2.code.single-use-parallel " +
			"oauth2.error.status-400 oauth2.pkce.parallel oauth2.public.code-bound provider.refresh.code-is-none",
		blocks: "oauth2.introspection.active oauth2.introspection.bare oauth2.introspection.hint " +
			"oauth2.introspection.members oauth2.introspection.revoked oauth2.introspection.spent " +
			"oauth2.introspection.true oauth2.introspection.unknown oauth2.native.loopback-port " +
			"oauth2.native.private-scheme oauth2.public.flow oauth2.registration.created " +
			"oauth2.registration.echoes oauth2.registration.public oauth2.registration.redirect-query " +
			"oauth2.registration.secret oauth2.registration.unique oauth2.registration.unknown-metadata " +
			"oauth2.registration.works oauth2.scope.default-told oauth2.scope.form oauth2.scope.omitted " +
			"oauth2.scope.order oauth2.scope.refresh-kept oauth2.scope.refresh-narrower " +
			"provider.token.empty-parameter " +
			"oauth2.pkce.s256 oauth2.refresh.grant oauth2.revoke.unknown-200 oauth2.stock.code " +
			"oauth2.stock.refresh oauth2.token.access-entropy oauth2.token.access-token " +
			"oauth2.token.cache-no-store oauth2.token.entropy oauth2.token.expires-in oauth2.token.form-encoding " +
			"oauth2.token.ignore-unknown oauth2.token.status-200 oauth2.token.token-type provider.authorize.asks " +
			"provider.authorize.code provider.metadata.pkce provider.pkce.public " +
			"provider.refresh.grant provider.resource.bearer " +
			"provider.token.refresh-token provider.token.replay-kills",
	},
}

// answersTo changes answers to requests of a method and path; * is any path.
func answersTo(place string, with func(mock.Request, mock.Answer) mock.Answer) func(*mockprovider.Policy) {
	method, path, _ := strings.Cut(place, " ")
	return func(p *mockprovider.Policy) {
		before := p.Answer
		p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
			if a = before(r, a); r.Method == method && (path == "*" || r.Path() == path) {
				return with(r, a)
			}
			return a
		}
	}
}

func redirected(mock.Request, mock.Answer) mock.Answer {
	return mock.Answer{Status: http.StatusFound, Header: http.Header{"Location": {"/oauth/login"}}}
}

func asked(r mock.Request) url.Values {
	_, raw, _ := strings.Cut(r.Target, "?")
	q, _ := url.ParseQuery(raw)
	return q
}

// ways supports and announces one way of client authentication.
func ways(way mockprovider.Way) func(*mockprovider.Policy) {
	return func(p *mockprovider.Policy) {
		perClient(way)(p)
		before := p.Metadata
		p.Metadata = func(issuer string) map[string]any {
			m := before(issuer)
			m["token_endpoint_auth_methods_supported"] = []mockprovider.Way{way, mockprovider.None}
			return m
		}
	}
}

// perClient accepts secrets in one way, because its clients are registered for it; others may be registered for another.
func perClient(way mockprovider.Way) func(*mockprovider.Policy) {
	return func(p *mockprovider.Policy) {
		before := p.Authenticate
		p.Authenticate = func(app mockprovider.App, known bool, shown mockprovider.Way, secret string) *mock.Refusal {
			return before(app, known && (shown == way || shown == mockprovider.None), shown, secret)
		}
	}
}

// burning spends a code at the first attempt to redeem it, right or wrong.
func burning(p *mockprovider.Policy) {
	var tried sync.Map
	before := p.Redeem
	p.Redeem = func(c mockprovider.Code, app mockprovider.App, form url.Values, now time.Time) *mock.Refusal {
		if _, again := tried.LoadOrStore(fmt.Sprint(c.AppID, c.Issued.UnixNano(), c.Challenge), true); again {
			return mock.Refuse(http.StatusBadRequest, "invalid_grant", "the code was tried before", "RFC 6749 §4.1.2")
		}
		return before(c, app, form, now)
	}
}

// anyPort does not compare the port of a loopback redirect (RFC 8252 §7.3).
func anyPort(p *mockprovider.Policy) {
	exact := p.Redirect
	p.Redirect = func(registered []string, asked string) bool {
		u, err := url.Parse(asked)
		if err != nil || u.Hostname() != "127.0.0.1" {
			return exact(registered, asked)
		}
		u.Host = "127.0.0.1:8123"
		return exact(registered, u.String())
	}
}

// timed issues access tokens that look signed and hold the time in seconds: two of the same second are equal.
func timed(p *mockprovider.Policy) {
	var known sync.Map
	p.Rotate = func(mockprovider.App) bool { return false }
	answer := p.TokenAnswer
	p.TokenAnswer = func(access, refresh, scope string, ttl time.Duration) map[string]any {
		second := fmt.Sprint(time.Now().Unix())
		sum := sha256.Sum256([]byte(refresh + second))
		text := base64.RawURLEncoding.EncodeToString
		shown := "eyJhbGciOiJIUzI1NiJ9." + text([]byte(`{"iat":`+second+`}`)) + "." + text(sum[:])
		known.Store(shown, access)
		return answer(shown, refresh, scope, ttl)
	}
	bearer := p.Bearer
	p.Bearer = func(r mock.Request) string {
		token := bearer(r)
		if real, ok := known.Load(token); ok {
			return real.(string)
		}
		return token
	}
	request := p.Request
	p.Request = func(r mock.Request) mock.Request { // revocation, introspection
		if r = request(r); r.Path() == "/oauth/revoke" || r.Path() == "/oauth/introspect" {
			form, _ := url.ParseQuery(string(r.Body))
			if real, ok := known.Load(form.Get("token")); ok {
				form.Set("token", real.(string))
				r.Body = []byte(form.Encode())
			}
		}
		return r
	}
}

// nameOnly asks for a user name and for no password.
func nameOnly(p *mockprovider.Policy) {
	answersTo("GET /oauth/authorize", func(_ mock.Request, a mock.Answer) mock.Answer {
		from, to := bytes.Index(a.Body, []byte(`<label for="password"`)), bytes.Index(a.Body, []byte(`<button class="main"`))
		if from >= 0 && to > from {
			a.Body = append(bytes.Clone(a.Body[:from]), a.Body[to:]...)
		}
		return a
	})(p)
	before := p.Request
	p.Request = func(r mock.Request) mock.Request {
		if r = before(r); r.Path() == "/oauth/login" {
			r.Body = append(bytes.Clone(r.Body), "&password=ben-password"...)
		}
		return r
	}
}

// anyCode issues tokens even for an unknown code.
func anyCode(p *mockprovider.Policy) {
	answersTo("POST /oauth/token", func(r mock.Request, a mock.Answer) mock.Answer {
		form, _ := url.ParseQuery(string(r.Body))
		if a.Status == http.StatusBadRequest && strings.Contains(a.Why, "the code is unknown") && form.Has("code") {
			a.Status, a.Body = http.StatusOK, []byte(`{"access_token":"`+mock.Secret(32)+`","token_type":"Bearer","expires_in":60}`)
		}
		return a
	})(p)
}
