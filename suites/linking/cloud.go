package linking

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home/linking"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/linkproxy"
	"github.com/authconform/authconform/harness/played/thirdparty"
	. "github.com/authconform/authconform/suites/expect"
)

const viaCloud = "cloud"

// offer is a list of services with the integration.
func offer() []linkproxy.Service {
	return []linkproxy.Service{{Name: linking.Domain, MinVersion: "0.1.0"}}
}

// clouded returns the proxy with a script, and a third party whose API accepts every token.
func clouded(ctx Ctx, s linkproxy.Script) (*linkproxy.Proxy, *thirdparty.App) {
	noCredentials(ctx)
	if s.Services == nil && s.Down == 0 {
		s.Services = offer()
	}
	p := play(ctx, s)
	app := party(ctx)
	app.API = func(int, thirdparty.Request) thirdparty.Reply { return app.Known() }
	linking.Know(ctx, app, linking.Settings{ClientID: "default"})
	return p, app
}

// play gives the proxy a script, and makes the home fetch the proxy's new list.
func play(ctx Ctx, s linkproxy.Script) *linkproxy.Proxy {
	p := linkproxy.From(ctx)
	p.Play(ctx, s)
	if p.Believed() {
		afresh(ctx)
	}
	return p
}

// afresh makes the home forget the proxy's list, which it caches for an hour.
func afresh(ctx Ctx) { Advance(ctx, time.Hour+time.Minute) }

// sentAway starts a flow through the proxy. Reaching the external step is a control.
func sentAway(ctx Ctx) *linking.Step {
	s := linking.Choose(ctx, linking.Open(ctx), viaCloud)
	if s.Type != "external" {
		Block(ctx, "the flow through the account-link proxy does not send the user away: %s", s.Exchange)
	}
	return s
}

// tokensOf returns a token object in the proxy's format.
func tokensOf(seconds int) map[string]any {
	var v map[string]any
	_ = json.Unmarshal([]byte(linkproxy.Tokens(seconds)), &v)
	return v
}

// cloudEntry links through the proxy with a token of some seconds. Getting the entry is a control.
func cloudEntry(ctx Ctx, p *linkproxy.Proxy, seconds int) linking.Entry {
	s := sentAway(ctx)
	p.Send(ctx, map[string]any{"tokens": tokensOf(seconds)})
	last := settled(ctx, s.FlowID)
	if last.Type != "create_entry" {
		Block(ctx, "the proxy's tokens make no entry: %s", last.Exchange)
	}
	return linking.Look(ctx, last.Result.EntryID)
}

// settleLimit is how long a home on a busy machine may take to react to a frame.
const settleLimit = 15 * time.Second

// settled polls a flow until it no longer waits: the home reads the proxy's frame in the background. It polls less and less
// often, because in some releases each poll opens another socket.
func settled(ctx Ctx, flowID string) *linking.Step {
	wait := 30 * time.Millisecond
	for deadline := time.Now().Add(settleLimit); ; wait *= 2 {
		s := linking.Poll(ctx, flowID)
		if s.Type != "external" || time.Now().After(deadline) {
			return s
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return s
		}
	}
}

