package defects

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/store"
)

// The words that defects of several sections share.

func query(part string) when {
	return func(r mock.Request) bool { return strings.Contains(r.Target, part) }
}

var api = at("* /api/*").or(at("* /api/")).or(at("* /api/*/*"))

// authorization picks requests by their Authorization header.
func authorization(like func(string) bool) when {
	return func(r mock.Request) bool { return like(r.Header.Get("Authorization")) }
}

// opensTo lets API requests through that bear something wrong.
func opensTo(like func(authorization string) bool) change {
	return answers(api.and(authorization(like)), ok(`{"message":"API running."}`), 401)
}

// jwtAlg is the header of a JWT that stands in an Authorization header, decoded; "" where there is none.
func jwtAlg(authorization string) string {
	token := strings.TrimPrefix(authorization, "Bearer ")
	if strings.Count(token, ".") != 2 {
		return ""
	}
	return unbase64(strings.Split(token, ".")[0])
}

func bearerFromQuery(name string) func(mock.Request) mock.Request {
	return func(r mock.Request) mock.Request {
		if _, value, ok := strings.Cut(r.Target, "?"+name+"="); ok {
			r.Target = r.Path()
			return withHeader("Authorization", "Bearer "+value)(r)
		}
		return r
	}
}

func is(words ...string) func(string) bool {
	return func(s string) bool {
		for _, w := range words {
			if s == w {
				return true
			}
		}
		return false
	}
}

func text(parts ...string) func(string) bool {
	return func(s string) bool {
		for _, p := range parts {
			if strings.Contains(s, p) {
				return true
			}
		}
		return false
	}
}

// redeem decides otherwise about redeeming a code: better is asked first, and nil leaves it to the strict rule.
func redeem(looser func(c *store.Code, clientID *string, verifier **string, now *time.Time)) change {
	return func(p *mockserver.Policy) {
		strict := p.Redeem
		p.Redeem = func(c store.Code, clientID string, verifier *string, now time.Time) *mock.Refusal {
			looser(&c, &clientID, &verifier, &now)
			return strict(c, clientID, verifier, now)
		}
	}
}

// sameClient lets client ids pass as equal that a careless comparison takes for equal.
func sameClient(like func(a, b string) bool) change {
	return redeem(func(c *store.Code, clientID *string, _ **string, _ *time.Time) {
		if like(c.ClientID, *clientID) {
			c.ClientID = *clientID
		}
	})
}

func host(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Host
}

// bearing picks API requests whose bearer token is one of these.
func bearing(like func(token string) bool) when {
	return at("GET /api/*").or(at("GET /api/")).and(func(r mock.Request) bool {
		token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		return bearer && like(token)
	})
}

// ok answers 200 with a JSON body.
func ok(text string) func(mock.Answer) mock.Answer {
	return all(status(200), header("Content-Type", "application/json"), body(text))
}

func anyRequest(mock.Request) bool { return true }

func origin(like func(string) bool) when {
	return func(r mock.Request) bool { o := r.Header.Get("Origin"); return o != "" && like(o) }
}

var linkRequest = at("POST /auth/link_user")

var begin = at("POST /auth/login_flow")

func begins(like func(m map[string]any) bool) when {
	return func(r mock.Request) bool { m := decoded(r.Body); return begin(r) && m != nil && like(m) }
}

func steps(like func(m map[string]any) bool) when {
	return func(r mock.Request) bool { m := decoded(r.Body); return flowStep(r) && m != nil && like(m) }
}

func place(file string) string {
	if file == "authorize.html" {
		return "/auth/authorize"
	}
	return "/static/" + file
}

// more appends to the page's script.
func more(code string) change {
	return answers(at("GET /static/authorize.js"), func(a mock.Answer) mock.Answer {
		a.Body = append(bytes.Clone(a.Body), code...)
		return a
	}, 200)
}

// edit is one change of text in the page's files.
type edit struct{ file, old, by string }

