package defects

import (
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/store"
)

var codeDefects = []Defect[mockserver.Policy]{
	{
		ID: "code.reusable", Story: "A code is deleted when it expires, not when it is redeemed.",
		Aims:   []string{"oauth2.code.single-use", "oauth2.code.single-use-parallel", "oauth2.pkce.parallel"},
		Change: func(p *mockserver.Policy) { p.SingleUse = mock.Is(false) },
	},
	{
		ID: "code.twice", Story: "A code is marked as used only at its second use, so it works twice.",
		Aims:   []string{"oauth2.code.single-use", "oauth2.code.single-use-parallel", "ha.revoke.code-dead-session"},
		Change: keeps(takenTwice),
	},
	{
		ID: "code.replay-500", Story: "A second use of a code causes an uncaught exception.",
		Aims:   []string{"oauth2.code.single-use"},
		Change: func(p *mockserver.Policy) { answers(codeGrant.and(sentBefore("code", 1)), status(500), 400)(p) },
	},
	{
		ID: "code.replay-word", Story: "A reused code is refused with a non-standard error code.",
		Aims: []string{"oauth2.code.single-use"},
		Change: func(p *mockserver.Policy) {
			answers(codeGrant.and(sentBefore("code", 1)), word("", "code_used"), 400)(p)
		},
	},
	{
		ID: "code.any-client", Story: "The code is looked up by its value alone; the client is never compared.",
		Aims:   []string{"oauth2.code.bound-client", "ha.code.exact-client-id", "ha.link.client-bound"},
		Change: sameClient(func(_, _ string) bool { return true }),
	},
	{
		ID: "code.host-only", Story: "Only the hosts of client ids are compared.",
		Aims:   []string{"oauth2.code.bound-client", "ha.code.exact-client-id"},
		Change: sameClient(func(a, b string) bool { return host(a) == host(b) }),
	},
	{
		ID: "code.client-prefix", Story: "A client id that begins with the right one is accepted.",
		Aims:   []string{"oauth2.code.bound-client", "ha.code.exact-client-id", "ha.link.client-bound"},
		Change: sameClient(func(a, b string) bool { return strings.HasPrefix(b, a) }),
	},
	{
		ID: "code.client-case", Story: "Client ids are compared without regard to case.",
		Aims:   []string{"ha.code.exact-client-id"},
		Change: sameClient(strings.EqualFold),
	},
	{
		ID: "code.client-slash", Story: "Client ids are compared without their trailing slash.",
		Aims:   []string{"ha.code.exact-client-id"},
		Change: sameClient(func(a, b string) bool { return strings.TrimRight(a, "/") == strings.TrimRight(b, "/") }),
	},
	{
		ID: "code.client-query", Story: "Client ids are compared without their query.",
		Aims:   []string{"ha.code.exact-client-id"},
		Change: sameClient(func(a, b string) bool { before, _, _ := strings.Cut(b, "?"); return a == before }),
	},
	{
		ID: "code.no-client", Story: "A token request without client_id is attributed to the client that the code was issued to.",
		Aims: []string{"oauth2.code.client-id-required", "oauth2.error.status-400", "oauth2.error.invalid-request"},
		Change: func(p *mockserver.Policy) {
			takes(codeGrant.and(lacks("client_id")), set("client_id", "http://any.example/"))(p)
			sameClient(func(_, b string) bool { return b == "http://any.example/" })(p)
		},
	},
	{
		ID: "code.no-client-parameter", Story: "A missing client_id matches every client; an empty one matches none.",
		Aims: []string{"oauth2.code.client-id-required", "oauth2.error.status-400", "oauth2.error.invalid-request"},
		Change: func(p *mockserver.Policy) {
			takes(func(r mock.Request) bool { return codeGrant(r) && !has("client_id")(r) }, set("client_id", "http://any.example/"))(p)
			sameClient(func(_, b string) bool { return b == "http://any.example/" })(p)
		},
	},
	{
		ID: "code.empty-client", Story: "An empty client_id matches every client.",
		Aims: []string{"oauth2.code.client-id-required"},
		Change: func(p *mockserver.Policy) {
			takes(codeGrant.and(has("client_id")).and(lacks("client_id")), set("client_id", "http://any.example/"))(p)
			sameClient(func(_, b string) bool { return b == "http://any.example/" })(p)
		},
	},
	{
		ID: "code.counts", Story: "Codes are sequential numbers.",
		Aims: []string{"oauth2.code.entropy"},
		Change: func(p *mockserver.Policy) {
			var n atomic.Int64
			p.NewCode = func() string {
				return "0000000000000000000000000" + time.Unix(1_000_000_000+n.Add(1), 0).UTC().Format("150405")
			}
		},
	},
	{
		ID: "code.short", Story: "Codes have six digits, like those that users type.",
		Aims: []string{"oauth2.code.entropy"},
		Change: func(p *mockserver.Policy) {
			make := p.NewCode
			p.NewCode = func() string { return make()[:12] }
		},
	},
	{
		ID: "code.serial", Story: "Codes consist of a long fixed prefix and eight random hex digits.",
		Aims: []string{"oauth2.code.entropy"},
		Change: func(p *mockserver.Policy) {
			make := p.NewCode
			p.NewCode = func() string { return "c0de0f7he40me1n7he5tree7" + make()[:8] }
		},
	},
	{
		ID: "code.is-bearer", Story: "Codes and tokens share one table, so a code opens the API.",
		Aims: []string{"oauth2.code.not-an-access-token", "oauth2.bearer.refresh-refused"},
		Change: func(p *mockserver.Policy) {
			answers(bearing(remembered(&p.NewCode)), ok(`{"message":"API running."}`), 401)(p)
		},
	},
	{
		ID: "code.is-refresh", Story: "A code is accepted as a refresh token.",
		Aims: []string{"oauth2.code.not-an-access-token"},
		Change: func(p *mockserver.Policy) {
			issued := remembered(&p.NewCode)
			answers(refreshGrant.and(tokenIs(issued)), ok(`{"access_token":"x.y.z","token_type":"Bearer","expires_in":1800}`), 400)(p)
		},
	},
	{
		ID: "code.missing-401", Story: "A token request without a code is answered with 401.",
		Aims: []string{"oauth2.code.missing", "oauth2.error.status-400"},
		Change: func(p *mockserver.Policy) {
			answers(codeGrant.and(func(r mock.Request) bool { return !has("code")(r) }), status(401), 400)(p)
		},
	},
	{
		ID: "code.empty-500", Story: "An empty code causes an uncaught exception.",
		Aims: []string{"oauth2.code.missing", "oauth2.error.charset", "robust.token.words"},
		Change: func(p *mockserver.Policy) {
			answers(codeGrant.and(has("code")).and(lacks("code")), status(500), 400)(p)
		},
	},
	{
		ID: "code.prefix", Story: "A code is matched by prefix, so extra characters after it are ignored.",
		Aims: []string{"oauth2.code.missing"},
		Change: func(p *mockserver.Policy) {
			issued := remembered(&p.NewCode)
			takes(codeGrant, withFields(func(v url.Values) {
				for c := v.Get("code"); c != ""; c = c[:len(c)-1] {
					if issued(c) {
						v.Set("code", c)
						return
					}
				}
			}))(p)
		},
	},
	{
		ID: "code.cut", Story: "The last character of a code is not compared.",
		Aims:   []string{"oauth2.code.missing", "ha.link.junk-code"},
		Change: keeps(foundWithoutLast),
	},
	{
		ID: "code.unknown-404", Story: "An unknown code is answered with 404.",
		Aims: []string{"oauth2.code.missing", "oauth2.error.status-400", "oauth2.error.charset"},
		Change: func(p *mockserver.Policy) {
			issued := remembered(&p.NewCode)
			answers(codeGrant.and(func(r mock.Request) bool {
				code := fields(r).Get("code")
				return code != "" && !issued(code)
			}), status(404), 400)(p)
		},
	},
	{
		ID: "code.long-life", Story: "Codes live for ten hours instead of ten minutes.",
		Aims: []string{"oauth2.code.expires", "ha.link.expired"},
		Change: redeem(func(c *store.Code, _ *string, _ **string, now *time.Time) {
			if now.Sub(c.Issued) < 10*time.Hour {
				c.Issued = *now
			}
		}),
	},
	{
		ID: "code.no-expiry", Story: "A code's age is never checked.",
		Aims:   []string{"oauth2.code.expires", "ha.link.expired"},
		Change: redeem(func(c *store.Code, _ *string, _ **string, now *time.Time) { c.Issued = *now }),
	},
	{
		ID: "code.one-minute", Story: "Codes live for one minute, so a slow login or an app switch loses them.",
		Aims: []string{"ha.code.lives-minutes", "ha.link.expired"},
		Change: redeem(func(c *store.Code, _ *string, _ **string, now *time.Time) {
			if now.Sub(c.Issued) > time.Minute {
				c.Issued = now.Add(-time.Hour)
			}
		}),
	},
	{
		ID: "code.half-life", Story: "Codes live for five minutes, half of the documented time.",
		Aims: []string{"ha.code.lives-minutes", "ha.link.expired"},
		Change: redeem(func(c *store.Code, _ *string, _ **string, now *time.Time) {
			if now.Sub(c.Issued) > 5*time.Minute {
				c.Issued = now.Add(-time.Hour)
			}
		}),
	},
	{
		ID: "code.from-login", Story: "The lifetime of a code is in seconds where minutes were meant.",
		Aims: []string{"ha.code.lives-minutes", "ha.link.expired"},
		Change: redeem(func(c *store.Code, _ *string, _ **string, now *time.Time) {
			if now.Sub(c.Issued) > 10*time.Second {
				c.Issued = now.Add(-time.Hour)
			}
		}),
	},
	{
		ID:     "code.burned-by-stranger",
		Story:  "A foreign client's attempt spends the code, so anyone who sees the code can prevent the login.",
		Aims:   []string{"oauth2.cimd.code-bound", "ha.code.survives-foreign-client"},
		Change: func(p *mockserver.Policy) { p.BurnsCode = func(*mock.Refusal) bool { return true } },
	},
	{
		ID: "code.burned-by-nobody", Story: "A token request without client_id spends the code.",
		Aims: []string{"oauth2.code.kept-unidentified"},
		Change: both(
			takes(at("POST /auth/token").and(authorization(func(s string) bool { return s != "" })).and(lacks("client_id")),
				set("client_id", "http://nobody.example/")),
			func(p *mockserver.Policy) { p.BurnsCode = func(*mock.Refusal) bool { return true } },
		),
	},
}
