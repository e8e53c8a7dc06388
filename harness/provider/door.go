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
	"github.com/authconform/authconform/harness/played/person"
	"github.com/authconform/authconform/harness/wire"
)

// ErrNoProvider is the reason why a target that answers cannot be judged.
var ErrNoProvider = errors.New("the target is not an OAuth 2 provider that we can use")

// metadataPaths are the paths of providers' metadata (RFC 8414 §3, OpenID Connect Discovery §4).
var metadataPaths = []string{"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"}

// places returns the possible URLs of an issuer's metadata: the well-known path goes between its host and its path (RFC 8414
// §3.1), or after both (OpenID Connect Discovery §4.1).
func places(issuer *url.URL) []string {
	origin, path := issuer.Scheme+"://"+issuer.Host, strings.TrimSuffix(issuer.Path, "/")
	var list []string
	for _, known := range metadataPaths {
		list = append(list, origin+known+path, origin+path+known)
	}
	return slices.Compact(list) // both are the same for an issuer without a path
}

// Discover reads the provider's metadata, and fills in the endpoints that were not given.
func (p *Provider) Discover(ctx context.Context) error {
	issuer, err := url.Parse(p.Wire.Base())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoProvider, err)
	}
	var unread error
	for _, at := range places(issuer) {
		e := p.Wire.Do(ctx, wire.Request{Method: http.MethodGet, URL: at})
		if err := kind.Reached(e); err != nil {
			return err
		}
		doc, err := e.JSON()
		if err == nil && e.Status == http.StatusOK {
			p.Metadata, p.MetadataURL = doc, at
			break
		}
		if e.Status == http.StatusOK && strings.HasSuffix(e.MediaType(), "json") && unread == nil {
			unread = fmt.Errorf("%w: its metadata at %s cannot be read: %w", ErrNoProvider, at, err)
		}
	}
	if p.take(); unread != nil && p.Metadata == nil && (p.AuthorizeURL == "" || p.TokenURL == "") {
		return unread
	}
	if err := p.usable("authorization_endpoint", p.AuthorizeURL); err != nil {
		return err
	}
	return p.usable("token_endpoint", p.TokenURL)
}

// usable returns why an endpoint that every flow needs cannot be called, or nil.
func (p *Provider) usable(name, at string) error {
	u, err := url.Parse(at)
	switch {
	case at == "" && p.Metadata == nil:
		return fmt.Errorf("%w: it publishes no metadata; give --authorize-url and --token-url", ErrNoProvider)
	case at == "":
		return fmt.Errorf("%w: its metadata at %s has no %s that is a string; give --authorize-url and --token-url",
			ErrNoProvider, p.MetadataURL, name)
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return fmt.Errorf("%w: its %s is %q, which is not an http or https URL", ErrNoProvider, name, at)
	}
	return nil
}

// take reads the endpoints that are not yet known from the metadata. It resolves a relative one against the document: a row
// judges that it must be absolute.
func (p *Provider) take() {
	base, err := url.Parse(p.MetadataURL)
	if err != nil {
		return
	}
	for member, into := range map[string]*string{
		"authorization_endpoint": &p.AuthorizeURL, "token_endpoint": &p.TokenURL, "revocation_endpoint": &p.RevokeURL,
		"introspection_endpoint": &p.IntrospectURL, "registration_endpoint": &p.RegisterURL,
	} {
		if s, _ := p.Metadata[member].(string); *into == "" && s != "" {
			*into = s
			if u, err := base.Parse(s); err == nil {
				*into = u.String()
			}
		}
	}
}