var flowStep = at("POST /auth/login_flow/*")

// onStep edits answers of the login flow by their step.
func onStep(id string, with func(mock.Answer) mock.Answer) change {
	return answers(flowStep, func(a mock.Answer) mock.Answer {
		if decoded(a.Body)["step_id"] == id {
			return with(a)
		}
		return a
	}, 200)
}

var errDenied = errors.New("denied by mistake")

// lets accepts redirect URIs that must be refused; the page is fetched as the strict rule fetches it.
func lets(like func(clientID, redirectURI string, published []string) bool) change {
	return func(p *mockserver.Policy) {
		strict := p.Redirect
		p.Redirect = func(clientID, redirectURI string, pkce bool, published func() []string) error {
			if err := strict(clientID, redirectURI, pkce, published); err == nil || like(clientID, redirectURI, published()) {
				return nil
			}
			return errDenied
		}
	}
}

// denies refuses redirect URIs that must pass.
func denies(like func(clientID, redirectURI string, pkce bool) bool) change {
	return func(p *mockserver.Policy) {
		strict := p.Redirect
		p.Redirect = func(clientID, redirectURI string, pkce bool, published func() []string) error {
			if like(clientID, redirectURI, pkce) {
				return errDenied
			}
			return strict(clientID, redirectURI, pkce, published)
		}
	}
}

func parsed(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		return &url.URL{}
	}
	return u
}

// letsLike is lets without a look at what is published; letsNear compares with each published URI.
func letsLike(like func(client, to *url.URL) bool) change {
	return lets(func(c, r string, _ []string) bool { return like(parsed(c), parsed(r)) })
}

func letsNear(like func(listed, to string) bool) change {
	return lets(func(_, r string, published []string) bool {
		for _, l := range published {
			if like(l, r) {
				return true
			}
		}
		return false
	})
}

func tokenIs(like func(token string) bool) when {
	return func(r mock.Request) bool { return like(fields(r).Get("refresh_token")) }
}

var (
	revokeRequest = at("POST /auth/revoke")
	legacyRequest = at("POST /auth/token").and(field("action", "revoke"))
)

// notEnding keeps sessions alive for these reasons.
func notEnding(reasons ...mockserver.End) change {
	return func(p *mockserver.Policy) { p.Ends = except(reasons) }
}

// notClosing keeps sockets open for these reasons.
func notClosing(reasons ...mockserver.End) change {
	return func(p *mockserver.Policy) { p.Closes = except(reasons) }
}

func except(reasons []mockserver.End) func(mockserver.End) bool {
	return func(why mockserver.End) bool {
		for _, r := range reasons {
			if r == why {
				return false
			}
		}
		return true
	}
}

var tokenEndpoint = at("POST /auth/token")

// form makes a body a plain form's.
func form(r mock.Request) mock.Request {
	return withHeader("Content-Type", "application/x-www-form-urlencoded")(r)
}

func sent(kind string) when {
	return func(r mock.Request) bool { return strings.HasPrefix(r.Header.Get("Content-Type"), kind) }
}

// refused makes an answer a refusal.
func refused(with string) func(mock.Answer) mock.Answer {
	return all(status(400), header("Content-Type", "application/json"), body(`{"error":"`+with+`"}`))
}

// kind tells whether a message is of a type.
func kind(m map[string]any, name string) bool { return m["type"] == name }

// resultOf edits the results of a command: it must be heard first, so it remembers ids by command.
func resultOf(command string, edit func(map[string]any) map[string]any) change {
	return func(p *mockserver.Policy) {
		var ids idSet
		hears(func(m map[string]any) map[string]any {
			if kind(m, command) {
				ids.add(m["id"])
			} else {
				ids.drop(m["id"]) // another socket begins its own numbers
			}
			return m
		})(p)
		says(func(m map[string]any) map[string]any {
			if kind(m, "result") && ids.has(m["id"]) {
				return edit(m)
			}
			return m
		})(p)
	}
}

