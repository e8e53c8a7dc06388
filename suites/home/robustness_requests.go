package home

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Odd requests", func() {
	It(requirement("robust.methods"), func(ctx SpecContext) {
		var list []odd
		for _, path := range endpoints {
			for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
				http.MethodOptions, http.MethodTrace, "BREW"} {
				list = append(list, odd{method + " " + path, method, path, "", nil})
			}
		}
		survives(ctx, list)
	})

	It(requirement("robust.paths"), func(ctx SpecContext) {
		var list []odd
		for _, path := range []string{
			"//", "///auth/token", "/auth//token", "/auth/token/", "/auth/%74oken", "/auth/token%00", "/auth/%ff", "/auth/%c3", "/%00", "/%2e%2e/",
			"/auth/token;x=1", "/auth/./token", "/auth/../auth/token",
			"/" + strings.Repeat("a", 7000), "/" + strings.Repeat("a/", 1000), "/auth/login_flow/%ff", "/auth/login_flow/%00",
			"/auth/login_flow/" + strings.Repeat("a", 5000), "/auth/login_flow/%F0%9F%92%A5",
			"/api/states/%00", "/api/states/" + strings.Repeat("a", 5000), "/auth/login_flow//", "/api/onboarding/%00", "/*",
			"/auth/login_flow/../login_flow",
		} {
			list = append(list, odd{"GET " + shortened(path), http.MethodGet, path, "", nil},
				odd{"POST " + shortened(path), http.MethodPost, path, "{}", []string{"Content-Type", jsonType}})
		}
		survives(ctx, list)
	})

	It(requirement("robust.queries"), func(ctx SpecContext) {
		var list []odd
		for _, path := range []string{"/auth/authorize", "/auth/providers", "/.well-known/oauth-authorization-server",
			"/auth/external/callback", "/api/config"} {
			for name, query := range Sorted(map[string]string{
				"bytes": "state=%ff%fe", "raw escape": "state=%", "NUL": "state=%00", "separators": "&&==&",
				"7 kB": "state=" + strings.Repeat("a", 7000), "a thousand": strings.Repeat("a=1&", 1000),
				"twice": "state=a&state=b&code=a&code=b", "a JWT of nothing": "state=e30.e30.&code=x", "a JWT of lists": "state=W10.W10.W10&code=x",
				"accent": "state=%C3%A9&code=%C3%A9", "dots": "state=..&code=x",
				"an error": "error=access_denied&state=x", "no value": "state&code",
			}) {
				list = append(list, odd{path + ": " + name, http.MethodGet, path + "?" + query, "", nil})
			}
		}
		survives(ctx, list)
	})

	It(requirement("robust.authorization"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.API(ctx, h.Session(ctx).Access, "/api/")).To(HaveStatus(200))
		lines := oddTokens()
		for _, line := range []string{"", "Bearer", "Bearer ", "Basic", "Basic !!!", "Basic OmE=", "Digest x", "Bearer a b c",
			strings.Repeat("x ", 1000), "Bearer \xff\xfe", "Bearer é", "\xe9", "Bearer\tx"} {
			lines[Quoted(line)] = line
		}
		names := slices.Sorted(maps.Keys(lines))
		Each(ctx, names, shortened, func(ctx Ctx, name string) {
			line := lines[name]
			if !strings.HasPrefix(name, `"`) {
				line = "Bearer " + line
			}
			Expect(ctx, h.Get(ctx, "/api/", "Authorization", line)).To(BeRejected())
		})
		Control(ctx, h.API(ctx, h.Session(ctx).Access, "/api/")).To(HaveStatus(200))
	})

	It(requirement("robust.signatures"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Get(ctx, sign(ctx, h.Session(ctx).Access, "/api/config"))).To(HaveStatus(200))
		tokens := oddTokens()
		for name, word := range Sorted(oddWords()) {
			tokens[name] = word
		}
		Each(ctx, slices.Sorted(maps.Keys(tokens)), AsIs, func(ctx Ctx, name string) {
			Expect(ctx, h.Get(ctx, "/api/config?authSig="+url.QueryEscape(tokens[name]))).To(BeRejected())
		})
		for _, query := range []string{"authSig", "authSig=&authSig=", "authSig=%ff", "authSig=a&authSig=b", "&&authSig=."} {
			Expect(Step(ctx, query), h.Get(ctx, "/api/config?"+query)).To(BeRejected())
		}
	})

	It(requirement("robust.headers"), func(ctx SpecContext) {
		var list []odd
		for _, name := range []string{"Content-Type", "Accept", "Accept-Encoding", "Accept-Language", "Origin", "Cookie", "Range",
			"If-None-Match", "If-Modified-Since", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "Referer", "User-Agent",
			"Upgrade", "Sec-WebSocket-Key", "X-Requested-With"} {
			for what, word := range Sorted(map[string]string{"empty": "", "bytes": "\xff\xfe", "accent": "é", "separators": ",;=,;=\"",
				"6 kB": strings.Repeat("a,", 3000)}) {
				for _, path := range []string{"/auth/authorize", "/auth/providers", "/api/"} {
					list = append(list, odd{name + " " + what + " " + path, http.MethodGet, path, "", []string{name, word}})
				}
			}
		}
		survives(ctx, list)
	})

	It(requirement("robust.host"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Begin(ctx, home.Login{})).To(OpenForm())
		hosts := []string{"", " ", ":", ":80", "[", "[::1", "[::1]", "a:b", "a:99999", "a b", "\xff", "é.example", "@", "a@b", "http://a", "..",
			strings.Repeat("a", 5000), "127.0.0.1:0", "0.0.0.0", "%00", "a,b"}
		Each(ctx, hosts, func(h string) string { return Quoted(shortened(h)) }, func(ctx Ctx, host string) {
			for _, path := range []string{"/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource", "/auth/providers",
				"/auth/authorize", "/api/"} {
				under := Step(ctx, path)
				Expect(under, unusual(under, path, host)).To(BeAnswered())
			}
		})
		Control(ctx, h.Begin(ctx, home.Login{})).To(OpenForm())
	})

	It(requirement("robust.body-size"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Begin(ctx, home.Login{})).To(OpenForm())
		for name, size := range Sorted(map[string]int{"100 kB": 100_000, "2 MB": 2_000_000}) {
			for path, body := range Sorted(map[string]string{"/auth/token": "grant_type=refresh_token&refresh_token=" + strings.Repeat("a", size),
				"/auth/login_flow": `{"client_id":"` + strings.Repeat("a", size) + `"}`}) {
				under := Step(ctx, name+" at "+path)
				answer := h.Send(under, http.MethodPost, path, body, "Content-Type", formType)
				Expect(under, answer.Status).To(BeBelow(500))
				Control(ctx, h.Begin(ctx, home.Login{})).To(OpenForm())
			}
		}
	})

	It(requirement("robust.websocket"), func(ctx SpecContext) {
		h := home.From(ctx)
		frames := map[string]string{
			"no JSON": "x", "a list": "[]", "a number": "1", "null": "null", "an empty object": "{}", "deep": strings.Repeat("[", 20_000),
			"a huge id":         `{"id":1e300,"type":"ping"}`,
			"a list for a type": `{"id":1,"type":[]}`, "an object for an id": `{"id":{},"type":"ping"}`,
			"lone surrogate": `{"id":1,"type":"\ud800"}`, "many": `{"id":1,"type":"` + strings.Repeat("a", 60_000) + `"}`,
			"a list of commands": `[{"id":1,"type":"ping"},5,null]`,
		}
		other := answering(ctx, h.Session(ctx).Access)
		for name, frame := range Sorted(frames) {
			for _, loggedIn := range []bool{false, true} {
				under := Step(ctx, name+map[bool]string{false: ", before login", true: ", after login"}[loggedIn])
				socket := h.Dial(under)
				if loggedIn {
					_, _ = socket.Login(under, h.Session(ctx).Access)
				} else {
					_, _ = socket.Read(under)
				}
				_ = socket.SendText(under, frame)
				Expect(under, other.Call(under, "ping", nil, nil)).To(Be("error of another socket's ping", nil))
				socket.Abandon()
			}
		}
		fresh := h.Dial(ctx)
		greeted, err := fresh.Login(ctx, h.Session(ctx).Access)
		in := err == nil && greeted.Type() == "auth_ok" && fresh.Call(ctx, "ping", nil, nil) == nil
		Expect(ctx, in).To(Be("a new socket is let in, and its ping is answered", true))
	})
})