// Try performs whole flows: if none works, nothing can be judged. It finds out whether secrets go into the header (true in the
// list of client authentication methods to try), and whether the other method works too.
func (p *Provider) Try(ctx context.Context, ways []bool) error {
	var e *wire.Exchange
	var back oauth.Return
	if reason := judge.Attempt(ctx, func(ctx context.Context) {
		e, back = p.enter(ctx, p.announced(ways))
	}); reason != nil {
		return fmt.Errorf("%w: %w", ErrNoProvider, reason)
	}
	switch {
	case back.Code == "" && back.Error != "":
		return fmt.Errorf("%w: the authorization request is refused: %s%s", ErrNoProvider, told(back), p.hint(back.Error))
	case back.Code == "" && back.Query == nil && back.Asked && back.Last.Status == http.StatusOK && person.Ended(back.Last):
		// If the last page redirects nobody, that is the target's fault, which a row reports.
		p.Told = len(ways) == 1
		p.OneWay = p.Told
		return nil
	case back.Code == "":
		return fmt.Errorf("%w: login and consent yield no code: %s%s", ErrNoProvider, back, p.advice(back.Last))
	case e == nil || !granted(e):
		return fmt.Errorf("%w: a fresh code yields no tokens: %s", ErrNoProvider, e)
	}
	p.Told = len(ways) == 1
	p.OneWay = p.Told || !p.otherWay(ctx)
	p.Credulous = p.takes(ctx)
	return nil
}

// takes returns the kinds of invented credentials that the provider or its resource accepts.
func (p *Provider) takes(ctx context.Context) (list []judge.Credulity) {
	if granted(p.Exchange(ctx, "invented")) {
		list = append(list, judge.AnyCode)
	}
	if p.APIURL != "" && p.Fetch(ctx, "Bearer invented").Status == http.StatusOK {
		list = append(list, judge.AnyBearer)
	}
	return list
}

// enter runs flows until one brings tokens: with PKCE first, because some servers require it. If none does, it reports the one
// that came furthest.
func (p *Provider) enter(ctx context.Context, ways []bool) (e *wire.Exchange, furthest oauth.Return) {
	for i, unbound := range []bool{false, true} {
		p.Unbound = unbound
		for _, p.Basic = range ways {
			back := p.Authorize(ctx, p.Request())
			if p.Offered = p.Offered || back.Offered; back.Code == "" {
				if i == 0 {
					furthest = back
				}
				break
			}
			furthest = back
			if e = p.Exchange(ctx, back.Code); granted(e) {
				return e, back
			}
		}
	}
	return e, furthest
}

// otherWay reports whether the other method of client authentication works too.
func (p *Provider) otherWay(ctx context.Context) (works bool) {
	if p.Client.Secret == "" {
		return false
	}
	p.Basic = !p.Basic
	defer func() { p.Basic = !p.Basic }()
	err := judge.Attempt(ctx, func(ctx context.Context) {
		works = granted(p.Exchange(ctx, p.Authorize(ctx, p.Request()).Code))
	})
	return works && err == nil
}

// granted reports whether an answer contains an access token.
func granted(e *wire.Exchange) bool { return oauth.Granted(e, "").Access != "" }

// announces reports whether the metadata name a method of client authentication (RFC 8414 §2).
func (p *Provider) announces(method string) bool {
	list, _ := p.Metadata["token_endpoint_auth_methods_supported"].([]any)
	return slices.Contains(list, any(method))
}

// announced returns the methods, those that the metadata name first.
func (p *Provider) announced(ways []bool) []bool {
	post, basic := p.announces("client_secret_post"), p.announces("client_secret_basic")
	if len(ways) == 1 || post == basic {
		return ways
	}
	return []bool{basic, !basic} // first the announced one; the client may still be registered for the other
}

// advice suggests what to try when the forms of a page were not enough.
func (p *Provider) advice(last *wire.Exchange) string {
	if len(p.Person.Steps) > 0 || last.MediaType() != "text/html" {
		return ""
	}
	return "; the pages were filled in as plain forms: try --steps auto, which uses a browser"
}

// told quotes an error that came back to the client.
func told(back oauth.Return) string {
	if more := back.Query.Get("error_description"); more != "" {
		return back.Error + " (" + more + ")"
	}
	return back.Error
}

// hint suggests a remedy for an error of the authorization endpoint.
func (p *Provider) hint(word string) string {
	if word != "invalid_scope" {
		return ""
	}
	if list, ok := p.Metadata["scopes_supported"].([]any); ok {
		return "; give --scope with some of " + strings.Trim(strings.ReplaceAll(fmt.Sprintln(list...), " ", ", "), "\n")
	}
	return "; give --scope"
}