// eachSession edits the entries of auth/refresh_tokens.
func eachSession(edit func(map[string]any)) change {
	return resultOf("auth/refresh_tokens", func(m map[string]any) map[string]any {
		list, ok := m["result"].([]map[string]any)
		if !ok {
			return m
		}
		var out []map[string]any
		for _, entry := range list {
			copied := map[string]any{}
			for k, v := range entry {
				copied[k] = v
			}
			edit(copied)
			out = append(out, copied)
		}
		m["result"] = out
		return m
	})
}

// lostTexts are changes whose text is not in the page: TestPageTexts refuses them, for they would change nothing.
var lostTexts []string

func allow(name string) func(mock.Answer) mock.Answer {
	return header("Access-Control-Allow-Origin", name)
}

func failed(id any, code string) map[string]any {
	return map[string]any{"id": id, "type": "result", "success": false, "error": map[string]string{"code": code, "message": "no"}}
}

// refusing makes a command fail.
func refusing(command, code string) change {
	return resultOf(command, func(m map[string]any) map[string]any { return failed(m["id"], code) })
}

// fits lets verifiers pass that a careless comparison takes for the right one.
func fits(like func(challenge, verifier string) bool) change {
	return redeem(func(c *store.Code, _ *string, verifier **string, _ *time.Time) {
		if c.Challenge != "" && *verifier != nil && like(c.Challenge, **verifier) {
			c.Challenge, *verifier = "", nil
		}
	})
}

// s256 is the challenge of a verifier.
func s256(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// granted edits successful token answers; both grants, or one.
func granted(with func(mock.Answer) mock.Answer, grants ...when) change {
	w := tokenEndpoint
	if len(grants) > 0 {
		w = grants[0]
	}
	return answers(w, with, 200)
}

// answersBy changes answers by their requests; with statuses, only answers of those.
func answersBy(w when, with func(mock.Request, mock.Answer) mock.Answer, statuses ...int) change {
	return func(p *mockserver.Policy) {
		before := p.Answer
		p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
			if a = before(r, a); w(r) && (len(statuses) == 0 || slices.Contains(statuses, a.Status)) {
				a = with(r, a)
			}
			return a
		}
	}
}

// remembered wraps a maker of secrets so that those that it made are known.
func remembered(make *func() string) func(string) bool {
	made, before := &idSecrets{}, *make
	*make = func() string {
		s := before()
		made.add(s)
		return s
	}
	return func(s string) bool { return slices.Contains(made.list(), s) }
}

// elsewhere tells whether a host, of a Host header or a URL, is not on this machine or network.
func elsewhere(host string) bool {
	u := parsed("http://" + host)
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() != "" && !loopback(u) && (ip == nil || !ip.IsPrivate())
}

func digits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// oneLetterOff tells whether a text is right, or would be with the case of one letter changed.
func oneLetterOff(s string, right func(string) bool) bool {
	if right(s) {
		return true
	}
	for i, r := range s {
		other := unicode.ToUpper(r)
		if other == r {
			other = unicode.ToLower(r)
		}
		if other != r && right(s[:i]+string(other)+s[i+utf8.RuneLen(r):]) {
			return true
		}
	}
	return false
}

// otherThan picks requests whose form has a parameter beside these.
func otherThan(known ...string) when {
	return func(r mock.Request) bool {
		for name := range fields(r) {
			if !slices.Contains(known, name) {
				return true
			}
		}
		return false
	}
}

// tokenParameters are those of token requests that every server knows.
var tokenParameters = []string{
	"grant_type",
	"code",
	"client_id",
	"client_secret",
	"redirect_uri",
	"code_verifier",
	"refresh_token",
	"action",
	"token",
}

// basic is who an Authorization header of that scheme names; "": nobody.
func basic(authorization string) (name, password string) {
	name, password, _ = (&http.Request{Header: http.Header{"Authorization": {authorization}}}).BasicAuth()
	return name, password
}
