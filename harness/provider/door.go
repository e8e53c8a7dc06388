package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// ErrNoProvider is the reason why a target that answers cannot be judged.
var ErrNoProvider = errors.New("the target is not an OAuth 2 provider that we can use")

// metadataPaths are where providers publish theirs (RFC 8414 §3, OpenID Connect Discovery §4).
var metadataPaths = []string{"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"}

// places are where the metadata of an issuer may stand: the path is put between its host and its path (RFC 8414 §3.1), or
// behind both (OpenID Connect Discovery §4.1).
func places(issuer *url.URL) []string {
	origin, path := issuer.Scheme+"://"+issuer.Host, strings.TrimSuffix(issuer.Path, "/")
	var list []string
	for _, known := range metadataPaths {
		list = append(list, origin+known+path, origin+path+known)
	}
	return slices.Compact(list) // of an issuer without a path both are one
}

// Discover reads the provider's metadata, and takes the endpoints from there that are not known.
func (p *Provider) Discover(ctx context.Context) error {
	issuer, err := url.Parse(p.Wire.Base())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoProvider, err)
	}
	for _, at := range places(issuer) {
		e := p.Wire.Do(ctx, wire.Request{Method: http.MethodGet, URL: at})
		if err := kind.Reached(e); err != nil {
			return err
		}
		if doc, err := e.JSON(); err == nil && e.Status == http.StatusOK {
			p.Metadata, p.MetadataURL = doc, at
			break
		}
	}
	for member, into := range map[string]*string{
		"authorization_endpoint": &p.AuthorizeURL, "token_endpoint": &p.TokenURL, "revocation_endpoint": &p.RevokeURL,
	} {
		if s, _ := p.Metadata[member].(string); *into == "" {
			*into = s
		}
	}
	if p.AuthorizeURL == "" || p.TokenURL == "" {
		return fmt.Errorf("%w: it publishes no metadata; give --authorize-url and --token-url", ErrNoProvider)
	}
	return nil
}

// Try makes one whole flow: without it nothing can be judged. It finds out whether secrets go into the header (true among
// the ways of client authentication to try).
func (p *Provider) Try(ctx context.Context, ways []bool) error {
	var e *wire.Exchange
	var back oauth.Return
	if reason := judge.Attempt(ctx, func(ctx context.Context) {
		for _, p.Unbound = range []bool{false, true} { // with PKCE first: some demand it
			for _, p.Basic = range p.announced(ways) {
				if back = p.Authorize(ctx, p.Request()); back.Code == "" {
					break
				}
				if e = p.Exchange(ctx, back.Code); Read(e).Access != "" {
					return
				}
			}
		}
	}); reason != nil {
		return fmt.Errorf("%w: %w", ErrNoProvider, reason)
	}
	switch {
	case back.Code == "" && back.Error != "":
		return fmt.Errorf("%w: the authorization request is refused: %s%s", ErrNoProvider, told(back), p.hint(back.Error))
	case back.Code == "":
		return fmt.Errorf("%w: login and consent bring no code: %s", ErrNoProvider, back)
	case e == nil || Read(e).Access == "":
		return fmt.Errorf("%w: a fresh code gets no tokens: %s", ErrNoProvider, e)
	}
	if Read(p.Exchange(ctx, "invented")).Access != "" {
		p.Credulous = []judge.Credulity{judge.AnyCode}
	}
	return nil
}

// announced are the ways that the metadata do not rule out.
func (p *Provider) announced(ways []bool) []bool {
	list, there := p.Metadata["token_endpoint_auth_methods_supported"].([]any)
	names := func(method string) bool { return slices.Contains(list, any(method)) }
	if !there || len(ways) == 1 || names("client_secret_post") == names("client_secret_basic") {
		return ways
	}
	return []bool{names("client_secret_basic")}
}

// told is an error that came back to the client, as the provider says it.
func told(back oauth.Return) string {
	if more := back.Query.Get("error_description"); more != "" {
		return back.Error + " (" + more + ")"
	}
	return back.Error
}

// hint is what may help against an error of the authorization endpoint.
func (p *Provider) hint(word string) string {
	if word != "invalid_scope" {
		return ""
	}
	if list, ok := p.Metadata["scopes_supported"].([]any); ok {
		return "; give --scope with some of " + strings.Trim(strings.ReplaceAll(fmt.Sprintln(list...), " ", ", "), "\n")
	}
	return "; give --scope"
}
