package mockprovider

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/authconform/authconform/mock"
)

const registerPath = "/oauth/register"

// Registration is the client metadata of an app that registers itself (RFC 7591 §2). Other members are ignored.
type Registration struct {
	Redirects []string `json:"redirect_uris"`
	Name      string   `json:"client_name"`
	Method    Way      `json:"token_endpoint_auth_method"` // "": client_secret_basic
	Grants    []string `json:"grant_types"`                // nil: authorization_code
	Responses []string `json:"response_types"`             // nil: code
	Scope     string   `json:"scope"`
}

// Management is the URL and token for managing a registered app (RFC 7592 §3).
type Management struct{ URL, Token string }

// register answers POST /oauth/register (RFC 7591 §3).
func (p *Provider) register(c *mock.Call) *mock.Answer {
	var r Registration
	if err := json.Unmarshal(c.Bytes, &r); err != nil || c.Object() == nil {
		return badMetadata("the body must be a JSON object of client metadata", "RFC 7591 §3.1").Answer()
	}
	if refusal := p.Policy().Register(r); refusal != nil {
		return refusal.Answer()
	}
	token := mock.Secret(24)
	a, err := p.store.putApp(App{
		Name: r.Name, Redirects: r.Redirects, Scopes: scopesOf(r.Scope), Public: r.Method == None, manager: key(token),
	})
	if err != nil {
		return mock.Message(http.StatusServiceUnavailable, err.Error())
	}
	v := p.Policy().Registered(r, a, Management{p.URL + registerPath + "/" + a.ID, token})
	return noStore(mock.JSON(http.StatusCreated, v))
}

// scopesOf are those of a scope that there are; nil, which is all: none of them.
func scopesOf(scope string) (list []string) {
	for _, word := range strings.Fields(scope) {
		if slices.Contains(allScopes, word) {
			list = append(list, word)
		}
	}
	return list
}

// unregister answers DELETE /oauth/register/{id} (RFC 7592 §2.3).
func (p *Provider) unregister(c *mock.Call) *mock.Answer {
	id := c.PathValue("id")
	token, bearer := strings.CutPrefix(c.Header.Get("Authorization"), "Bearer ")
	if a, ok := p.store.app(id); !bearer || !ok || a.manager != key(token) {
		return p.challenge(http.StatusUnauthorized, "invalid_token", "the registration access token is unknown")
	}
	p.store.dropApp(id, "")
	return mock.Empty(http.StatusNoContent)
}

func badMetadata(description, rule string) *mock.Refusal {
	return mock.Refuse(http.StatusBadRequest, "invalid_client_metadata", description, rule)
}

func badRedirectURI(description, rule string) *mock.Refusal {
	return mock.Refuse(http.StatusBadRequest, "invalid_redirect_uri", description, rule)
}

// registrable is the strict rule of registration.
func registrable(r Registration) *mock.Refusal {
	if len(r.Redirects) == 0 {
		return badRedirectURI("redirect_uris is required for the code grant", "RFC 7591 §2")
	}
	for _, raw := range r.Redirects {
		if refusal := redirectable(raw); refusal != nil {
			return refusal
		}
	}
	only := func(list []string, known ...string) bool {
		return !slices.ContainsFunc(list, func(word string) bool { return !slices.Contains(known, word) })
	}
	switch {
	case !only(r.Grants, "authorization_code", "refresh_token") || !only(r.Responses, "code"):
		return badMetadata("only the code grant and refresh tokens are supported", "RFC 7591 §2.1")
	case len(r.Grants) > 0 && !slices.Contains(r.Grants, "authorization_code"):
		return badMetadata("response_types and grant_types contradict each other", "RFC 7591 §2.1")
	case !only([]string{string(r.Method)}, "", string(None), string(Post), string(Basic)):
		return badMetadata("token_endpoint_auth_method is unknown", "RFC 7591 §2")
	}
	return nil
}

// redirectable takes absolute URIs without a fragment; http is for loopback alone (RFC 6749 §3.1.2, RFC 9700 §2.6).
func redirectable(raw string) *mock.Refusal {
	u, err := url.Parse(raw)
	switch {
	case err != nil || !u.IsAbs() || strings.Contains(raw, "#"):
		return badRedirectURI("a redirect URI is an absolute URI without a fragment", "RFC 6749 §3.1.2")
	case u.Scheme == "https" && u.Host != "", u.Scheme == "http" && loopback(u):
		return nil
	case u.Scheme == "http":
		return badRedirectURI("http is only for the loopback address", "RFC 9700 §2.6")
	case !strings.Contains(u.Scheme, "."):
		return badRedirectURI("an app's own scheme is a reversed domain name", "RFC 8252 §7.1")
	}
	return nil
}

// registered is the answer to a registration (RFC 7591 §3.2.1).
func registered(r Registration, a App, at Management) map[string]any {
	method := r.Method
	if method == "" {
		method = Basic
	}
	v := map[string]any{
		"client_id": a.ID, "client_name": a.Name, "redirect_uris": a.Redirects, "token_endpoint_auth_method": method,
		"grant_types": []string{"authorization_code", "refresh_token"}, "response_types": []string{"code"},
		"scope": strings.Join(a.Scopes, " "), "registration_client_uri": at.URL, "registration_access_token": at.Token,
	}
	if !a.Public {
		v["client_secret"], v["client_secret_expires_at"] = a.Secret, 0
	}
	return v
}

// loopback tells whether a URL is of this machine, by its address (RFC 8252 §7.3).
func loopback(u *url.URL) bool {
	host := u.Hostname()
	return host == "127.0.0.1" || host == "::1"
}

// redirectFits compares URLs as they are written; of a loopback address any port is right (RFC 8252 §7.3).
func redirectFits(registered []string, asked string) bool {
	if slices.Contains(registered, asked) {
		return true
	}
	a, err := url.Parse(asked)
	if err != nil || a.Scheme != "http" || !loopback(a) {
		return false
	}
	return slices.ContainsFunc(registered, func(raw string) bool {
		r, err := url.Parse(raw)
		return err == nil && loopback(r) && withoutPort(r) == withoutPort(a)
	})
}

// withoutPort is a URL, but for its port.
func withoutPort(u *url.URL) string {
	bare := *u
	bare.Host = u.Hostname()
	return bare.String()
}
