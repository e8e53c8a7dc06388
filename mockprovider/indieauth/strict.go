package indieauth

import (
	"maps"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

// scopes are what clients may ask for; others are not granted.
var scopes = []string{"profile", "email", "create", "update"}

// Strict returns the conforming policy.
func Strict() *Policy {
	base := mockprovider.Strict()
	base.Redirect = func(registered []string, asked string) bool {
		return slices.ContainsFunc(registered, func(id string) bool { return sameOrigin(id, asked) })
	}
	base.Scope = func(_ mockprovider.App, asked string) (string, bool) { return known(asked), true }
	metadata := base.Metadata
	base.Metadata = func(issuer string) map[string]any {
		v := metadata(issuer)
		v["introspection_endpoint"], v["userinfo_endpoint"] = issuer+"/introspect", issuer+"/userinfo"
		v["scopes_supported"] = scopes
		v["revocation_endpoint_auth_methods_supported"] = []string{"none"}
		v["token_endpoint_auth_methods_supported"] = []string{"none"}
		delete(v, "introspection_endpoint_auth_methods_supported")
		return v
	}
	return &Policy{
		Policy: *base, ClientID: clientID, Canonical: canonical, Fetches: func(u *url.URL) bool { return !loopback(u.Hostname()) },
		Me: func(own, _ string) string { return own }, Profile: profile, WithMe: withMe, ProfileAnswer: profileAnswer,
		Names: base.Redeem, Forgets: mock.Is(true), Grants: needsScope, MayIntrospect: mayIntrospect, Active: active,
		UserInfo: func(p map[string]any) map[string]any { return p }, UserInfoScope: mock.Is("profile"),
		HeaderLinks: func(issuer string) [][2]string { return [][2]string{{"indieauth-metadata", issuer + metadataPath}} },
		PageLinks: func(issuer string) [][2]string {
			return [][2]string{
				{"indieauth-metadata", issuer + metadataPath},
				{"authorization_endpoint", issuer + "/oauth/authorize"}, {"token_endpoint", issuer + "/oauth/token"},
			}
		},
	}
}

const metadataPath = "/.well-known/oauth-authorization-server"

// known is what is granted of a scope: what nobody knows is left out.
func known(asked string) string {
	return strings.Join(slices.DeleteFunc(strings.Fields(asked), func(s string) bool { return !slices.Contains(scopes, s) }), " ")
}

func sameOrigin(a, b string) bool {
	one, err1 := url.Parse(a)
	other, err2 := url.Parse(b)
	return err1 == nil && err2 == nil && one.Host != "" && one.Scheme == other.Scheme && strings.EqualFold(one.Host, other.Host) &&
		other.User == nil && other.Fragment == "" && !strings.Contains(b, "#")
}

var dotSegment = regexp.MustCompile(`(?i)/(\.|%2e){1,2}(/|\?|$)`)

// clientID is IndieAuth §3.3: http or https, a domain or a loopback address, no fragment, no user, no dot segment.
func clientID(id string) bool {
	u, err := url.Parse(id)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Opaque != "" {
		return false
	}
	path, _, _ := strings.Cut(id, "?")
	if u.User != nil || strings.ContainsAny(id, "#\\ \t") || dotSegment.MatchString(path) {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return ip == nil && !allDigits.MatchString(u.Hostname()) || ip != nil && loopback(u.Hostname())
}

var allDigits = regexp.MustCompile(`^[0-9.]+$`) // an address in some spelling

func loopback(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

// canonical lower-cases the host, and completes a path that is empty.
func canonical(id string) string {
	u, err := url.Parse(id)
	if err != nil {
		return id
	}
	u.Host = strings.ToLower(u.Host)
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String()
}

func profile(of Person, scope string) map[string]any {
	if !slices.Contains(strings.Fields(scope), "profile") {
		return nil
	}
	v := map[string]any{"name": of.Name, "url": of.URL}
	if slices.Contains(strings.Fields(scope), "email") {
		v["email"] = of.Email
	}
	return v
}

func withMe(answer map[string]any, me string, profile map[string]any) map[string]any {
	answer = maps.Clone(answer)
	answer["me"] = me
	if profile != nil {
		answer["profile"] = profile
	}
	return answer
}

func profileAnswer(me string, profile map[string]any) map[string]any {
	return withMe(map[string]any{}, me, profile)
}

// mayIntrospect wants a live access token, as a resource has it before it asks.
func mayIntrospect(r mock.Request, live func(string) bool) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return ok && live(token)
}

func active(t mockprovider.Access, me string) map[string]any {
	return map[string]any{"active": true, "me": me, "client_id": t.AppID, "scope": t.Scope, "exp": t.Expires.Unix()}
}

func needsScope(scope string) *mock.Refusal {
	if scope == "" {
		return noScope
	}
	return nil
}

var noScope = mock.Refuse(http.StatusBadRequest, "invalid_grant",
	"the code was issued without a scope: redeem it at the authorization endpoint", "IndieAuth §5.3.3")
