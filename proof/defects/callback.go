package defects

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/linking"
)

const callbackAt = "GET /auth/external/callback"

// comesBack changes what the home reads from the callback's query.
func comesBack(edit func(query url.Values, r linking.Return) linking.Return) change {
	return client(func(p *linking.Policy) {
		before := p.Callback
		p.Callback = func(query url.Values) linking.Return { return edit(query, before(query)) }
	})
}

func withIss(r mock.Request) bool { return queryOf(r).Has("iss") }

var callbackDefects = []Defect[mockserver.Policy]{
	{
		ID: "callback.state-200", Story: "An unknown state is answered with 200 and plain text.",
		Aims:   []string{"oauth2.client.state-forged", "oauth2.client.state-replay-status"},
		Change: answers(at(callbackAt), status(http.StatusOK), http.StatusBadRequest),
	},
	{
		ID: "callback.state-500", Story: "An unreadable state causes a server error.",
		Aims:   []string{"oauth2.client.state-forged", "oauth2.client.state-replay-status"},
		Change: answers(at(callbackAt), crashed, http.StatusBadRequest),
	},
	{
		ID: "callback.any-flow", Story: "The oldest waiting flow is completed, whatever state comes back.",
		Aims: []string{"oauth2.client.state-forged", "oauth2.client.state-other-flow", "oauth2.client.code-injection"},
		Change: client(func(p *linking.Policy) {
			sign, read := p.SignState, p.ReadState
			first := &idSecrets{}
			p.SignState = func(id, redirect string, key []byte, now time.Time) string {
				s := sign(id, redirect, key, now)
				first.add(s)
				return s
			}
			p.ReadState = func(_ string, key []byte, now time.Time) (string, string, bool) {
				list := first.list()
				return read(list[len(list)-1], key, now)
			}
		}),
	},
	{
		ID: "callback.replays", Story: "A callback after the end reopens the flow and redeems the code again.",
		Aims:   []string{"oauth2.client.state-replay", "oauth2.client.code-once"},
		Change: client(func(p *linking.Policy) { p.Ends = func(string) bool { return false } }),
	},
	{
		ID: "callback.replay-500", Story: "A callback after the end causes a server error (as in releases up to 2026.11).",
		Aims:   []string{"oauth2.client.state-replay-status", "oauth2.client.state-forged"},
		Change: answers(at(callbackAt).and(signedState), crashed, http.StatusBadRequest),
	},
	{
		ID:    "callback.missing-400",
		Story: "A callback without state, or with neither code nor error, is a client error: better than any release.",
		Aims:  []string{"oauth2.client.state-missing"},
		Change: answers(at(callbackAt), func(a mock.Answer) mock.Answer {
			if strings.HasPrefix(string(a.Body), "Missing") {
				a.Status = http.StatusBadRequest
			}
			return a
		}),
	},
	{
		ID:    "callback.browser-bound",
		Story: "The callback is bound to the User-Agent of the browser that started the flow, which no release does.",
		Aims:  []string{"oauth2.client.state-browser"},
		Change: takes(at(callbackAt).and(func(r mock.Request) bool { return r.Header.Get("Origin") != "" }), func(r mock.Request) mock.Request {
			r.Target = "/auth/external/callback?state=x&code=y"
			return r
		}),
	},
	{
		ID: "callback.each-redeems", Story: "Each callback redeems its code at once.",
		Aims: []string{"oauth2.client.callback-again"},
		Change: func(p *mockserver.Policy) {
			var mu sync.Mutex
			seen := map[string]int{}
			comesBack(func(_ url.Values, r linking.Return) linking.Return {
				mu.Lock()
				defer mu.Unlock()
				seen[r.Code]++
				return r
			})(p)
			tokenSent("authorization_code", func(r linking.TokenRequest) linking.TokenRequest {
				mu.Lock()
				defer mu.Unlock()
				if seen[formValue(r, "code")] > 1 {
					r.Again = func(linking.TokenAnswer) bool { return true }
				}
				return r
			})(p)
		},
	},
	{
		ID: "callback.no-verifier", Story: "The verifier is forgotten if another flow has started meanwhile.",
		Aims:   []string{"oauth2.client.code-injection", "oauth2.client.verifier"},
		Change: tokenSent("authorization_code", formSet("code_verifier", dropped)),
	},
	{
		ID: "callback.denied-waits", Story: "An error in the callback is shown, but the flow keeps waiting.",
		Aims: []string{"oauth2.client.denied", "oauth2.client.error-words", "ha.linking.reauth-denied"},
		Change: comesBack(func(_ url.Values, r linking.Return) linking.Return {
			if !r.HasCode {
				r.HasErr = false
			}
			return r
		}),
	},
	{
		ID: "callback.denied-redeems", Story: "An error in the callback is ignored, and an empty code is redeemed.",
		Aims: []string{"oauth2.client.denied", "oauth2.client.error-words", "ha.linking.reauth-denied"},
		Change: comesBack(func(_ url.Values, r linking.Return) linking.Return {
			r.HasCode = r.HasCode || r.HasErr
			return r
		}),
	},
	{
		ID: "callback.denied-word", Story: "A user's refusal is reported as oauth_failed.",
		Aims:   []string{"oauth2.client.denied", "ha.linking.reauth-denied", "ha.cloud.rejected"},
		Change: reasonBecomes("user_rejected_authorize", "oauth_failed"),
	},
	{
		ID: "callback.known-errors", Story: "Only access_denied ends a flow; any other error causes a server error.",
		Aims: []string{"oauth2.client.error-words"},
		Change: stepAnswers("abort", func(a mock.Answer) mock.Answer {
			placeholders, _ := decoded(a.Body)["description_placeholders"].(map[string]any)
			if word := placeholders["error"]; word != nil && word != "access_denied" {
				return crashed(a)
			}
			return a
		}),
	},
	{
		ID: "callback.reflects-error", Story: "The page shows error_description to tell the user what happened.",
		Aims: []string{"oauth2.client.reflects-nothing"},
		Change: client(func(p *linking.Policy) {
			before := p.Finished
			p.Finished = func(q url.Values) (string, string) {
				body, kind := before(q)
				return body + "<p>" + q.Get("error_description") + "</p>", kind
			}
		}),
	},
	{
		ID: "callback.reflects-state", Story: "The error message shows the refused state.",
		Aims: []string{"oauth2.client.reflects-nothing"},
		Change: func(p *mockserver.Policy) {
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				if a = before(r, a); at(callbackAt)(r) && a.Status == http.StatusBadRequest {
					_, raw, _ := strings.Cut(r.Target, "?")
					q, _ := url.ParseQuery(raw)
					a.Body = append([]byte("Invalid state "), q.Get("state")...)
				}
				return a
			}
		},
	},
	{
		ID:    "callback.empty-code-refused",
		Story: "An empty code is refused before the token endpoint is called: better than any release.",
		Aims:  []string{"oauth2.client.empty-code"},
		Change: comesBack(func(_ url.Values, r linking.Return) linking.Return {
			if r.HasCode && r.Code == "" {
				r.HasCode, r.HasErr = false, true
			}
			return r
		}),
	},
	{
		ID: "callback.iss-crash", Story: "An iss in the callback causes a server error.",
		Aims: []string{"oauth2.client.iss"},
		Change: both(takes(at(callbackAt).and(withIss), func(r mock.Request) mock.Request {
			r.Target = r.Path() + "?iss=" // the crash comes before anything else
			return r
		}), answers(at(callbackAt).and(withIss), crashed)),
	},
	{
		ID: "callback.error-wins", Story: "If both code and error come back, the error wins.",
		Aims: []string{"oauth2.client.code-and-error"},
		Change: comesBack(func(_ url.Values, r linking.Return) linking.Return {
			if r.HasErr {
				r.HasCode = false
			}
			return r
		}),
	},
	{
		ID: "callback.last-value", Story: "The last of several equal parameters is used.",
		Aims: []string{"oauth2.client.repeated-parameters"},
		Change: comesBack(func(q url.Values, r linking.Return) linking.Return {
			if list := q["code"]; len(list) > 0 {
				r.Code = list[len(list)-1]
			}
			return r
		}),
	},
	{
		ID: "callback.post-too", Story: "The callback also answers POST.",
		Aims: []string{"ha.linking.callback-methods"},
		Change: takes(at("POST /auth/external/callback"), func(r mock.Request) mock.Request {
			r.Method = http.MethodGet
			return r
		}),
	},
	{
		ID: "callback.post-form", Story: "The callback accepts a posted form.",
		Aims: []string{"ha.linking.callback-methods"},
		Change: takes(at("POST /auth/external/callback").and(has("code")), func(r mock.Request) mock.Request {
			r.Method, r.Target = http.MethodGet, "/auth/external/callback?"+string(r.Body)
			return r
		}),
	},
}

// signedState picks callbacks whose state looks like one of the home's.
func signedState(r mock.Request) bool {
	return strings.Contains(r.Target, "state=ey") && strings.Count(r.Target, ".") > 1
}
