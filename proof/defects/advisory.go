package defects

import (
	"html"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var callback = at("GET /auth/external/callback")

func stateIs(like func(string) bool) when {
	return func(r mock.Request) bool {
		_, query, _ := strings.Cut(r.Target, "?")
		v, err := url.ParseQuery(query)
		return err == nil && callback(r) && v.Has("code") && like(v.Get("state"))
	}
}

// repeats makes the callback a page that repeats a parameter.
func repeats(name string) change {
	return func(p *mockserver.Policy) {
		before := p.Answer
		p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
			if a = before(r, a); callback(r) {
				_, query, _ := strings.Cut(r.Target, "?")
				if v, err := url.ParseQuery(query); err == nil && v.Get(name) != "" {
					a = all(header("Content-Type", "text/html"), body("<p>"+html.UnescapeString(v.Get(name))))(a)
				}
			}
			return a
		}
	}
}

// unfiltered lets a request through that the filter stops.
func unfiltered(part string) change {
	return answers(
		at("GET /auth/authorize").and(query(part)),
		all(status(200), header("Content-Type", "text/html"), body("<!doctype html>")),
		400,
	)
}

const (
	escapedDots   = "%2e%2e"
	configuration = "configuration.yaml" // of Home Assistant, and how it begins
	configured    = "default_config:"
)

