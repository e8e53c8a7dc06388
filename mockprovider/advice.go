package mockprovider

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

const (
	callbackPath = "/auth/external/callback"
	myHost       = "my.home-assistant.io"
	myPath       = "/redirect/oauth"
)

// adviseRedirect says what is wrong with a redirect URL that somebody registers, and what would be right; "" "" for a
// good one. The mistakes are those that people make.
func adviseRedirect(raw string) (problem, hint string) {
	if raw == "" {
		return "The URL is missing.", "It looks like https://home.example" + callbackPath + "."
	}
	if strings.TrimSpace(raw) != raw || strings.ContainsAny(raw, " \t\r\n") {
		return "It contains spaces.", "Copy only the URL, without surrounding spaces."
	}
	if strings.ContainsAny(raw, "*") {
		return "It has a wildcard.", "Register each URL separately: they are compared as exact strings."
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return "That is not a URL.", "It looks like https://home.example" + callbackPath + "."
	case u.Scheme == "" || u.Host == "" && (u.Scheme == "http" || u.Scheme == "https"):
		return "It has no scheme or no host.", "Start with https://, as in https://home.example" + callbackPath + "."
	case u.User != nil:
		return "It contains a user name.", "Remove everything up to the @."
	case u.Fragment != "" || strings.HasSuffix(raw, "#"):
		return "It has a fragment.", "Remove the # and everything after it (RFC 6749 §3.1.2)."
	case u.Scheme == "javascript" || u.Scheme == "data" || u.Scheme == "vbscript" || u.Scheme == "file":
		return "Nobody can be redirected there.", "Use https://."
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return "", "" // an app's own scheme
	}
	if strings.EqualFold(u.Hostname(), myHost) {
		if u.Scheme == "https" && u.Path == myPath && u.RawQuery == "" {
			return "", ""
		}
		return "That is not the redirect URL of My Home Assistant.", "Use https://" + myHost + myPath + ", without a trailing slash."
	}
	if u.Scheme == "http" && !nearby(u.Hostname()) {
		return "It is http and not on your own network, so others could read the code.",
			"Use https://" + u.Host + u.EscapedPath() + ", or the address of the home on your network."
	}
	switch {
	case u.Path == callbackPath+"/":
		return "It ends with an extra slash.", "Use " + strings.TrimSuffix(raw, "/") + "."
	case u.Path == "" || u.Path == "/" || strings.HasPrefix(u.Path, "/lovelace") || strings.HasPrefix(u.Path, "/config"):
		return "That is a page of your home, not its redirect URL.", "Use " + u.Scheme + "://" + u.Host + callbackPath + "."
	}
	return "", ""
}

// nearby knows hosts of one's own network: loopback, private addresses, and names that only it resolves.
func nearby(host string) bool {
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
	}
	ends := func(with string) bool { return strings.HasSuffix(host, with) }
	return !strings.Contains(host, ".") || slices.ContainsFunc([]string{".local", ".lan", ".home.arpa"}, ends)
}

// difference says in words where two redirect URLs part first.
func difference(registered, asked string) string {
	if strings.TrimSuffix(registered, "/") == strings.TrimSuffix(asked, "/") {
		return "They differ in a trailing slash."
	}
	r, err1 := url.Parse(registered)
	a, err2 := url.Parse(asked)
	switch {
	case err1 != nil || err2 != nil || a.Host == "":
		return "The requested redirect URL is not a URL of that form."
	case r.Scheme != a.Scheme:
		return "They differ in the scheme: " + r.Scheme + " and " + a.Scheme + "."
	case !strings.EqualFold(r.Hostname(), a.Hostname()):
		return "They differ in the host: " + r.Hostname() + " and " + a.Hostname() + "."
	case r.Host != a.Host:
		return "They differ in the port, or in the letter case of the host."
	case strings.EqualFold(r.Path, a.Path) && r.Path != a.Path:
		return "They differ in the letter case of the path."
	case r.Path != a.Path:
		return "They differ in the path: " + orNothing(r.Path) + " and " + orNothing(a.Path) + "."
	}
	return "They differ after the path."
}
