package linking

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home/linking"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/mcpserver"
	"github.com/authconform/authconform/harness/played/thirdparty"
	. "github.com/authconform/authconform/suites/expect"
)

// strangers skips a row at a home that has a client id for MCP servers, because it would use that id.
func strangers(ctx Ctx) {
	if slices.ContainsFunc(linking.Credentials(ctx), func(c linking.Credential) bool { return c.Domain == linking.Agent }) {
		NotRun(ctx, "the target has credentials of %s; remove them first", linking.Agent)
	}
}

// open returns a server that accepts registrations.
func open(ctx Ctx) *mcpserver.Server {
	s := served(ctx)
	metadataWith("registration_endpoint", s.RegistrationURL())(s)
	return s
}

// registered returns the flow of a home that registers itself at the server. The row does not apply to a home that does not.
func registered(ctx Ctx, s *mcpserver.Server) *linking.Step {
	strangers(ctx)
	step := linking.Connect(ctx, s.URL(), "")
	if len(s.Requests("register")) == 0 {
		NotApplicable(ctx, "the target does not register itself: %s", ended(step.Exchange))
	}
	return step
}

var _ = Describe("The client that the home is at MCP servers", func() {
	It(requirement("mcp.client.own-id-possible"), func(ctx SpecContext) {
		s := served(ctx)
		step := connected(ctx, s)
		Expect(ctx, step.Exchange).To(sendAway())
		Expect(ctx, query(step.URL).Get("client_id")).To(Be("client_id", s.ClientID))
		Control(ctx, linking.Finish(ctx, s.App, step).Exchange).To(makeEntry())
	})

	It(requirement("mcp.client.registration-order"), func(ctx SpecContext) {
		strangers(ctx)
		s := open(ctx)
		step := linking.Connect(Step(ctx, "no id"), s.URL(), "")
		Expect(ctx, step.Exchange).To(sendAway())
		Expect(ctx, len(s.Requests("register"))).To(Be("registrations", 1))
		Expect(Step(ctx, "no registration"), linking.Connect(ctx, served(ctx).URL(), "").Exchange).To(stop())
		s = open(ctx)
		step = sentTo(Step(ctx, "an id"), s)
		Expect(ctx, query(step.URL).Get("client_id")).To(Be("client_id", s.ClientID))
		Expect(ctx, len(s.Requests("register"))).To(Be("registrations", 0))
		Control(ctx, linking.Finish(ctx, s.App, step).Exchange).To(makeEntry())
	})

	It(requirement("mcp.client.application-type"), func(ctx SpecContext) {
		s := open(ctx)
		step := registered(ctx, s)
		var said struct {
			Kind      string   `json:"application_type"`
			Redirects []string `json:"redirect_uris"`
		}
		_ = json.Unmarshal([]byte(last(ctx, s.Requests("register")).Body), &said)
		Control(ctx, len(said.Redirects)).To(Be("redirect_uris", 1))
		want := "native"
		if u, err := url.Parse(said.Redirects[0]); err == nil && u.Scheme == "https" {
			want = "web"
		}
		Expect(ctx, said.Kind).To(Be("application_type", want))
		Control(ctx, linking.Finish(ctx, s.App, step).Exchange).To(makeEntry())
	})

	It(requirement("mcp.client.registration-refused"), func(ctx SpecContext) {
		s := open(ctx)
		s.Register = func(thirdparty.Request) thirdparty.Reply {
			return thirdparty.Refuse(http.StatusBadRequest, "invalid_redirect_uri")
		}
		step := registered(ctx, s)
		Expect(ctx, step.Exchange).To(stop())
		Expect(ctx, len(s.Requests("register"))).To(BeBelow(3))
		good := open(ctx)
		step = registered(ctx, good)
		Control(ctx, step.Exchange).To(sendAway())
		Control(ctx, linking.Finish(ctx, good.App, step).Exchange).To(makeEntry())
	})

	It(requirement("mcp.client.credentials-by-issuer"), func(ctx SpecContext) {
		one, other := served(ctx), served(ctx)
		credential := linking.EnterAgent(ctx, one).ID
		first := linking.Connect(ctx, one.URL(), credential)
		Control(ctx, first.Exchange).To(sendAway())
		Control(ctx, linking.Finish(ctx, one.App, first).Exchange).To(makeEntry())
		other.Token = func(int, thirdparty.Request) thirdparty.Reply {
			return thirdparty.Refuse(http.StatusUnauthorized, "invalid_client")
		}
		step := linking.Connect(ctx, other.URL(), credential)
		Expect(ctx, query(step.URL).Get("client_id") == one.ClientID).To(Be("the client_id of another server in the authorize URL", false))
		if step.URL != "" {
			back(ctx, step, "code", "code-of-nobody")
		}
		sent := slices.ContainsFunc(other.Requests("token"), func(r thirdparty.Request) bool { return r.Form.Get("client_secret") == one.Secret })
		Expect(ctx, sent).To(Be("the secret of another server in the token request", false))
		Control(ctx, linking.Connect(ctx, one.URL(), credential).Exchange).To(sendAway())
	})

	It(requirement("mcp.client.pkce"), func(ctx SpecContext) {
		s := served(ctx)
		credential := linking.EnterAgent(ctx, s).ID
		seen := map[string]bool{}
		const logins = 4
		for range logins {
			step := linking.Connect(ctx, s.URL(), credential)
			Control(ctx, step.Exchange).To(sendAway())
			q := query(step.URL)
			Expect(ctx, q.Get("code_challenge_method")).To(Be("code_challenge_method", "S256"))
			seen[q.Get("code_challenge")] = true
			code, _, _ := s.Authorize(ctx, step.URL)
			Control(ctx, back(ctx, step, "code", code).Exchange).To(makeEntry())
			sent := slices.DeleteFunc(s.Requests("token"), func(r thirdparty.Request) bool { return r.Form.Get("code") != code })
			verifier := last(ctx, sent).Form.Get("code_verifier")
			Expect(ctx, verifier != "" && s256(verifier) == q.Get("code_challenge")).To(Be("a code_verifier of the challenge", true))
		}
		Expect(ctx, len(seen)).To(Be("different challenges", logins))
	})
})
