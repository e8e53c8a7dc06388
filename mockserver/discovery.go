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

// ownURL is the URL by which the home knows itself, if the host is one of its own names, "" for any other: a Host header never
// makes an issuer. Scheme and port are those that the home is configured with, whatever the request came by.
func (h *Home) ownURL(host string) string {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	configured := false
	for _, own := range []string{h.InternalURL, h.URL} {
		u, err := url.Parse(own)
		if err != nil || u.Host == "" {
			continue
		}
		configured = true
		if strings.EqualFold(u.Host, host) {
			return strings.TrimRight(own, "/")
		}
		if isLoopback(name) && isLoopback(u.Hostname()) {
			return u.Scheme + "://" + net.JoinHostPort(name, u.Port())
		}
	}
	if isLoopback(name) && !configured {
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

func (h *Home) resourceMetadata(c *call) *mock.Answer { return h.resourceMetadataOf(c, "") }

func (h *Home) resourceMetadataOf(c *call, path string) *mock.Answer {
	document := h.Policy().ResourceMetadata(h.ownURL(c.Host), path)
	switch {
	case document != nil:
		return mock.JSON(http.StatusOK, document)
	case path != "":
		return mock.Plain(http.StatusNotFound)
	}
	return mock.Message(http.StatusNotFound, "No URL available")
}

// routeResourceMetadata mounts the well-known addresses of resources with a path (RFC 9728 §3.1), of which the real home has
// none: any method is answered there as where nothing is.
func (h *Home) routeResourceMetadata() {
	by := methods{get: func(c *call) *mock.Answer { return h.resourceMetadataOf(c, "/"+c.PathValue("path")) }}
	for _, method := range []string{http.MethodHead, post, http.MethodPut, http.MethodPatch, del, http.MethodOptions} {
		by[method] = func(*call) *mock.Answer { return mock.Plain(http.StatusNotFound) }
	}
	h.handle(resourcePath+"/{path...}", by)
}

// resourceMetadata is RFC 9728's document, which stands at the root alone and names the origin.
func resourceMetadata(own, path string) map[string]any {
	if own == "" || path != "" {
		return nil
	}
	return map[string]any{"resource": own, "authorization_servers": []string{own}, "resource_documentation": documents}
}

// bearerChallenge says where the resource metadata is (RFC 9728 §5.1), and says nothing under a name that is not the home's.
func bearerChallenge(own, _ string) string {
	if own == "" {
		return ""
	}
	return `Bearer resource_metadata="` + own + resourcePath + `"`
}
