package linking

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// AgentPolicy holds the decisions of the home's MCP client. The strict one does what MCP asks; release 2026.11.0 does not in
// places (see Release).
type AgentPolicy struct {
	// ResourcePlaces are the URLs to try for an endpoint's resource metadata, in order. named is the challenge's URL.
	ResourcePlaces func(endpoint, named string) []string
	// ResourceFits reports whether resource metadata belongs to the endpoint.
	ResourceFits func(resource, endpoint string) bool
	// Servers are the issuers in the resource metadata to try, in order.
	Servers func(endpoint string, listed []string) []string
	// ServerPlaces are the URLs to try for an issuer's metadata, in order.
	ServerPlaces func(issuer string) []string
	// IssuerFits reports whether the issuer in the metadata is the requested one.
	IssuerFits func(named, asked string) bool
	// Endpoint resolves an endpoint of the metadata; "" means that it is not used.
	Endpoint func(endpoint, issuer string) string
	// Challenges reports whether the server's PKCE methods suffice; listed says whether the metadata list any.
	Challenges func(methods []string, listed bool) bool
	// Offers reports whether a credential last used with an issuer ("": none yet) is offered for another login.
	Offers func(used, issuer string) bool
	// Registers reports whether the client registers itself, given whether it may and how many credentials are offered.
	Registers func(offered int) bool
	// Registration is the client metadata that it registers.
	Registration func(redirect string) map[string]any
	// Attempts is how often a registration is sent.
	Attempts func() int
	// Scopes are the scopes to request.
	Scopes func(challenge, resource, server []string) []string
	// Indicator is the resource parameter of an authorization request ("authorize"), a token request ("token") or a refresh ("refresh").
	Indicator func(resource, in string) string
	// Answered reports whether the iss of a response is acceptable; given: it has one; promised: the metadata announce one.
	Answered func(iss string, given, promised bool, issuer string) bool
	// Shows reports whether the error of a response with a wrong iss is shown.
	Shows func() bool
	// Carries reports whether the token is sent with a request to the URL, for an endpoint.
	Carries func(to *url.URL, endpoint string) bool
	// Request is the URL and headers of a request with a token.
	Request func(endpoint string, t Token) (string, http.Header)
}

func strictAgent() AgentPolicy {
	return AgentPolicy{
		ResourcePlaces: resourcePlaces,
		ResourceFits:   func(resource, endpoint string) bool { return resource == endpoint },
		Servers:        func(_ string, listed []string) []string { return listed },
		ServerPlaces:   serverPlaces,
		IssuerFits:     func(named, asked string) bool { return named == asked },
		Endpoint:       absoluteEndpoint,
		Challenges:     func(methods []string, _ bool) bool { return slices.Contains(methods, "S256") },
		Offers:         func(used, issuer string) bool { return used == "" || used == issuer },
		Registers:      func(offered int) bool { return offered == 0 },
		Registration:   registration,
		Attempts:       func() int { return 1 },
		Scopes:         scopesOf,
		Indicator:      func(resource, _ string) string { return resource },
		Answered: func(iss string, given, promised bool, issuer string) bool {
			return given && iss == issuer || !given && !promised
		},
		Shows:   func() bool { return false },
		Carries: func(to *url.URL, endpoint string) bool { return originOf(to) == originOf(parsed(endpoint)) },
		Request: bearer,
	}
}

// resourcePlaces is the challenge's address, or else the well-known ones, path before root (RFC 9728 §3.1, §5).
func resourcePlaces(endpoint, named string) []string {
	if named != "" {
		return []string{named}
	}
	const known = "/.well-known/oauth-protected-resource"
	u := parsed(endpoint)
	if u.Path == "" || u.Path == "/" {
		return []string{originOf(u) + known}
	}
	return []string{originOf(u) + known + u.EscapedPath(), originOf(u) + known}
}

// serverPlaces are those of RFC 8414 §3.1 and of OpenID Connect Discovery 1.0 §4, in the order that MCP wants.
func serverPlaces(issuer string) []string {
	u := parsed(issuer)
	origin, path := originOf(u), strings.TrimSuffix(u.EscapedPath(), "/")
	list := []string{origin + "/.well-known/oauth-authorization-server" + path, origin + "/.well-known/openid-configuration" + path}
	if path != "" {
		list = append(list, origin+path+"/.well-known/openid-configuration")
	}
	return list
}

func absoluteEndpoint(endpoint, _ string) string {
	if u := parsed(endpoint); u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return endpoint
}

// registration is a home's (RFC 7591 §2). A home that is reached by http or on loopback is native, any other a web application.
func registration(redirect string) map[string]any {
	kind := "web"
	if u := parsed(redirect); u.Scheme == "http" {
		kind = "native"
	}
	return map[string]any{
		"client_name": "Home Assistant", "redirect_uris": []string{redirect}, "application_type": kind,
		"grant_types": []string{"authorization_code", "refresh_token"}, "response_types": []string{"code"},
		"token_endpoint_auth_method": "client_secret_post",
	}
}

// scopesOf are those of the challenge, else those of the resource, else none.
func scopesOf(challenge, resource, _ []string) []string {
	if len(challenge) > 0 {
		return challenge
	}
	return resource
}

// parsed is a URL; what is none has no scheme.
func parsed(raw string) *url.URL {
	if u, err := url.Parse(raw); err == nil {
		return u
	}
	return &url.URL{}
}

func originOf(u *url.URL) string { return u.Scheme + "://" + u.Host }
