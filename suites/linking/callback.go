package linking

import (
	"net/http"
	"strings"

	"github.com/golang-jwt/jwt/v5"
	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/home/linking"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/thirdparty"
	. "github.com/authconform/authconform/suites/expect"
)

// waiting is a flow that waits for its browser, with the code and the state that the browser would bring.
type waiting struct {
	app         *thirdparty.App
	credential  string
	step        *linking.Step
	code, state string
}

func wait(ctx Ctx, s linking.Settings) waiting {
	app := party(ctx)
	credential := linking.Enter(ctx, app, s)
	w := waiting{app: app, credential: credential.ID, step: linking.Begin(ctx, credential.ID)}
	w.code, _, w.state = app.Authorize(ctx, w.step.URL)
	return w
}

// forgeries returns forged states, made from one of the home's.
func forgeries(state string) map[string]string {
	out := map[string]string{"empty": "", "garbage": "garbage", "7000 characters": strings.Repeat("a", 7000)}
	parts := strings.Split(state, ".")
	if len(parts) != 3 {
		out["changed end"] = state[:len(state)-1] + "A"
		out["changed beginning"] = "A" + state[1:]
		return out
	}
	flip := func(s string) string {
		if strings.HasPrefix(s, "A") {
			return "B" + s[1:]
		}
		return "A" + s[1:]
	}
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(state, claims); err != nil {
		claims = jwt.MapClaims{}
	}
	signed := func(method jwt.SigningMethod, key any) string {
		s, _ := jwt.NewWithClaims(method, claims).SignedString(key)
		return s
	}
	out["changed signature"] = parts[0] + "." + parts[1] + "." + flip(parts[2])
	out["no signature"] = parts[0] + "." + parts[1] + "."
	out["another key"] = signed(jwt.SigningMethodHS256, []byte("another key of thirty-two octets!"))
	out["an empty key"] = signed(jwt.SigningMethodHS256, []byte(""))
	out["alg none"] = signed(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType)
	claims["redirect_uri"] = "https://elsewhere.example/auth/external/callback"
	body := strings.Split(signed(jwt.SigningMethodHS256, []byte("x")), ".")[1]
	out["changed claims"] = parts[0] + "." + body + "." + parts[2]
	return out
}

