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

// WellKnown is the address of an identifier's document: the name stands between host and path (RFC 8414 §3.1, RFC 9728 §3.1).
// "" where the identifier is no absolute URL.
func WellKnown(identifier, name string) string {
	u, err := url.Parse(identifier)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host + "/.well-known/" + name + strings.TrimSuffix(u.EscapedPath(), "/")
}

// ResourcePlaces are where clients look for a resource's metadata that read no challenge: with its path, then at the root (MCP,
// Protected Resource Metadata Discovery Requirements).
func ResourcePlaces(resource string) []string {
	list := []string{WellKnown(resource, ResourceMetadata)}
	if root := WellKnown(Root(resource), ResourceMetadata); root != list[0] {
		list = append(list, root)
	}
	return list
}

// ServerPlaces are where clients look for the metadata of an issuer, in their order: with a path three addresses, without one
// two (MCP, Authorization Server Metadata Discovery).
func ServerPlaces(issuer string) []string {
	list := []string{WellKnown(issuer, ServerMetadata), WellKnown(issuer, OpenIDMetadata)}
	if bare := strings.TrimSuffix(issuer, "/"); bare != Root(issuer) {
		list = append(list, bare+"/.well-known/"+OpenIDMetadata)
	}
	return list
}

// Root is a URL's scheme and host, with its port; "" where it is no absolute URL.
func Root(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// BearerChallenge looks for the scheme Bearer in WWW-Authenticate headers, and for a parameter of it (RFC 9110 §11.6.1; RFC 6750
// §3), "" where it is not there.
func BearerChallenge(headers []string, parameter string) (there bool, value string) {
	for _, header := range headers {
		inside := false
		for _, part := range challengeParts(header) {
			if scheme, rest, _ := strings.Cut(part, " "); !strings.Contains(scheme, "=") { // a new challenge begins
				inside, part = strings.EqualFold(scheme, "Bearer"), strings.TrimSpace(rest)
				there = there || inside
			}
			name, raw, ok := strings.Cut(part, "=")
			if inside && ok && value == "" && strings.EqualFold(strings.TrimSpace(name), parameter) {
				value = unquoted(strings.TrimSpace(raw))
			}
		}
	}
	return there, value
}

// challengeParts splits a header at its commas, but for those in quotes.
func challengeParts(header string) []string {
	var parts []string
	quoted, escaped, from := false, false, 0
	for i := range len(header) {
		switch c := header[i]; {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			parts, from = append(parts, strings.TrimSpace(header[from:i])), i+1
		}
	}
	return append(parts, strings.TrimSpace(header[from:]))
}

// unquoted is a value without its quotes and escapes (RFC 9110 §5.6.4).
func unquoted(raw string) string {
	if len(raw) < 2 || raw[0] != '"' || raw[len(raw)-1] != '"' {
		return raw
	}
	var b strings.Builder
	for i := 1; i < len(raw)-1; i++ {
		if raw[i] == '\\' && i+1 < len(raw)-1 {
			i++
		}
		b.WriteByte(raw[i])
	}
	return b.String()
}
