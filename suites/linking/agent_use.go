package linking

import (
	"net/http"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home/linking"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/mcpserver"
	"github.com/authconform/authconform/harness/played/thirdparty"
	. "github.com/authconform/authconform/suites/expect"
)

// issuing returns a server whose metadata announce iss, or do not.
func issuing(ctx Ctx, announced bool) *mcpserver.Server {
	s := served(ctx)
	if announced {
		metadataWith("authorization_response_iss_parameter_supported", true)(s)
	}
	return s
}

// refusesCode judges that the home does not redeem the code of such an answer, and makes no entry.
func refusesCode(ctx Ctx, s *mcpserver.Server, pairs ...string) {
	step := answered(ctx, s, sentTo(ctx, s), pairs...)
	Expect(ctx, step.Type != "create_entry").To(Be("no entry", true))
	Expect(ctx, len(s.Requests("token"))).To(Be("token requests", 0))
}

// takesCode is the opposite, as a control.
func takesCode(ctx Ctx, s *mcpserver.Server, pairs ...string) {
	Control(ctx, answered(ctx, s, sentTo(ctx, s), pairs...).Exchange).To(makeEntry())
}

var _ = Describe("Answers to the home's MCP client", func() {
	It(requirement("mcp.client.iss-match"), func(ctx SpecContext) {
		each(ctx, []bool{true, false}, announcement, func(ctx Ctx, announced bool) {
			refusesCode(ctx, issuing(ctx, announced), "iss", "https://elsewhere.example")
		})
		s := issuing(ctx, true)
		takesCode(ctx, s, "iss", s.Issuer())
	})

	It(requirement("mcp.client.iss-missing"), func(ctx SpecContext) {
		refusesCode(ctx, issuing(ctx, true))
		takesCode(ctx, issuing(ctx, false))
		s := issuing(ctx, true)
		takesCode(ctx, s, "iss", s.Issuer())
	})

	It(requirement("mcp.client.iss-verbatim"), func(ctx SpecContext) {
		each(ctx, []string{"a slash more", "another case"}, AsIs, func(ctx Ctx, spelling string) {
			s := issuing(ctx, true)
			iss := s.Issuer() + "/"
			if spelling == "another case" {
				iss = strings.Replace(s.Issuer(), "http", "HTTP", 1)
			}
			refusesCode(ctx, s, "iss", iss)
		})
		s := issuing(ctx, true)
		takesCode(ctx, s, "iss", s.Issuer())
	})

	It(requirement("mcp.client.iss-errors"), func(ctx SpecContext) {
		s := issuing(ctx, true)
		step := back(ctx, sentTo(ctx, s), "error", "access_denied", "error_description", "who-says-so", "iss", "https://elsewhere.example")
		shown := strings.Contains(step.Body, "access_denied") || strings.Contains(step.Body, "who-says-so")
		Expect(ctx, shown).To(Be("the error is shown", false))
		s = issuing(ctx, true)
		Control(ctx, back(ctx, sentTo(ctx, s), "error", "access_denied", "iss", s.Issuer()).Exchange).To(anyAbort())
	})
})

func announcement(announced bool) string {
	if announced {
		return "announced"
	}
	return "not announced"
}