var advisoryDefects = []Defect[mockserver.Policy]{
	{
		ID: "advisory.users-listed", Story: "The providers list the home's users to anyone on the local network (2023.12.0).",
		Aims:   []string{"ha.advisory.users-before-login"},
		Change: answers(at("GET /auth/providers"), member("users", map[string]string{"1": "somebody"})),
	},
	{
		ID: "advisory.user-names", Story: "The provider list names the home's owner as a hint.",
		Aims:   []string{"ha.advisory.users-before-login"},
		Change: answers(at("GET /auth/providers"), member("hint", "owner")),
	},
	{
		ID: "advisory.users-foreign-host", Story: "The users are listed when the Host header is foreign.",
		Aims: []string{"ha.advisory.users-before-login"},
		Change: answers(at("GET /auth/providers").and(func(r mock.Request) bool {
			return elsewhere(r.Host)
		}), member("users", map[string]string{})),
	},
	{
		ID: "advisory.users-foreign-origin", Story: "The users are listed to pages from foreign origins.",
		Aims:   []string{"ha.advisory.users-before-login"},
		Change: answers(at("GET /auth/providers").and(origin(func(string) bool { return true })), member("users", map[string]string{})),
	},
	{
		ID: "callback.foreign-500", Story: "A state signed with another key causes an uncaught exception.",
		Aims:   []string{"ha.advisory.callback-foreign-state", "robust.queries"},
		Change: answers(stateIs(func(s string) bool { return strings.Count(s, ".") == 2 }), status(500)),
	},
	{
		ID: "callback.unsigned", Story: "A state without a signature is accepted.",
		Aims: []string{"ha.advisory.callback-foreign-state"},
		Change: answers(stateIs(func(s string) bool {
			return strings.HasSuffix(s, ".")
		}), all(status(200), header("Content-Type", "text/html"), body("<script>window.close()</script>"))),
	},
	{
		ID: "callback.empty-state", Story: "An empty state closes the window as if the login had succeeded.",
		Aims: []string{"ha.advisory.callback-foreign-state"},
		Change: answers(stateIs(func(s string) bool {
			return s == ""
		}), all(status(200), header("Content-Type", "text/html"), body("<script>window.close()</script>"))),
	},
	{
		ID: "callback.json-state", Story: "A state of plain JSON is accepted.",
		Aims:   []string{"ha.advisory.callback-foreign-state"},
		Change: answers(stateIs(func(s string) bool { return strings.HasPrefix(s, "{") }), status(200)),
	},
	{
		ID: "callback.junk-404", Story: "An invalid state is answered with 404.",
		Aims: []string{"ha.advisory.callback-foreign-state"},
		Change: answers(stateIs(func(s string) bool {
			return s != "" && !strings.ContainsAny(s, ".{")
		}), status(404)),
	},
	{
		ID: "callback.no-state-500", Story: "A callback without a state causes an uncaught exception.",
		Aims:   []string{"ha.advisory.callback-foreign-state", "robust.methods"},
		Change: answers(callback.and(func(r mock.Request) bool { return !strings.Contains(r.Target, "?") }), status(500)),
	},
	{
		ID: "callback.repeats-state", Story: "The callback page shows the refused state unescaped.",
		Aims:   []string{"ha.advisory.callback-inert"},
		Change: repeats("state"),
	},
	{
		ID: "callback.repeats-error", Story: "The callback page shows the error unescaped.",
		Aims:   []string{"ha.advisory.callback-inert"},
		Change: repeats("error"),
	},
	{
		ID: "callback.repeats-description", Story: "The callback page shows error_description unescaped.",
		Aims:   []string{"ha.advisory.callback-inert"},
		Change: repeats("error_description"),
	},
	{
		ID: "callback.repeats-code", Story: "The callback page shows the code unescaped.",
		Aims:   []string{"ha.advisory.callback-inert"},
		Change: repeats("code"),
	},
	{
		ID:     "advisory.fetch-at-start",
		Story:  "The redirect URI is checked when the flow starts, so anyone can make the home fetch any page.",
		Aims:   []string{"ha.advisory.fetch-before-login", "ha.clients.no-fetch-before-login"},
		Change: func(p *mockserver.Policy) { p.FinishRedirect = mock.Is(false) },
	},
	{
		ID: "advisory.traversal", Story: "Encoded dots escape from the folder of static files.",
		Aims: []string{"ha.advisory.traversal"},
		Change: answers(func(r mock.Request) bool {
			return strings.Contains(r.Target, escapedDots) && path.Base(r.Path()) == "passwd"
		}, all(status(200), body("root:x:0:0:"))),
	},
	{
		ID: "advisory.traversal-config", Story: "Two dots lead to the configuration.",
		Aims: []string{"ha.advisory.traversal"},
		Change: answers(func(r mock.Request) bool {
			return strings.Contains(r.Target, "..") && path.Base(r.Path()) == configuration
		}, all(status(404), body(configured))),
	},
	{
		ID: "advisory.filter-script", Story: "The filter misses script elements.",
		Aims:   []string{"ha.advisory.filter"},
		Change: unfiltered("%3Cscript%3E"),
	},
	{
		ID: "advisory.filter-dots", Story: "The filter misses encoded dots in the query.",
		Aims:   []string{"ha.advisory.filter"},
		Change: unfiltered("..%2F"),
	},
	{
		ID: "advisory.filter-sql", Story: "The filter misses SQL.",
		Aims:   []string{"ha.advisory.filter"},
		Change: unfiltered("union"),
	},
	{
		ID: "advisory.filter-line", Story: "The filter misses line breaks.",
		Aims:   []string{"ha.advisory.filter-line-end"},
		Change: unfiltered("%0A"),
	},
	{
		ID: "advisory.filter-return", Story: "The filter catches line feeds but misses carriage returns.",
		Aims:   []string{"ha.advisory.filter-line-end"},
		Change: unfiltered("%0D"),
	},
	{
		ID: "advisory.filter-tab", Story: "The filter misses tabs.",
		Aims:   []string{"ha.advisory.filter-line-end"},
		Change: unfiltered("%09"),
	},
	{
		ID: "advisory.filter-third-layer", Story: "The filter decodes two layers of percent-encoding and then stops.",
		Aims:   []string{"ha.advisory.filter-every-layer"},
		Change: unfiltered("%25253C"),
	},
	{
		ID: "advisory.filter-nested", Story: "The filter decodes only one layer of percent-encoding.",
		Aims:   []string{"ha.advisory.filter-every-layer"},
		Change: unfiltered("%253C"),
	},
	{
		ID: "advisory.token-as-auth", Story: "The query parameter auth opens the API.",
		Aims:   []string{"ha.advisory.token-in-query"},
		Change: takes(api, bearerFromQuery("auth")),
	},
	{
		ID: "advisory.password-header", Story: "The password header of the first releases still opens the API.",
		Aims:   []string{"ha.advisory.legacy-password"},
		Change: answers(api.and(func(r mock.Request) bool { return r.Header.Get("X-HA-Access") != "" }), ok("{}"), 401),
	},
	{
		ID: "advisory.password-basic", Story: "User name and password open the API with HTTP Basic.",
		Aims: []string{"ha.advisory.legacy-password"},
		Change: answers(api.and(authorization(func(s string) bool {
			name, password := basic(s)
			return name != "" && password != ""
		})), ok("{}"), 401),
	},
	{
		ID: "advisory.password-bearer", Story: "The password is accepted as a bearer token.",
		Aims: []string{"ha.advisory.legacy-password"},
		Change: answers(api.and(authorization(func(s string) bool {
			return slices.ContainsFunc(mockserver.DefaultUsers(), func(u mockserver.User) bool { return s == "Bearer "+u.Password })
		})), ok("{}"), 401),
	},
}
