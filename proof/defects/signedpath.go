package defects

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var signedPathDefects = []Defect[mockserver.Policy]{
	{
		ID: "signed.refused", Story: "Signed paths are issued but never accepted.",
		Aims:   []string{"ha.signed-path"},
		Change: func(p *mockserver.Policy) { p.SignedMethod = func(string) bool { return false } },
	},
	{
		ID: "signed.any-path", Story: "A signature opens every path.",
		Aims: []string{"ha.signed-path.bound"},
		Change: signs(func(c mockserver.PathClaims, path, query string, _ time.Time) (mockserver.PathClaims, string, string) {
			c.Path = path
			return c, path, query
		}),
	},
	{
		ID: "signed.below", Story: "A signature opens every path in the same folder.",
		Aims: []string{"ha.signed-path.bound"},
		Change: signs(func(c mockserver.PathClaims, path, query string, _ time.Time) (mockserver.PathClaims, string, string) {
			if path != "/api/" {
				c.Path = path
			}
			return c, path, query
		}),
	},
	{
		ID: "signed.any-query", Story: "The query is not covered by the signature.",
		Aims: []string{"ha.signed-path.query-bound"},
		Change: signs(func(c mockserver.PathClaims, path, _ string, _ time.Time) (mockserver.PathClaims, string, string) {
			c.Params = nil
			return c, path, ""
		}),
	},
	{
		ID: "signed.more-query", Story: "Parameters may be added to a signed path.",
		Aims: []string{"ha.signed-path.query-bound"},
		Change: signs(func(c mockserver.PathClaims, path, query string, _ time.Time) (mockserver.PathClaims, string, string) {
			var kept []string
			for pair := range strings.SplitSeq(query, "&") {
				if slices.Contains(names(c.Params), nameOf(pair)) {
					kept = append(kept, pair)
				}
			}
			return c, path, strings.Join(kept, "&")
		}),
	},
	{
		ID: "signed.fewer-query", Story: "Parameters can be removed from a signed path.",
		Aims: []string{"ha.signed-path.query-bound"},
		Change: signs(func(c mockserver.PathClaims, path, query string, _ time.Time) (mockserver.PathClaims, string, string) {
			var sent []string
			for pair := range strings.SplitSeq(query, "&") {
				sent = append(sent, nameOf(pair))
			}
			c.Params = slices.DeleteFunc(slices.Clone(c.Params), func(p [2]string) bool { return !slices.Contains(sent, p[0]) })
			return c, path, query
		}),
	},
	{
		ID: "signed.query-values", Story: "Only the names of parameters are covered.",
		Aims: []string{"ha.signed-path.query-bound"},
		Change: signs(func(c mockserver.PathClaims, path, query string, _ time.Time) (mockserver.PathClaims, string, string) {
			sent, _ := url.ParseQuery(query)
			for _, p := range c.Params {
				if sent.Has(p[0]) {
					sent.Set(p[0], p[1])
				}
			}
			return c, path, sent.Encode()
		}),
	},
	{
		ID: "signed.unverified", Story: "The token's own signature is never checked.",
		Aims: []string{"ha.signed-path.tampered"},
		Change: answers(at("GET /api/config").and(func(r mock.Request) bool {
			_, sig, ok := strings.Cut(r.Target, "authSig=")
			return ok && strings.Contains(unbase64(strings.Split(sig, ".")[0]), "HS256") &&
				strings.Contains(unbase64(strings.Split(sig+".", ".")[1]), `"path"`)
		}), ok(`{"version":"2026.11.0"}`), 401),
	},
	{
		ID: "signed.empty", Story: "An empty signature counts as missing, and a missing one is accepted.",
		Aims: []string{"ha.signed-path.tampered", "robust.signatures"},
		Change: answers(at("GET /api/config").and(func(r mock.Request) bool {
			return strings.HasSuffix(r.Target, "authSig=")
		}), ok(`{"version":"2026.11.0"}`), 401),
	},
	{
		ID: "signed.post", Story: "A signature for GET also allows POST.",
		Aims:   []string{"ha.signed-path.get-only", "ha.signed-path.methods"},
		Change: func(p *mockserver.Policy) { p.SignedMethod = func(string) bool { return true } },
	},
	{
		ID: "signed.query-set", Story: "The order of parameters is not covered.",
		Aims: []string{"ha.signed-path.query-exact"},
		Change: signs(func(c mockserver.PathClaims, path, query string, _ time.Time) (mockserver.PathClaims, string, string) {
			sent := slices.Sorted(strings.SplitSeq(query, "&"))
			c.Params = slices.Clone(c.Params)
			slices.SortFunc(c.Params, func(a, b [2]string) int { return strings.Compare(a[0]+"="+a[1], b[0]+"="+b[1]) })
			return c, path, strings.Join(sent, "&")
		}),
	},
	{
		ID: "signed.query-once", Story: "The first of several equal parameters is used.",
		Aims: []string{"ha.signed-path.query-exact"},
		Change: signs(func(c mockserver.PathClaims, path, query string, _ time.Time) (mockserver.PathClaims, string, string) {
			var kept, seen []string
			for pair := range strings.SplitSeq(query, "&") {
				if !slices.Contains(seen, nameOf(pair)) {
					kept = append(kept, pair)
				}
				seen = append(seen, nameOf(pair))
			}
			return c, path, strings.Join(kept, "&")
		}),
	},
	{
		ID: "signed.query-behind", Story: "Parameters after the signature are not covered.",
		Aims: []string{"ha.signed-path.query-exact"},
		Change: signs(func(c mockserver.PathClaims, path, query string, _ time.Time) (mockserver.PathClaims, string, string) {
			before, _, _ := strings.Cut(query, "authSig=")
			return c, path, before
		}),
	},
	{
		ID: "signed.empty-uncovered", Story: "Parameters without a value are not covered.",
		Aims: []string{"ha.signed-path.query-exact"},
		Change: signs(func(c mockserver.PathClaims, path, query string, _ time.Time) (mockserver.PathClaims, string, string) {
			var kept []string
			for pair := range strings.SplitSeq(query, "&") {
				if name, value, _ := strings.Cut(pair, "="); name != "" && value != "" {
					kept = append(kept, pair)
				}
			}
			c.Params = slices.DeleteFunc(slices.Clone(c.Params), func(p [2]string) bool { return p[1] == "" })
			return c, path, strings.Join(kept, "&")
		}),
	},
	{
		ID: "signed.sizes-bound", Story: "width and height are covered, so an image cannot be requested in another size.",
		Aims: []string{"ha.signed-path.size-free"},
		Change: signs(func(c mockserver.PathClaims, path, query string, _ time.Time) (mockserver.PathClaims, string, string) {
			return c, path, strings.ReplaceAll(strings.ReplaceAll(query, "width=", "w="), "height=", "h=")
		}),
	},
	{
		ID: "signed.sizes-like", Story: "Any parameter whose name begins with width or height is not covered.",
		Aims: []string{"ha.signed-path.size-free"},
		Change: signs(func(c mockserver.PathClaims, path, query string, _ time.Time) (mockserver.PathClaims, string, string) {
			var kept []string
			for pair := range strings.SplitSeq(query, "&") {
				name := strings.ToLower(nameOf(pair))
				if !strings.HasPrefix(name, "width") && !strings.HasPrefix(name, "height") {
					kept = append(kept, pair)
				}
			}
			return c, path, strings.Join(kept, "&")
		}),
	},
	{
		ID: "signed.prefix", Story: "A signature opens every path that begins with its own.",
		Aims: []string{"ha.signed-path.path-exact"},
		Change: signs(func(c mockserver.PathClaims, path, query string, _ time.Time) (mockserver.PathClaims, string, string) {
			if strings.HasPrefix(path, c.Path) {
				c.Path = path
			}
			return c, path, query
		}),
	},
	{
		ID: "signed.overridden", Story: "A header that overrides the method is trusted when the signature is checked.",
		Aims: []string{"ha.signed-path.methods"},
		Change: answers(at("POST /api/states/*").and(func(r mock.Request) bool {
			return strings.Contains(r.Target, "authSig=") && r.Header.Get("X-Http-Method-Override") != ""
		}), status(201), 401),
	},
	{
		ID: "signed.is-bearer", Story: "A signature is accepted as a bearer token.",
		Aims: []string{"ha.signed-path.not-a-token"},
		Change: opensTo(func(s string) bool {
			return strings.Count(s, ".") == 2 && strings.Contains(unbase64(strings.Split(s, ".")[1]), `"path":"/api/config"`)
		}),
	},
	{
		ID: "signed.bearer-is", Story: "A bearer token is accepted as a signature.",
		Aims: []string{"ha.signed-path.not-a-token", "ha.advisory.token-in-query"},
		Change: takes(at("GET /api/config"), func(r mock.Request) mock.Request {
			if _, sig, ok := strings.Cut(r.Target, "authSig="); ok && strings.Count(sig, ".") == 2 &&
				!strings.Contains(unbase64(strings.Split(sig, ".")[1]), "path") {
				return withHeader("Authorization", "Bearer "+sig)(r)
			}
			return r
		}),
	},
	{
		ID: "signed.outlives-session", Story: "A signed path keeps working after its session has ended.",
		Aims:   []string{"ha.signed-path.dies-with-token"},
		Change: keeps(remembering),
	},
	{
		ID: "signed.an-hour", Story: "Without a requested lifetime signed paths live for an hour.",
		Aims:   []string{"ha.signed-path.expires"},
		Change: func(p *mockserver.Policy) { p.SignedPathTTL = mock.Is(time.Hour) },
	},
	{
		ID: "signed.ten-seconds", Story: "Signed paths live for ten seconds, too short for images that load late.",
		Aims:   []string{"ha.signed-path.expires"},
		Change: func(p *mockserver.Policy) { p.SignedPathTTL = mock.Is(10 * time.Second) },
	},
	{
		ID: "signed.expires-ignored", Story: "The requested lifetime is ignored.",
		Aims: []string{"ha.signed-path.expires-as-asked"},
		Change: hears(func(m map[string]any) map[string]any {
			if m["type"] == "auth/sign_path" {
				delete(m, "expires")
			}
			return m
		}),
	},
	{
		ID: "signed.no-expiry", Story: "A signature's exp is never checked.",
		Aims: []string{"ha.signed-path.expires", "ha.signed-path.expires-as-asked"},
		Change: signs(func(c mockserver.PathClaims, path, query string, now time.Time) (mockserver.PathClaims, string, string) {
			c.Expires = now.Add(time.Hour)
			return c, path, query
		}),
	},
	{
		ID: "signed.deleted-user", Story: "A deleted user's signed paths keep working.",
		Aims: []string{"ha.bearer.user-deleted", "ha.signed-path.dies-with-user", "ha.llat.dies-with-user"},
		Change: func(p *mockserver.Policy) {
			p.Ends = except(p.Ends, []mockserver.End{mockserver.EndUserDeleted})
			p.Caller = func(there bool, u mockserver.User) bool { return !there || !u.Inactive }
		},
	},
}