var _ = Describe("Requests of the home's MCP client", func() {
	It(requirement("mcp.client.resource-sent"), func(ctx SpecContext) {
		s := served(ctx)
		step := sentTo(ctx, s)
		Expect(ctx, query(step.URL).Has("resource")).To(Be("resource in the authorize URL", true))
		Control(ctx, linking.Finish(ctx, s.App, step).Exchange).To(makeEntry())
		Expect(ctx, last(ctx, s.Requests("token")).Form.Has("resource")).To(Be("resource in the token request", true))
	})

	It(requirement("mcp.client.resource-right"), func(ctx SpecContext) {
		s := served(ctx)
		step := sentTo(ctx, s)
		Control(ctx, linking.Finish(ctx, s.App, step).Exchange).To(makeEntry())
		named := append(query(step.URL)["resource"], last(ctx, s.Requests("token")).Form["resource"]...)
		if len(named) == 0 {
			NotApplicable(ctx, "the target sends no resource")
		}
		for _, resource := range named {
			Expect(ctx, resource).To(Be("resource", s.URL()))
		}
	})

	It(requirement("mcp.client.resource-on-refresh"), func(ctx SpecContext) {
		s := served(ctx)
		short(ctx, s, func(int) thirdparty.Reply { return s.Issue(ctx, nil) })
		Control(ctx, linking.Finish(ctx, s.App, sentTo(ctx, s)).Exchange).To(makeEntry())
		Expect(ctx, last(ctx, refreshes(s.App)).Form.Get("resource")).To(Be("resource of the refresh", s.URL()))
	})

	It(requirement("mcp.client.header"), func(ctx SpecContext) {
		s := served(ctx)
		Control(ctx, linking.Finish(ctx, s.App, sentTo(ctx, s)).Exchange).To(makeEntry())
		before := true
		for _, r := range s.Requests("endpoint") {
			if before = before && r.Header.Get("Authorization") == ""; before {
				continue // the requests that find out that a token is wanted
			}
			Expect(ctx, s.Issued(r.Bearer())).To(Be("the token in the header of a "+r.Method, true))
			Expect(ctx, r.Bearer() == "" || !strings.Contains(r.URL, r.Bearer())).To(Be("no token in the URL", true))
		}
		Control(ctx, before).To(Be("only requests without a token", false))
	})

	It(requirement("mcp.client.right-token"), func(ctx SpecContext) {
		s := served(ctx)
		s.Endpoint = func(thirdparty.Request) thirdparty.Reply {
			return thirdparty.Reply{Status: http.StatusTemporaryRedirect, Header: map[string]string{"Location": s.Elsewhere()}}
		}
		Control(ctx, linking.Finish(ctx, s.App, sentTo(ctx, s)).Exchange).To(BeAnswered())
		brought := slices.ContainsFunc(s.Requests("elsewhere"), func(r thirdparty.Request) bool { return r.Header.Get("Authorization") != "" })
		Expect(ctx, brought).To(Be("the token at another server", false))
		Control(ctx, len(s.Requests("token"))).To(Be("token requests", 1))
		control(ctx)
	})

	It(requirement("mcp.client.refresh-first"), func(ctx SpecContext) {
		s := served(ctx)
		short(ctx, s, func(int) thirdparty.Reply { return s.Issue(ctx, nil) })
		end := linking.Finish(ctx, s.App, sentTo(ctx, s))
		Control(ctx, end.Exchange).To(makeEntry())
		Note(ctx, "an expired token: %s, entry %s", plural(len(refreshes(s.App)), "refresh request"),
			linking.Status(ctx, linking.Agent, end.Result.EntryID))
	})

	It(requirement("mcp.client.refresh-kept"), func(ctx SpecContext) {
		each(ctx, []string{"kept", "replaced"}, AsIs, func(ctx Ctx, how string) {
			s := served(ctx)
			var given []string
			short(ctx, s, func(int) thirdparty.Reply {
				members := map[string]any{"expires_in": 10}
				if how == "kept" {
					members["refresh_token"] = nil
				}
				reply := s.Issue(ctx, members)
				_, refresh := tokens(reply)
				given = append(given, refresh)
				return reply
			})
			end := linking.Finish(ctx, s.App, sentTo(ctx, s))
			Control(ctx, end.Exchange).To(makeEntry())
			linking.Reload(ctx, end.Result.EntryID)
			sent := refreshes(s.App)
			Control(ctx, len(sent) > 0).To(Be("a refresh", true))
			Expect(ctx, len(sent) > 1).To(Be("a second refresh", true))
			for i := 1; i < len(sent); i++ {
				want := given[i-1]
				if how == "kept" {
					want = sent[0].Form.Get("refresh_token")
				}
				Expect(ctx, sent[i].Form.Get("refresh_token") == want).To(Be("the refresh token that is good", true))
			}
		})
	})
})
