package defects

import (
	"net"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/authconform/authconform/mockserver"
)

var redirectAppDefects = []Defect[mockserver.Policy]{
	{
		ID: "redirect.no-ios", Story: "The iOS app's redirect is refused.",
		Aims:   []string{"ha.redirect.app-pairs"},
		Change: denies(func(c, _ string, _ bool) bool { return path.Base(c) == "iOS" && ofTheApps(c) }),
	},
	{
		ID: "redirect.no-android", Story: "The Android app's redirect is refused.",
		Aims: []string{"ha.redirect.app-pairs"},
		Change: denies(func(c, r string, _ bool) bool {
			return path.Base(c) == "android" && ofTheApps(c) && parsed(r).Scheme == "homeassistant"
		}),
	},
	{
		ID: "redirect.no-wear", Story: "The watch's redirect is refused.",
		Aims:   []string{"ha.redirect.wear-pairs"},
		Change: denies(func(_, r string, _ bool) bool { return parsed(r).Host == "wear.googleapis.com" }),
	},
	{
		ID: "redirect.no-wear-cn", Story: "The watch's redirect for China is refused.",
		Aims:   []string{"ha.redirect.wear-pairs"},
		Change: denies(func(_, r string, _ bool) bool { return parsed(r).Host == "wear.googleapis-cn.com" }),
	},
	{
		ID: "redirect.app-slash", Story: "The apps' client ids are compared without their trailing slash.",
		Aims: []string{"ha.redirect.app-pairs-closed"},
		Change: rejudges(func(c, r string, pkce bool) (string, string, bool) {
			return strings.TrimSuffix(c, "/"), r, pkce
		}, ofTheApps),
	},
	{
		ID: "redirect.app-any", Story: "Each app may use any app's redirect.",
		Aims: []string{"ha.redirect.app-pairs-closed"},
		Change: rejudges(func(_, r string, pkce bool) (string, string, bool) {
			return "https://home-assistant.io/android", r, pkce
		}, ofTheApps),
	},
	{
		ID: "redirect.app-path", Story: "Only the scheme of an app's redirect is compared.",
		Aims:   []string{"ha.redirect.app-pairs-closed"},
		Change: lets(func(c, r string, _ []string) bool { return ofTheApps(c) && parsed(r).Scheme == "homeassistant" }),
	},
	{
		ID: "redirect.app-other-scheme", Story: "Only the host of an app's redirect is compared.",
		Aims: []string{"ha.redirect.app-pairs-closed"},
		Change: letsLike(func(c, to *url.URL) bool {
			return ofTheApps(c.String()) && to.Host == "auth-callback" && to.Path == ""
		}),
	},
	{
		ID: "redirect.loopback-port-fixed", Story: "A native app's port must match the listed one.",
		Aims:   []string{"oauth2.redirect.loopback-port", "oauth2.cimd.loopback-port"},
		Change: rejudges(func(c, r string, _ bool) (string, string, bool) { return c, r, false }, nil),
	},
	{
		ID: "redirect.loopback-listed-lost", Story: "With a challenge the listed port itself is refused.",
		Aims: []string{"oauth2.redirect.loopback-port"},
		Change: func(p *mockserver.Policy) {
			strict := p.Redirect
			p.Redirect = func(c, r string, pkce bool, published func() []string) error {
				if pkce && loopback(parsed(r)) && slices.Contains(published(), r) {
					return errDenied
				}
				return strict(c, r, pkce, published)
			}
		},
	},
	{
		ID: "redirect.loopback-path", Story: "If the port differs, the path is not compared either.",
		Aims: []string{"oauth2.redirect.loopback-port", "oauth2.cimd.loopback-port"},
		Change: letsNative(func(l, to *url.URL) bool {
			return l.Scheme == to.Scheme && l.Hostname() == to.Hostname() && l.RawQuery == to.RawQuery
		}),
	},
	{
		ID: "redirect.loopback-name", Story: "localhost and 127.0.0.1 are the same.",
		Aims: []string{"oauth2.redirect.loopback-port"},
		Change: letsNative(func(l, to *url.URL) bool {
			return l.Scheme == to.Scheme && loopback(to) && l.RequestURI() == to.RequestURI()
		}),
	},
	{
		ID: "redirect.loopback-https", Story: "If the port differs, the scheme is not compared either.",
		Aims:   []string{"oauth2.redirect.loopback-port"},
		Change: letsNative(func(l, to *url.URL) bool { return l.Hostname() == to.Hostname() && l.RequestURI() == to.RequestURI() }),
	},
	{
		ID: "redirect.loopback-lan", Story: "Addresses of the local network count as loopback.",
		Aims: []string{"oauth2.redirect.loopback-port"},
		Change: letsNative(func(l, to *url.URL) bool {
			ip := net.ParseIP(to.Hostname())
			return ip != nil && ip.IsPrivate() && l.Scheme == to.Scheme && l.RequestURI() == to.RequestURI()
		}),
	},
	{
		ID: "redirect.loopback-query", Story: "If the port differs, the query is not compared either.",
		Aims: []string{"oauth2.redirect.loopback-port"},
		Change: letsNative(func(l, to *url.URL) bool {
			return l.Scheme == to.Scheme && l.Hostname() == to.Hostname() && l.Path == to.Path
		}),
	},
	{
		ID: "redirect.loopback-without-pkce", Story: "A native app's port may differ even without a challenge.",
		Aims:   []string{"oauth2.redirect.loopback-port-needs-pkce"},
		Change: rejudges(func(c, r string, _ bool) (string, string, bool) { return c, r, true }, nil),
	},
	{
		ID: "redirect.https-client-loopback", Story: "An https site may use any loopback redirect, as native apps do.",
		Aims: []string{"ha.redirect.finishing-client"},
		Change: letsLike(func(c, to *url.URL) bool {
			return c.Scheme == "https" && c.Path == "/" && to.Scheme == "http" && loopback(to)
		}),
	},
}

// ofTheApps reports whether a client is one of the companion apps.
func ofTheApps(clientID string) bool { return parsed(clientID).Host == "home-assistant.io" }

// letsNative accepts redirects of a native app, with a challenge, that resemble a listed loopback redirect.
func letsNative(like func(listed, to *url.URL) bool) change {
	return func(p *mockserver.Policy) {
		strict := p.Redirect
		p.Redirect = func(c, r string, pkce bool, published func() []string) error {
			err := strict(c, r, pkce, published)
			to := parsed(r)
			if err == nil || !pkce || to.Host == "" || to.User != nil || to.Fragment != "" {
				return err
			}
			for _, l := range published() {
				if listed := parsed(l); loopback(listed) && like(listed, to) {
					return nil
				}
			}
			return err
		}
	}
}