var _ = Describe("Callback", func() {
	It(requirement("oauth2.client.state-forged"), func(ctx SpecContext) {
		w := wait(ctx, linking.Settings{})
		for name, state := range Sorted(forgeries(w.state)) {
			under := Step(ctx, name)
			Expect(under, linking.Back(under, linking.Query("code", w.code, "state", state))).To(HaveStatus(http.StatusBadRequest))
		}
		Expect(ctx, linking.Poll(ctx, w.step.FlowID).Exchange).To(sendAway())
		Expect(ctx, len(w.app.Requests("token"))).To(Be("token requests", 0))
		linking.Return(ctx, w.code, w.state)
		Control(ctx, linking.Poll(ctx, w.step.FlowID).Exchange).To(makeEntry())
	})

	It(requirement("oauth2.client.state-other-flow"), func(ctx SpecContext) {
		one, two := wait(ctx, linking.Settings{}), wait(ctx, linking.Settings{})
		linking.Return(ctx, one.code, one.state)
		Expect(ctx, linking.Poll(ctx, two.step.FlowID).Exchange).To(sendAway())
		Expect(ctx, len(two.app.Requests("token"))).To(Be("token requests of the other flow", 0))
		Control(ctx, linking.Poll(ctx, one.step.FlowID).Exchange).To(makeEntry())
		linking.Return(ctx, two.code, two.state)
		Expect(ctx, linking.Poll(ctx, two.step.FlowID).Exchange).To(makeEntry())
	})

	It(requirement("oauth2.client.state-replay"), func(ctx SpecContext) {
		w := wait(ctx, linking.Settings{})
		linking.Return(ctx, w.code, w.state)
		Control(ctx, linking.Poll(ctx, w.step.FlowID).Exchange).To(makeEntry())
		linking.Back(ctx, linking.Query("code", w.code, "state", w.state))
		Expect(ctx, linking.Poll(ctx, w.step.FlowID).Exchange).To(HaveStatus(http.StatusNotFound))
		Expect(ctx, len(w.app.Requests("token"))).To(Be("token requests", 1))
	})

	It(requirement("oauth2.client.state-replay-status"), func(ctx SpecContext) {
		w := wait(ctx, linking.Settings{})
		linking.Return(ctx, w.code, w.state)
		Control(ctx, linking.Poll(ctx, w.step.FlowID).Exchange).To(makeEntry())
		Note(ctx, "the callback after the end gets %s", Outcome(linking.Back(ctx, linking.Query("code", w.code, "state", w.state))))
	})

	It(requirement("oauth2.client.state-missing"), func(ctx SpecContext) {
		w := wait(ctx, linking.Settings{})
		Note(ctx, "without a state the callback gets %s, without code and error %s",
			Outcome(linking.Back(ctx, linking.Query("code", w.code))), Outcome(linking.Back(ctx, linking.Query("state", w.state))))
		linking.Return(ctx, w.code, w.state)
		Control(ctx, linking.Poll(ctx, w.step.FlowID).Exchange).To(makeEntry())
	})

	It(requirement("oauth2.client.state-browser"), func(ctx SpecContext) {
		good(ctx)
		w := wait(ctx, linking.Settings{})
		home.From(ctx).Get(ctx, "/auth/external/callback?"+linking.Query("code", w.code, "state", w.state),
			"Origin", "https://elsewhere.example", "Sec-Fetch-Site", "cross-site", "User-Agent", "Another/1.0")
		Note(ctx, "brought back by another browser, the flow ends with %s", ended(linking.Poll(ctx, w.step.FlowID).Exchange))
	})

	It(requirement("oauth2.client.callback-again"), func(ctx SpecContext) {
		w := wait(ctx, linking.Settings{})
		linking.Return(ctx, w.code, w.state)
		linking.Back(ctx, linking.Query("code", w.code, "state", w.state))
		linking.Poll(ctx, w.step.FlowID)
		Expect(ctx, len(w.app.Requests("token"))).To(Be("token requests", 1))
		list := linking.API(ctx, http.MethodGet, entries+"?domain="+linking.Domain, nil)
		for _, id := range entryIDs(list, w.app.Account.Name) {
			linking.Remove(ctx, id)
		}
	})

	It(requirement("oauth2.client.code-injection"), func(ctx SpecContext) {
		one, two := wait(ctx, linking.Settings{PKCE: true}), wait(ctx, linking.Settings{PKCE: true})
		one.app.Know(ctx, "injected-"+two.code, query(one.step.URL).Get("redirect_uri"), query(two.step.URL).Get("code_challenge"))
		linking.Return(ctx, "injected-"+two.code, one.state)
		Expect(ctx, linking.Poll(ctx, one.step.FlowID).Exchange).To(anyAbort())
		sent := one.app.Requests("token")
		Control(ctx, len(sent)).To(Be("token requests", 1))
		Expect(ctx, s256(sent[0].Form.Get("code_verifier"))).To(Be("S256 of the code_verifier", query(one.step.URL).Get("code_challenge")))
		linking.Return(ctx, two.code, two.state)
		Control(ctx, linking.Poll(ctx, two.step.FlowID).Exchange).To(makeEntry())
	})

	It(requirement("oauth2.client.denied"), func(ctx SpecContext) {
		w := wait(ctx, linking.Settings{})
		Control(ctx, linking.Back(ctx, linking.Query("error", "access_denied", "state", w.state))).To(HaveStatus(http.StatusOK))
		Expect(ctx, linking.Poll(ctx, w.step.FlowID).Exchange).To(abort("user_rejected_authorize"))
		Expect(ctx, len(w.app.Requests("token"))).To(Be("token requests", 0))
		Control(ctx, linking.Finish(ctx, w.app, linking.Begin(ctx, w.credential)).Exchange).To(makeEntry())
	})

	It(requirement("oauth2.client.error-words"), func(ctx SpecContext) {
		for _, word := range []string{"server_error", "temporarily_unavailable", "invalid_scope", "unauthorized_client", "x_invented"} {
			under := Step(ctx, word)
			w := wait(under, linking.Settings{})
			linking.Back(under, linking.Query("error", word, "error_description", "a + b", "state", w.state))
			Expect(under, linking.Poll(under, w.step.FlowID).Exchange).To(anyAbort())
			Expect(under, len(w.app.Requests("token"))).To(Be("token requests", 0))
		}
		w := wait(ctx, linking.Settings{})
		linking.Return(ctx, w.code, w.state)
		Control(ctx, linking.Poll(ctx, w.step.FlowID).Exchange).To(makeEntry())
	})

	It(requirement("oauth2.client.reflects-nothing"), func(ctx SpecContext) {
		w := wait(ctx, linking.Settings{})
		const mark = "zebra7319"
		for _, q := range []string{
			linking.Query("code", mark), linking.Query("code", w.code, "state", mark), linking.Query("state", mark+"<b>"),
			linking.Query("error", mark, "error_description", mark, "state", "x"),
			linking.Query("code", "<script>"+mark+"</script>", "state", w.state),
			linking.Query("error", "access_denied", "error_description", mark+"<img src=x>", "error_uri", mark, "iss", mark, "state", w.state),
		} {
			Expect(ctx, linking.Back(ctx, q)).To(NotMention(mark))
		}
		Control(ctx, linking.Poll(ctx, w.step.FlowID).Exchange).To(abort("user_rejected_authorize"))
	})

	It(requirement("oauth2.client.empty-code"), func(ctx SpecContext) {
		good(ctx)
		w := wait(ctx, linking.Settings{})
		linking.Back(ctx, linking.Query("code", "", "state", w.state))
		end := ended(linking.Poll(ctx, w.step.FlowID).Exchange)
		Note(ctx, "an empty code sends %s, and the flow gets %s", plural(len(w.app.Requests("token")), "token request"), end)
	})

	It(requirement("oauth2.client.iss"), func(ctx SpecContext) {
		good(ctx)
		w := wait(ctx, linking.Settings{})
		linking.Back(ctx, linking.Query("code", w.code, "state", w.state, "iss", "https://elsewhere.example"))
		Note(ctx, "with a foreign iss the flow ends with %s", ended(linking.Poll(ctx, w.step.FlowID).Exchange))
	})

	It(requirement("oauth2.client.code-and-error"), func(ctx SpecContext) {
		good(ctx)
		w := wait(ctx, linking.Settings{})
		linking.Back(ctx, linking.Query("error", "access_denied", "code", w.code, "state", w.state))
		Note(ctx, "with code and error the flow ends with %s", ended(linking.Poll(ctx, w.step.FlowID).Exchange))
	})

	It(requirement("oauth2.client.repeated-parameters"), func(ctx SpecContext) {
		good(ctx)
		w := wait(ctx, linking.Settings{})
		e := linking.Back(ctx, linking.Query("code", w.code, "code", "wrong", "state", w.state, "state", "wrong"))
		Note(ctx, "repeated code and state get %s, and the flow ends with %s", Outcome(e), ended(linking.Poll(ctx, w.step.FlowID).Exchange))
	})

	It(requirement("ha.linking.callback-methods"), func(ctx SpecContext) {
		w := wait(ctx, linking.Settings{})
		h := home.From(ctx)
		q := linking.Query("code", w.code, "state", w.state)
		Expect(ctx, h.Send(ctx, http.MethodPost, "/auth/external/callback?"+q, "")).To(HaveStatus(http.StatusMethodNotAllowed))
		Expect(ctx, h.Send(ctx, http.MethodPost, "/auth/external/callback", q, "Content-Type", "application/x-www-form-urlencoded")).To(
			HaveStatus(http.StatusMethodNotAllowed))
		Expect(ctx, linking.Poll(ctx, w.step.FlowID).Exchange).To(sendAway())
		linking.Return(ctx, w.code, w.state)
		Control(ctx, linking.Poll(ctx, w.step.FlowID).Exchange).To(makeEntry())
	})
})
