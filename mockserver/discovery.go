package mockserver

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/authconform/authconform/mock"
)

const (
	metadataPath = "/.well-known/oauth-authorization-server"
	resourcePath = "/.well-known/oauth-protected-resource"
	documents    = "https://contributors.home-assistant.io/core/internals/auth-api/"
)

// ownURL is the home's URL if the host is one of its own names, "" for any other: a Host header never makes an issuer.
func (h *Home) ownURL(host string) string {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	if u, err := url.Parse(h.URL); err == nil && u.Host != "" {
		if strings.EqualFold(u.Host, host) {
			return strings.TrimRight(h.URL, "/")
		}
		if isLoopback(name) && isLoopback(u.Hostname()) {
			return u.Scheme + "://" + net.JoinHostPort(name, u.Port())
		}
		return ""
	}
	if isLoopback(name) {
		return "http://" + host
	}
	return ""
}

func isLoopback(name string) bool {
	ip := net.ParseIP(name)
	return strings.EqualFold(name, "localhost") || (ip != nil && ip.IsLoopback())
}

// metadata is RFC 8414's document. Without an issuer the endpoints are paths.
func metadata(issuer string) map[string]any {
	v := map[string]any{
		"authorization_endpoint": issuer + "/auth/authorize", "token_endpoint": issuer + "/auth/token",
		"revocation_endpoint":   issuer + "/auth/revoke",
		"grant_types_supported": []string{"authorization_code", "refresh_token"}, "response_types_supported": []string{"code"},
		"token_endpoint_auth_methods_supported": []string{"none"}, "revocation_endpoint_auth_methods_supported": []string{"none"},
		"code_challenge_methods_supported": []string{"S256"}, "client_id_metadata_document_supported": true,
		"service_documentation": documents,
	}
	if issuer != "" {
		v["issuer"] = issuer
	}
	return v
}

func (h *Home) serverMetadata(c *call) *mock.Answer {
	return mock.JSON(http.StatusOK, h.Policy().Metadata(h.ownURL(c.Host)))
}

func (h *Home) resourceMetadata(c *call) *mock.Answer {
	own := h.ownURL(c.Host)
	if own == "" {
		return mock.Message(http.StatusNotFound, "No URL available")
	}
	return mock.JSON(http.StatusOK, map[string]any{
		"resource": own, "authorization_servers": []string{own}, "resource_documentation": documents,
	})
}
