package defects

import (
	"slices"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

// The words for defects of login flows.

const aCode = `{"type":"create_entry","flow_id":"x","result":"c0dec0dec0dec0dec0dec0dec0dec0de"}`

// anotherFlow is an id that no flow has.
const anotherFlow = "f10wf10wf10wf10wf10wf10wf10wf10w"

// onWrongPassword edits the answer to a wrong password, for an existing user or for none.
func onWrongPassword(there bool, with func(mock.Answer) mock.Answer) change {
	return func(p *mockserver.Policy) {
		known := knownUsers(p)
		answersBy(steps(func(m map[string]any) bool {
			return known(textOf(m["username"])) == there
		}), func(_ mock.Request, a mock.Answer) mock.Answer {
			if base(a) == "invalid_auth" {
				return with(a)
			}
			return a
		}, 200)(p)
	}
}

// base returns the error of a form, or "".
func base(a mock.Answer) string {
	errs, _ := decoded(a.Body)["errors"].(map[string]any)
	word, _ := errs["base"].(string)
	return word
}

// knownUsers knows which user names exist: the initial ones and new ones.
func knownUsers(p *mockserver.Policy) func(name string) bool {
	var made idSecrets
	for _, u := range mockserver.DefaultUsers() {
		made.add(u.Username)
	}
	hears(func(m map[string]any) map[string]any {
		if name, ok := m["username"].(string); ok && kind(m, "config/auth_provider/homeassistant/create") {
			made.add(name)
		}
		return m
	})(p)
	return func(name string) bool { return slices.Contains(made.list(), strings.ToLower(strings.TrimSpace(name))) }
}

// flowMembers are the members of a request that begins a login flow.
var flowMembers = []string{"client_id", "handler", "redirect_uri", "type", "response_type", "code_challenge", "code_challenge_method"}

// sentTo redirects the browser to the redirect_uri of its request.
func sentTo(code int) func(mock.Request, mock.Answer) mock.Answer {
	return func(r mock.Request, a mock.Answer) mock.Answer {
		return all(status(code), header("Location", queryOf(r).Get("redirect_uri")))(a)
	}
}

var begin = at("POST /auth/login_flow")

func begins(like func(m map[string]any) bool) when {
	return func(r mock.Request) bool { m := decoded(r.Body); return begin(r) && m != nil && like(m) }
}

func steps(like func(m map[string]any) bool) when {
	return func(r mock.Request) bool { m := decoded(r.Body); return flowStep(r) && m != nil && like(m) }
}

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

// opens starts a login flow for a challenge and method that must be refused.
func opens(as func(m map[string]any)) change {
	return takes(at("POST /auth/login_flow"), withObject(as))
}
