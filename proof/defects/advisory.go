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
		ID: "advisory.user-names", Story: "The providers name the home's owner as a hint.",
		Aims:   []string{"ha.advisory.users-before-login"},
		Change: answers(at("GET /auth/providers"), member("hint", "owner")),
	},
	{
		ID: "advisory.users-foreign-host", Story: "Users are shown where the Host header is a foreign one.",
		Aims: []string{"ha.advisory.users-before-login"},
		Change: answers(at("GET /auth/providers").and(func(r mock.Request) bool {
			return elsewhere(r.Host)
		}), member("users", map[string]string{})),
	},
	{
		ID: "advisory.users-foreign-origin", Story: "Users are shown to pages of foreign origins.",
		Aims:   []string{"ha.advisory.users-before-login"},
		Change: answers(at("GET /auth/providers").and(origin(func(string) bool { return true })), member("users", map[string]string{})),
	},
	{
		ID: "callback.foreign-500", Story: "A state signed with another key causes an uncaught exception.",
		Aims:   []string{"ha.advisory.callback-foreign-state", "robust.queries"},
		Change: answers(stateIs(func(s string) bool { return strings.Count(s, ".") == 2 }), status(500)),
	},
	{
		ID: "callback.unsigned", Story: "A state without a signature is believed.",
		Aims: []string{"ha.advisory.callback-foreign-state"},
		Change: answers(stateIs(func(s string) bool {
			return strings.HasSuffix(s, ".")
		}), all(status(200), header("Content-Type", "text/html"), body("<script>window.close()</script>"))),
	},
	{
		ID: "callback.empty-state", Story: "An empty state closes the window as if all were well.",
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
		ID: "callback.repeats-state", Story: "The callback's page shows the state that it did not like, as it came.",
		Aims:   []string{"ha.advisory.callback-inert"},
		Change: repeats("state"),
	},
	{
		ID: "callback.repeats-error", Story: "The callback's page shows the error as it came.",
		Aims:   []string{"ha.advisory.callback-inert"},
		Change: repeats("error"),
	},
	{
		ID: "callback.repeats-description", Story: "The callback's page shows error_description as it came.",
		Aims:   []string{"ha.advisory.callback-inert"},
		Change: repeats("error_description"),
	},
	{
		ID: "callback.repeats-code", Story: "The callback's page shows the code as it came.",
		Aims:   []string{"ha.advisory.callback-inert"},
		Change: repeats("code"),
	},
	{
		ID: "advisory.fetch-at-start", Story: "The redirect URI is judged when the flow begins: anybody makes the home fetch any page.",
		Aims:   []string{"ha.advisory.fetch-before-login", "ha.clients.no-fetch-before-login"},
		Change: func(p *mockserver.Policy) { p.FinishRedirect = mock.Is(false) },
	},
	{
		ID: "advisory.traversal", Story: "Escaped dots lead out of the folder of static files.",
		Aims: []string{"ha.advisory.traversal"},
		Change: answers(func(r mock.Request) bool {
			return strings.Contains(r.Target, escapedDots) && path.Base(r.Path()) == "passwd"
		}, all(status(200), body("root:x:0:0:"))),
	},
	{
		ID: "advisory.traversal-config", Story: "A doubled dot leads to the configuration.",
		Aims: []string{"ha.advisory.traversal"},
		Change: answers(func(r mock.Request) bool {
			return strings.Contains(r.Target, "..") && path.Base(r.Path()) == configuration
		}, all(status(404), body(configured))),
	},
	{
		ID: "advisory.filter-script", Story: "The filter overlooks script elements.",
		Aims:   []string{"ha.advisory.filter"},
		Change: unfiltered("%3Cscript%3E"),
	},
	{
		ID: "advisory.filter-dots", Story: "The filter overlooks escaped dots in the query.",
		Aims:   []string{"ha.advisory.filter"},
		Change: unfiltered("..%2F"),
	},
	{
		ID: "advisory.filter-sql", Story: "The filter overlooks SQL.",
		Aims:   []string{"ha.advisory.filter"},
		Change: unfiltered("union"),
	},
	{
		ID: "advisory.filter-line", Story: "The filter overlooks line ends.",
		Aims:   []string{"ha.advisory.filter-line-end"},
		Change: unfiltered("%0A"),
	},
	{
		ID: "advisory.filter-return", Story: "The filter knows line feeds, and overlooks carriage returns.",
		Aims:   []string{"ha.advisory.filter-line-end"},
		Change: unfiltered("%0D"),
	},
	{
		ID: "advisory.filter-tab", Story: "The filter overlooks tabs.",
		Aims:   []string{"ha.advisory.filter-line-end"},
		Change: unfiltered("%09"),
	},
	{
		ID: "advisory.filter-third-layer", Story: "The filter undoes two layers of escapes, and stops there.",
		Aims:   []string{"ha.advisory.filter-every-layer"},
		Change: unfiltered("%25253C"),
	},
	{
		ID: "advisory.filter-nested", Story: "The filter undoes one layer of escapes only.",
		Aims:   []string{"ha.advisory.filter-every-layer"},
		Change: unfiltered("%253C"),
	},
	{
		ID: "advisory.token-as-auth", Story: "A parameter auth in the query opens the API.",
		Aims:   []string{"ha.advisory.token-in-query"},
		Change: takes(api, bearerFromQuery("auth")),
	},
	{
		ID: "advisory.password-header", Story: "The header of the first releases, with the password, still opens the API.",
		Aims:   []string{"ha.advisory.legacy-password"},
		Change: answers(api.and(func(r mock.Request) bool { return r.Header.Get("X-HA-Access") != "" }), ok("{}"), 401),
	},
	{
		ID: "advisory.password-basic", Story: "Name and password open the API by Basic.",
		Aims: []string{"ha.advisory.legacy-password"},
		Change: answers(api.and(authorization(func(s string) bool {
			name, password := basic(s)
			return name != "" && password != ""
		})), ok("{}"), 401),
	},
	{
		ID: "advisory.password-bearer", Story: "The password passes as bearer token.",
		Aims: []string{"ha.advisory.legacy-password"},
		Change: answers(api.and(authorization(func(s string) bool {
			return slices.ContainsFunc(mockserver.DefaultUsers(), func(u mockserver.User) bool { return s == "Bearer "+u.Password })
		})), ok("{}"), 401),
	},
}
