package accountlink

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/coder/websocket"
	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/accountlink"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

const (
	soon  = 10 * time.Second       // for a frame that must come
	never = 300 * time.Millisecond // for one that must not
)

// service is one entry of the list.
type service struct {
	Service    string `json:"service"`
	MinVersion string `json:"min_version"`
}

func services(ctx Ctx, t *accountlink.Proxy) (list []service, e *wire.Exchange) {
	e = t.Wire.Do(ctx, wire.Request{Method: http.MethodGet, URL: "/services"})
	_ = e.Decode(&list) // any other body has no entry
	return list, e
}

var release = regexp.MustCompile(`^\d+(\.\d+)+$`)

func query(raw string) url.Values {
	u, err := url.Parse(raw)
	if err != nil {
		return url.Values{}
	}
	return u.Query()
}

// changed returns a URL with a parameter set.
func changed(raw, name, value string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = q.Encode()
	return u.String()
}

// second returns the frame after the authorize URL, or nil if none came in time.
func second(ctx Ctx, c *accountlink.Conversation, limit time.Duration) map[string]any {
	m, _, err := c.Hear(ctx, limit)
	if err != nil && !errors.Is(err, accountlink.ErrSilent) {
		return map[string]any{"closed": wire.Why(err)}
	}
	return m
}

