package mockprovider

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/authconform/authconform/mock"
)

// basePath is the path of a provider's URL, as requests have it; "" where it has none.
func basePath(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", err
	}
	if base := u.EscapedPath(); base != "" && base != path.Clean(base) {
		return "", fmt.Errorf("its URL %s has a path with empty segments or dots; give one like https://login.example/house", raw)
	}
	return u.EscapedPath(), nil
}

// at is a path of ours as pages and redirects name it.
func (p *Provider) at(place string) string { return p.base + place }

// inside is a request as the endpoints know it: without the path of the issuer. A proxy in front may have taken that away already.
// Metadata are found by inserting the well-known part before that path (RFC 8414 §3.1), so they stand outside.
func (p *Provider) inside(r *http.Request) *http.Request {
	target, ok := strings.CutPrefix(r.RequestURI, p.base+"/")
	if p.base == "" || !ok {
		return r
	}
	u, err := url.ParseRequestURI("/" + target)
	if err != nil {
		return r // the router finds nothing there
	}
	inner := *r
	inner.URL, inner.RequestURI = u, "/"+target
	return &inner
}

// The well-known parts of metadata (RFC 8414 §3, OpenID Connect Discovery §4).
const (
	metadataPath = "/.well-known/oauth-authorization-server"
	openidPath   = "/.well-known/openid-configuration"
)

// metadataPaths are where metadata may stand, as the policy decides. Those without the issuer's path are asked for behind it.
func metadataPaths(base string) []string {
	if base == "" {
		return []string{metadataPath}
	}
	return []string{metadataPath + base, openidPath + base, metadataPath, openidPath}
}

func (p *Provider) metadata(c *mock.Call) *mock.Answer {
	if !slices.Contains(p.Policy().MetadataAt(p.base), c.URL.Path) {
		return mock.Plain(http.StatusNotFound)
	}
	return mock.JSON(http.StatusOK, p.Policy().Metadata(p.URL))
}
