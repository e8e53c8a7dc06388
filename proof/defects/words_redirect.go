package defects

import (
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/authconform/authconform/mockserver"
)

// Helpers for defects of judging redirect URIs.

func host(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Host
}

var errDenied = errors.New("denied by mistake")

// lets accepts redirect URIs that must be refused; it fetches the page as the strict rule does.
func lets(like func(clientID, redirectURI string, published []string) bool) change {
	return func(p *mockserver.Policy) {
		strict := p.Redirect
		p.Redirect = func(clientID, redirectURI string, pkce bool, published func() []string) error {
			if err := strict(clientID, redirectURI, pkce, published); err == nil || like(clientID, redirectURI, published()) {
				return nil
			}
			return errDenied
		}
	}
}

// denies refuses redirect URIs that must be accepted.
func denies(like func(clientID, redirectURI string, pkce bool) bool) change {
	return func(p *mockserver.Policy) {
		strict := p.Redirect
		p.Redirect = func(clientID, redirectURI string, pkce bool, published func() []string) error {
			if like(clientID, redirectURI, pkce) {
				return errDenied
			}
			return strict(clientID, redirectURI, pkce, published)
		}
	}
}

func parsed(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		return &url.URL{}
	}
	return u
}

// letsLike is lets without comparing with the published URIs; letsNear compares with each of them.
func letsLike(like func(client, to *url.URL) bool) change {
	return lets(func(c, r string, _ []string) bool { return like(parsed(c), parsed(r)) })
}

func letsNear(like func(listed, to string) bool) change {
	return lets(func(_, r string, published []string) bool {
		for _, l := range published {
			if like(l, r) {
				return true
			}
		}
		return false
	})
}

// elsewhere reports whether a host, of a Host header or a URL, is outside of this machine and network.
func elsewhere(host string) bool {
	u := parsed("http://" + host)
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() != "" && !loopback(u) && (ip == nil || !ip.IsPrivate())
}

// webSchemes are the schemes that belong to no app.
var webSchemes = []string{"http", "https", "javascript", "data", "vbscript", "file", "about"}

func loopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

func badPort(err error) bool { return err != nil && strings.Contains(err.Error(), "invalid port") }

// rejudges judges a client's redirect URI as another question; nil is any client.
func rejudges(as func(clientID, redirectURI string, pkce bool) (string, string, bool), like func(clientID string) bool) change {
	return func(p *mockserver.Policy) {
		strict := p.Redirect
		p.Redirect = func(c, r string, pkce bool, published func() []string) error {
			if like == nil || like(c) {
				c, r, pkce = as(c, r, pkce)
			}
			return strict(c, r, pkce, published)
		}
	}
}

// letsDocumented accepts redirects that resemble one in a document.
func letsDocumented(like func(listed, to string) bool) change {
	return lets(func(clientID, to string, published []string) bool {
		return overTLS(clientID) && slices.ContainsFunc(published, func(l string) bool { return like(l, to) })
	})
}