var _ = Describe("Account link: the proxy", func() {
	It(requirement("proxy.services.list"), func(ctx SpecContext) {
		t := accountlink.From(ctx)
		list, e := services(ctx, t)
		Expect(ctx, e).To(HaveStatus(http.StatusOK))
		Expect(ctx, e.MediaType()).To(Be("Content-Type", "application/json"))
		found := false
		for _, s := range list {
			found = found || s.Service == t.Service
			Expect(ctx, s.Service != "" && s.MinVersion != "").To(Be("service and min_version in each entry", true))
		}
		Expect(ctx, found).To(Be("the service among them", true))
	})

	It(requirement("proxy.services.versions"), func(ctx SpecContext) {
		list, e := services(ctx, accountlink.From(ctx))
		Control(ctx, e).To(HaveStatus(http.StatusOK))
		Control(ctx, len(list) > 0).To(Be("an entry", true))
		for _, s := range list {
			Expect(Step(ctx, s.Service), release.MatchString(s.MinVersion)).To(Be("a release of numbers and dots", true))
		}
	})

	It(requirement("proxy.socket.authorize-url"), func(ctx SpecContext) {
		t := accountlink.From(ctx)
		c := t.Dial(ctx)
		c.Say(ctx, websocket.MessageText, fmt.Sprintf(`{"service":%q}`, t.Service))
		m, text, _ := c.Hear(ctx, soon) // a frame that is no JSON object has no authorize_url
		Expect(ctx, text).To(Be("a text frame", true))
		where, _ := m["authorize_url"].(string)
		Expect(ctx, strings.HasPrefix(where, "https://") || strings.HasPrefix(where, "http://")).To(Be("an authorize_url", true))
	})

	It(requirement("proxy.socket.tokens"), func(ctx SpecContext) {
		t := accountlink.From(ctx)
		c, where := t.Ask(ctx)
		t.Finish(ctx, where, false)
		tokens, _ := second(ctx, c, soon)["tokens"].(map[string]any)
		access, _ := tokens["access_token"].(string)
		Expect(ctx, access != "").To(Be("an access_token in tokens", true))
		life, ok := tokens["expires_in"].(float64)
		Expect(ctx, ok && life > 0).To(Be("expires_in as a number", true))
	})

	It(requirement("proxy.socket.refresh-token"), func(ctx SpecContext) {
		token, _ := accountlink.From(ctx).Linked(ctx)["refresh_token"].(string)
		Expect(ctx, token != "").To(Be("a refresh_token in tokens", true))
	})

	It(requirement("proxy.socket.unknown-service"), func(ctx SpecContext) {
		t := accountlink.From(ctx)
		c := t.Dial(ctx)
		c.Say(ctx, websocket.MessageText, `{"service":"authconform_nowhere"}`)
		m, _, err := c.Hear(ctx, soon)
		word, _ := m["error"].(string)
		Expect(ctx, err == nil && word != "").To(Be("a frame with an error", true))
		Expect(ctx, m["authorize_url"] == nil).To(Be("no authorize_url", true))
		t.Ask(ctx)
	})

	It(requirement("proxy.socket.malformed"), func(ctx SpecContext) {
		t := accountlink.From(ctx)
		for name, frame := range Sorted(map[string]string{
			"no JSON": "{", "a list": "[]", "a number": `{"service":5}`, "null": "null", "nothing": "",
			"100 kB": `{"service":"` + strings.Repeat("x", 100_000) + `"}`,
		}) {
			under := Step(ctx, name)
			c := t.Dial(under)
			c.Say(under, websocket.MessageText, frame)
			Expect(under, second(under, c, soon)["authorize_url"] == nil).To(Be("no authorize_url", true))
			c.Close()
		}
		c := t.Dial(ctx)
		c.Say(ctx, websocket.MessageBinary, fmt.Sprintf(`{"service":%q}`, t.Service))
		Expect(Step(ctx, "a binary frame"), second(ctx, c, soon)["authorize_url"] == nil).To(Be("no authorize_url", true))
		t.Ask(ctx)
	})

	It(requirement("proxy.socket.denied"), func(ctx SpecContext) {
		t := accountlink.From(ctx)
		t.Linked(ctx)
		c, where := t.Ask(ctx)
		t.Finish(ctx, where, true)
		m := second(ctx, c, soon)
		word, _ := m["error"].(string)
		Expect(ctx, word != "").To(Be("a frame with an error", true))
		Expect(ctx, m["tokens"] == nil).To(Be("no tokens", true))
	})

	It(requirement("proxy.socket.own-tokens"), func(ctx SpecContext) {
		t := accountlink.From(ctx)
		one, first := t.Ask(ctx)
		two, other := t.Ask(ctx)
		t.Finish(ctx, first, false)
		Expect(ctx, second(ctx, one, soon)["tokens"] != nil).To(Be("tokens for the first", true))
		t.Finish(ctx, other, false)
		Expect(ctx, second(ctx, two, soon)["tokens"] != nil).To(Be("tokens for the second, once its person has finished", true))
		third, _ := t.Ask(ctx)
		t.Linked(ctx)
		Expect(ctx, second(ctx, third, never) == nil).To(Be("nothing for one whose person has not", true))
	})

	It(requirement("proxy.socket.parallel"), func(ctx SpecContext) {
		t := accountlink.From(ctx)
		talks, urls := make([]*accountlink.Conversation, 20), make([]string, 20)
		for i := range talks {
			c, err := t.TryDial(ctx)
			if !Expect(ctx, err == nil).To(Be(fmt.Sprintf("a socket for conversation %d", i+1), true)) {
				return
			}
			c.Say(ctx, websocket.MessageText, fmt.Sprintf(`{"service":%q}`, t.Service))
			m, _, _ := c.Hear(ctx, soon)
			talks[i] = c
			urls[i], _ = m["authorize_url"].(string)
			if !Expect(ctx, urls[i] != "").To(Be(fmt.Sprintf("an authorize_url in conversation %d", i+1), true)) {
				return
			}
		}
		for _, i := range []int{0, 19} {
			t.Finish(ctx, urls[i], false)
			Expect(ctx, second(ctx, talks[i], soon)["tokens"] != nil).To(Be(fmt.Sprintf("tokens in conversation %d", i+1), true))
		}
	})

	It(requirement("proxy.state.unguessable"), func(ctx SpecContext) {
		t := accountlink.From(ctx)
		states := make([]string, 8)
		for i := range states {
			_, where := t.Ask(ctx)
			states[i] = query(where).Get("state")
		}
		Expect(ctx, states).To(BeUnguessable(128))
		t.Linked(ctx)
	})

	It(requirement("proxy.state.forged"), func(ctx SpecContext) {
		t := accountlink.From(ctx)
		_, done := t.Ask(ctx)
		_, back := t.Finish(ctx, done, false)
		Control(ctx, back != "").To(Be("a return to the proxy", true))
		c, where := t.Ask(ctx)
		for name, state := range Sorted(map[string]string{"empty": "", "invented": "0123456789abcdef",
			"changed": query(where).Get("state") + "x"}) {
			e := t.Visitor().Open(Step(ctx, name), changed(back, "state", state))
			Expect(Step(ctx, name), e.Status >= 400 && e.Status < 500).To(Be("a status of 4xx", true))
		}
		Expect(ctx, second(ctx, c, never) == nil).To(Be("nothing for the conversation that waits", true))
		t.Linked(ctx)
	})

	It(requirement("proxy.state.once"), func(ctx SpecContext) {
		t := accountlink.From(ctx)
		c, where := t.Ask(ctx)
		_, back := t.Finish(ctx, where, false)
		Control(ctx, back != "").To(Be("a return to the proxy", true))
		Control(ctx, second(ctx, c, soon)["tokens"] != nil).To(Be("tokens", true))
		e := t.Visitor().Open(ctx, back)
		Expect(ctx, e.Status >= 400 && e.Status < 500).To(Be("a status of 4xx", true))
	})

	It(requirement("proxy.authorize.parameters"), func(ctx SpecContext) {
		t := accountlink.From(ctx)
		_, where := t.Ask(ctx)
		q := query(where)
		for _, name := range []string{"response_type", "client_id", "redirect_uri", "state"} {
			Expect(ctx, len(q[name])).To(Be("values of "+name, 1))
		}
		Expect(ctx, q.Get("response_type")).To(Be("response_type", "code"))
		t.Linked(ctx)
	})

	It(requirement("proxy.authorize.no-secret"), func(ctx SpecContext) {
		t := accountlink.From(ctx)
		_, where := t.Ask(ctx)
		named := false
		for name := range query(where) {
			named = named || strings.Contains(name, "secret")
		}
		Expect(ctx, named).To(Be("a parameter with a secret", false))
		t.Linked(ctx)
	})

	It(requirement("proxy.authorize.scope"), func(ctx SpecContext) {
		t := accountlink.From(ctx)
		t.Linked(ctx)
		c, where := t.Ask(ctx)
		scope, _, _ := strings.Cut(query(where).Get("scope"), " ")
		t.Finish(ctx, changed(where, "scope", scope), false)
		Expect(ctx, second(ctx, c, soon)["tokens"] != nil).To(Be("tokens", true))
	})

	It(requirement("proxy.callback.reflects-nothing"), func(ctx SpecContext) {
		t := accountlink.From(ctx)
		_, done := t.Ask(ctx)
		_, back := t.Finish(ctx, done, false)
		Control(ctx, back != "").To(Be("a return to the proxy", true))
		const mark = "zebra7319"
		for _, name := range []string{"state", "code", "error", "error_description"} {
			_, where := t.Ask(ctx)
			to := changed(changed(back, "state", query(where).Get("state")), name, mark+"<b>")
			Expect(Step(ctx, name), t.Visitor().Open(ctx, to)).To(NotMention(mark))
		}
	})
})
