package oauth

import (
	"net/url"
	"strings"
)

// The names of well-known documents.
const (
	ResourceMetadata = "oauth-protected-resource"   // RFC 9728 §3
	ServerMetadata   = "oauth-authorization-server" // RFC 8414 §3
	OpenIDMetadata   = "openid-configuration"       // OpenID Connect Discovery §4
)

// WellKnown is the URL of an identifier's document: its name is inserted between host and path (RFC 8414 §3.1, RFC 9728 §3.1).
// It is "" if the identifier is not an absolute URL.
func WellKnown(identifier, name string) string {
	u, err := url.Parse(identifier)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host + "/.well-known/" + name + strings.TrimSuffix(u.EscapedPath(), "/")
}

// ResourcePlaces are the URLs of a resource's metadata for clients without a challenge: with its path, then at the root (MCP,
// Protected Resource Metadata Discovery Requirements).
func ResourcePlaces(resource string) []string {
	list := []string{WellKnown(resource, ResourceMetadata)}
	if root := WellKnown(Root(resource), ResourceMetadata); root != list[0] {
		list = append(list, root)
	}
	return list
}

// ServerPlaces are the URLs that clients try for an issuer's metadata, in order: three with a path, without one
// two (MCP, Authorization Server Metadata Discovery).
func ServerPlaces(issuer string) []string {
	list := []string{WellKnown(issuer, ServerMetadata), WellKnown(issuer, OpenIDMetadata)}
	if bare := strings.TrimSuffix(issuer, "/"); bare != Root(issuer) {
		list = append(list, bare+"/.well-known/"+OpenIDMetadata)
	}
	return list
}

// Root is a URL's scheme, host and port; "" if the URL is not absolute.
func Root(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