var _ = Describe("Account link: the home and the proxy", func() {
	It(requirement("ha.cloud.offered"), func(ctx SpecContext) {
		p, _ := clouded(ctx, linkproxy.Script{})
		no := false
		afresh(ctx)
		Expect(ctx, linking.Open(ctx).Exchange).To(sendAway())
		for name, list := range Sorted(map[string][]linkproxy.Service{
			"another domain":  {{Name: "authconform_nowhere", MinVersion: "0.1.0"}},
			"a newer release": {{Name: linking.Domain, MinVersion: "2099.1.0"}},
			"no new accounts": {{Name: linking.Domain, MinVersion: "0.1.0", Accepts: &no}}, "nothing": {},
		}) {
			p.Say(func(s *linkproxy.Script) { s.Services = list })
			afresh(ctx)
			Expect(Step(ctx, name), linking.Open(ctx).Exchange).To(abort("missing_credentials"))
		}
		p.Say(func(s *linkproxy.Script) { s.Services = offer() })
		afresh(ctx)
		Control(ctx, linking.Open(ctx).Exchange).To(sendAway())
	})

	It(requirement("ha.cloud.conversation"), func(ctx SpecContext) {
		p, _ := clouded(ctx, linkproxy.Script{})
		cloudEntry(ctx, p, 3600)
		p.Await(ctx, func(list []linkproxy.Conversation) bool { return len(list) > 0 && list[0].Closed != 0 })
		talks := p.Conversations()
		Control(ctx, len(talks) > 0 && len(talks[0].Frames) > 0).To(Be("a socket and a frame", true))
		var first map[string]any
		_ = json.Unmarshal([]byte(talks[0].Frames[0]), &first)
		said := fmt.Sprintf("%s, %s, service %v", plural(len(talks[0].Frames), "frame"), plural(len(first), "member"), first["service"])
		Expect(ctx, said).To(Be("what the home says", "1 frame, 1 member, service "+linking.Domain))
		Expect(ctx, talks[0].Closed).To(Be("close code", 1000))
	})

	It(requirement("ha.cloud.authorize-url"), func(ctx SpecContext) {
		clouded(ctx, linkproxy.Script{})
		s := sentAway(ctx)
		q := query(s.URL)
		Expect(ctx, strings.HasPrefix(s.URL, "https://third-party.example/authorize?")).To(Be("the proxy's URL", true))
		Expect(ctx, q.Get("client_id")).To(Be("client_id", "proxy"))
		Expect(ctx, strings.Join(q["state"], " and ")).To(Be("state", "of-the-proxy"))
		Expect(ctx, strings.Join(q["scope"], " and ")).To(Be("scope", "profile devices:read"))
		Expect(ctx, q.Has("redirect_uri")).To(Be("a redirect_uri of the home", false))
	})

	It(requirement("ha.cloud.entry"), func(ctx SpecContext) {
		p, app := clouded(ctx, linkproxy.Script{})
		app.API = func(_ int, r thirdparty.Request) thirdparty.Reply {
			if !strings.HasPrefix(r.Bearer(), "access-") { // those of tokensOf
				return thirdparty.Refuse(http.StatusUnauthorized, "invalid_token")
			}
			return app.Known()
		}
		entry := cloudEntry(ctx, p, 3600)
		Expect(ctx, entry.Implementation).To(Be("auth_implementation", viaCloud))
		Expect(ctx, entry.Token.Service).To(Be("service", linking.Domain))
		Expect(ctx, entry.State).To(Be("state", "loaded"))
		Expect(ctx, len(app.Requests("token"))+len(p.Refreshes())).To(Be("token requests", 0))
		Expect(ctx, usedWell(linking.Use(ctx, entry.ID, 1))).To(Be("uses that work", 1))
	})

	It(requirement("ha.cloud.refresh"), func(ctx SpecContext) {
		p, app := clouded(ctx, linkproxy.Script{})
		entry := cloudEntry(ctx, p, 10)
		if len(p.Refreshes()) == 0 { // the set-up may have refreshed already
			linking.Use(ctx, entry.ID, 1)
		}
		Expect(ctx, len(app.Requests("token"))).To(Be("requests to the third party's token endpoint", 0))
		sent := p.Refreshes()
		if !Expect(ctx, len(sent)).To(Be("refreshes at the proxy", 1)) {
			return
		}
		service, body, _ := strings.Cut(sent[0]+" ", " ")
		Expect(ctx, service).To(Be("service in the path", linking.Domain))
		var members map[string]any
		_ = json.Unmarshal([]byte(body), &members)
		token, _ := members["refresh_token"].(string)
		Expect(ctx, strings.HasPrefix(token, "refresh-") && len(members) == 1).To(Be("the refresh token alone", true))
		after := linking.Look(ctx, entry.ID)
		Expect(ctx, after.Token.Refresh == linking.Print(token)).To(Be("the old refresh token is kept", false))
		Expect(ctx, after.Token.Service).To(Be("service", linking.Domain))
	})

	It(requirement("ha.cloud.timeout"), func(ctx SpecContext) {
		p, _ := clouded(ctx, linkproxy.Script{First: `{"error":"timeout"}`})
		Expect(ctx, linking.Open(ctx).Exchange).To(abort("authorize_url_timeout"))
		p.Say(func(s *linkproxy.Script) { s.First = "" })
		Control(ctx, linking.Open(ctx).Exchange).To(sendAway())
	})

	It(requirement("ha.cloud.errors"), func(ctx SpecContext) {
		p, _ := clouded(ctx, linkproxy.Script{})
		Control(ctx, linking.Open(ctx).Exchange).To(sendAway())
		for name, script := range Sorted(map[string]linkproxy.Script{
			"unsupported": {First: `{"error":"unsupported"}`}, "unavailable": {First: `{"error":"unavailable"}`}, "no URL": {First: `{"x":1}`},
			"no JSON": {First: "{broken"}, "a close": {Close: true}, "a binary frame": {Binary: true},
		}) {
			p.Say(func(s *linkproxy.Script) { s.First, s.Close, s.Binary = script.First, script.Close, script.Binary })
			Expect(Step(ctx, name), linking.Open(ctx).Exchange).To(anyAbort())
		}
	})

	It(requirement("ha.cloud.down"), func(ctx SpecContext) {
		p, _ := clouded(ctx, linkproxy.Script{})
		p.Say(func(s *linkproxy.Script) { s.Down = http.StatusServiceUnavailable })
		afresh(ctx)
		e := linking.Open(ctx).Exchange
		Expect(ctx, e).To(anyAbort())
		Expect(ctx, e.Text("reason") == "missing_credentials").To(Be("missing_credentials", false))
		p.Say(func(s *linkproxy.Script) { s.Down = 0 })
		Control(ctx, linking.Open(ctx).Exchange).To(sendAway())
	})

	It(requirement("ha.cloud.one-socket"), func(ctx SpecContext) {
		p, _ := clouded(ctx, linkproxy.Script{})
		s := sentAway(ctx)
		for range 3 {
			linking.Poll(ctx, s.FlowID)
		}
		Note(ctx, "a flow that is polled three times while it waits opens %s", plural(len(p.Conversations()), "socket"))
	})

	It(requirement("ha.cloud.rejected"), func(ctx SpecContext) {
		p, _ := clouded(ctx, linkproxy.Script{})
		s := sentAway(ctx)
		p.Send(ctx, map[string]any{"tokens": map[string]any{"error": "access_denied"}})
		Expect(ctx, settled(ctx, s.FlowID).Exchange).To(abort("user_rejected_authorize"))
		Control(ctx, cloudEntry(ctx, p, 3600).Implementation).To(Be("auth_implementation of a good linking", viaCloud))
	})
})
