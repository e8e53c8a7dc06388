package mockserver

import (
	"errors"
	"net/url"
	"slices"
	"strings"
)

// The reasons why a redirect URI is refused.
var (
	errRedirectForm     = errors.New("redirect_uri must be an absolute URL without a fragment (RFC 6749 §3.1.2)")
	errRedirectScript   = errors.New("redirect_uri has a scheme that runs scripts (RFC 6749 §10.14)")
	errRedirectUnlisted = errors.New("redirect_uri neither has the client's origin nor is listed on its page," +
		" exactly (IndieAuth §4.2.2)")
)

// appRedirects are the pairs of the companion apps, whose pages need no fetching.
var appRedirects = map[string][]string{
	"https://home-assistant.io/iOS": {"homeassistant://auth-callback"},
	"https://home-assistant.io/android": {
		"homeassistant://auth-callback",
		"https://wear.googleapis.com/3p_auth/io.homeassistant.companion.android",
		"https://wear.googleapis-cn.com/3p_auth/io.homeassistant.companion.android",
	},
}

var scriptSchemes = []string{"javascript", "data", "vbscript", "file", "about"}

// checkRedirect accepts a redirect URI on the client's origin, an app's own one, or one that the client publishes.
func checkRedirect(clientID, redirectURI string, pkce bool, published func() []string) error {
	if strings.ContainsFunc(redirectURI, func(r rune) bool { return r <= 0x20 || r == 0x7f || r == '\\' || r == '#' }) {
		return errRedirectForm
	}
	to, err := url.Parse(redirectURI)
	if err != nil || !to.IsAbs() {
		return errRedirectForm
	}
	if slices.Contains(scriptSchemes, to.Scheme) {
		return errRedirectScript
	}
	client, err := url.Parse(clientID)
	if err != nil {
		return errRedirectForm
	}
	if to.User == nil && to.Scheme == client.Scheme && to.Host != "" && strings.EqualFold(to.Host, client.Host) {
		return nil
	}
	if slices.Contains(appRedirects[clientID], redirectURI) {
		return nil
	}
	for _, listed := range published() {
		if listed == redirectURI || (pkce && samePortless(listed, to)) {
			return nil
		}
	}
	return errRedirectUnlisted
}

// samePortless lets a native app's loopback redirect differ from the listed one in its port (RFC 8252 §7.3).
func samePortless(listed string, to *url.URL) bool {
	l, err := url.Parse(listed)
	if err != nil || to.Scheme != "http" || l.Scheme != "http" || to.User != nil || to.Port() == "0" {
		return false
	}
	switch to.Hostname() {
	case "127.0.0.1", "::1", "localhost":
		return l.Hostname() == to.Hostname() && l.EscapedPath() == to.EscapedPath() && l.RawQuery == to.RawQuery && l.User == nil
	}
	return false
}
