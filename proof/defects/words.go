package defects

import (
	"net/http"
	"slices"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
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

// opensTo accepts API requests with a wrong token.
func opensTo(like func(authorization string) bool) change {
	return answers(api.and(authorization(like)), ok(`{"message":"API running."}`), 401)
}

// jwtAlg returns the decoded header of the JWT in an Authorization header, or "".
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

// bearing picks API requests whose bearer token is one of these.
func bearing(like func(token string) bool) when {
	return at("GET /api/*").or(at("GET /api/")).or(at("POST /api/mcp")).and(func(r mock.Request) bool {
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

var (
	revokeRequest = at("POST /auth/revoke")
	legacyRequest = at("POST /auth/token").and(field("action", "revoke"))
)

// notEnding does not end sessions for these reasons.
func notEnding(reasons ...mockserver.End) change {
	return func(p *mockserver.Policy) { p.Ends = except(p.Ends, reasons) }
}

// notClosing does not close sockets for these reasons.
func notClosing(reasons ...mockserver.End) change {
	return func(p *mockserver.Policy) { p.Closes = except(p.Closes, reasons) }
}

func except(before func(mockserver.End) bool, reasons []mockserver.End) func(mockserver.End) bool {
	return func(why mockserver.End) bool { return before(why) && !slices.Contains(reasons, why) }
}

// ending ends sessions for additional reasons, and closes their sockets.
func ending(reasons ...mockserver.End) change {
	return func(p *mockserver.Policy) {
		ends, closes := p.Ends, p.Closes
		p.Ends = func(why mockserver.End) bool { return ends(why) || slices.Contains(reasons, why) }
		p.Closes = func(why mockserver.End) bool { return closes(why) || slices.Contains(reasons, why) }
	}
}

func allow(name string) func(mock.Answer) mock.Answer {
	return header("Access-Control-Allow-Origin", name)
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

func digits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// basic returns the client of a Basic Authorization header, or "".
func basic(authorization string) (name, password string) {
	name, password, _ = (&http.Request{Header: http.Header{"Authorization": {authorization}}}).BasicAuth()
	return name, password
}

// crashes fails with an unhandled exception at requests that w picks.
func crashes(w when) change {
	return answers(w, all(status(500), header("Content-Type", "text/plain"), body("500 Internal Server Error")))
}

var jsonEndpoints = at("POST /auth/login_flow").or(flowStep)

var metadataDoc = at("GET /.well-known/oauth-authorization-server")
var resourceDoc = at("GET /.well-known/oauth-protected-resource")
