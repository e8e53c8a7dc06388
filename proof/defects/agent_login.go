package defects

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/linking"
)

var agentLoginDefects = []Defect[mockserver.Policy]{
	{
		ID: "agent.no-own-id", Story: "A client id that the user entered is not used.",
		Aims:   []string{"mcp.client.own-id-possible", "mcp.client.registration-order"},
		Change: agent(func(p *linking.AgentPolicy) { p.Offers = func(string, string) bool { return false } }),
	},
	{
		ID: "agent.never-registers", Story: "The client does not register itself (as 2026.11 does not).",
		Aims:   []string{"mcp.client.registration-order"},
		Change: agent(func(p *linking.AgentPolicy) { p.Registers = func(int) bool { return false } }),
	},
	{
		ID: "agent.always-registers", Story: "The client registers itself although it already has an id.",
		Aims:   []string{"mcp.client.registration-order"},
		Change: agent(func(p *linking.AgentPolicy) { p.Registers = func(int) bool { return true } }),
	},
	{
		ID: "agent.no-application-type", Story: "The registration does not state the application_type.",
		Aims:   []string{"mcp.client.application-type"},
		Change: registrationBecomes(func(m map[string]any) { delete(m, "application_type") }),
	},
	{
		ID: "agent.always-web", Story: "The registration says application_type web for every home.",
		Aims:   []string{"mcp.client.application-type"},
		Change: registrationBecomes(func(m map[string]any) { m["application_type"] = "web" }),
	},
	{
		ID: "agent.registers-again", Story: "A refused registration is retried ten times.",
		Aims:   []string{"mcp.client.registration-refused"},
		Change: agent(func(p *linking.AgentPolicy) { p.Attempts = func() int { return 10 } }),
	},
	{
		ID: "agent.any-credential", Story: "Every credential is offered to every server (as 2026.11 does).",
		Aims:   []string{"mcp.client.credentials-by-issuer"},
		Change: agent(func(p *linking.AgentPolicy) { p.Offers = func(string, string) bool { return true } }),
	},
	{
		ID: "agent.no-pkce", Story: "The authorize URL has no code_challenge (as in 2026.11).",
		Aims: []string{"mcp.client.pkce"},
		Change: parametersBecome(func(a linking.Authorization, list [][2]string) [][2]string {
			return slices.DeleteFunc(slices.Clone(list), func(p [2]string) bool { return a.Resource != "" && p[1] != "" && p[1] == a.Challenge })
		}),
	},
	{
		ID: "agent.resource-not-asked", Story: "The authorize URL has no resource parameter.",
		Aims:   []string{"mcp.client.resource-sent"},
		Change: indicatorBecomes("authorize", nothing),
	},
	{
		ID: "agent.resource-not-redeemed", Story: "The token request has no resource parameter.",
		Aims:   []string{"mcp.client.resource-sent"},
		Change: indicatorBecomes("token", nothing),
	},
	{
		ID: "agent.resource-slash", Story: "The resource in the authorize URL has an extra slash.",
		Aims:   []string{"mcp.client.resource-right"},
		Change: indicatorBecomes("authorize", func(s string) string { return s + "/" }),
	},
	{
		ID: "agent.resource-by-origin", Story: "The resource in the token request is the endpoint's origin.",
		Aims: []string{"mcp.client.resource-right"},
		Change: indicatorBecomes("token", func(s string) string {
			u, err := url.Parse(s)
			if err != nil {
				return s
			}
			return u.Scheme + "://" + u.Host
		}),
	},
	{
		ID: "agent.resource-not-refreshed", Story: "A refresh request has no resource parameter.",
		Aims:   []string{"mcp.client.resource-on-refresh"},
		Change: indicatorBecomes("refresh", nothing),
	},
	{
		ID: "agent.iss-ignored", Story: "The client does not check iss in the response (as 2026.11 does not).",
		Aims:   []string{"mcp.client.iss-match", "mcp.client.iss-missing", "mcp.client.iss-verbatim"},
		Change: agent(func(p *linking.AgentPolicy) { p.Answered = func(string, bool, bool, string) bool { return true } }),
	},
	{
		ID: "agent.iss-if-announced", Story: "The client checks iss only if the metadata announces it.",
		Aims:   []string{"mcp.client.iss-match"},
		Change: answeredBecomes(func(before bool, _ string, _, promised bool, _ string) bool { return before || !promised }),
	},
	{
		ID: "agent.iss-if-there", Story: "The client checks iss only if it is present.",
		Aims:   []string{"mcp.client.iss-missing"},
		Change: answeredBecomes(func(before bool, _ string, given, _ bool, _ string) bool { return before || !given }),
	},
	{
		ID: "agent.iss-slash", Story: "The client ignores a slash at the end of iss.",
		Aims: []string{"mcp.client.iss-verbatim"},
		Change: answeredBecomes(func(before bool, iss string, given, _ bool, issuer string) bool {
			return before || given && slashless(iss) == slashless(issuer)
		}),
	},
	{
		ID: "agent.iss-case", Story: "The client compares iss without regard to case.",
		Aims: []string{"mcp.client.iss-verbatim"},
		Change: answeredBecomes(func(before bool, iss string, given, _ bool, issuer string) bool {
			return before || given && strings.EqualFold(iss, issuer)
		}),
	},
	{
		ID: "agent.error-shown", Story: "The client shows an error before it has checked iss (as 2026.11 does).",
		Aims:   []string{"mcp.client.iss-errors"},
		Change: agent(func(p *linking.AgentPolicy) { p.Shows = func() bool { return true } }),
	},
	{
		ID: "agent.token-in-url", Story: "The token is also sent in the endpoint's query.",
		Aims: []string{"mcp.client.header"},
		Change: agent(func(p *linking.AgentPolicy) {
			before := p.Request
			p.Request = func(endpoint string, t linking.Token) (string, http.Header) {
				to, header := before(endpoint, t)
				token, _ := strings.CutPrefix(header.Get("Authorization"), "Bearer ")
				return to + "?" + url.Values{"access_token": {token}}.Encode(), header
			}
		}),
	},
	{
		ID: "agent.token-follows", Story: "The token is sent along with every redirect, wherever it leads.",
		Aims:   []string{"mcp.client.right-token"},
		Change: agent(func(p *linking.AgentPolicy) { p.Carries = func(*url.URL, string) bool { return true } }),
	},
}
