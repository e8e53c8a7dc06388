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
		return "There is no URL.", "It looks like https://home.example" + callbackPath + "."
	}
	if strings.TrimSpace(raw) != raw || strings.ContainsAny(raw, " \t\r\n") {
		return "There are spaces in it.", "Copy it again, without what stands around it."
	}
	if strings.ContainsAny(raw, "*") {
		return "It has a wildcard.", "Register each URL by itself: they are compared letter for letter."
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return "That is no URL.", "It looks like https://home.example" + callbackPath + "."
	case u.Scheme == "" || u.Host == "" && (u.Scheme == "http" || u.Scheme == "https"):
		return "It has no scheme or no host.", "Begin with https://, as in https://home.example" + callbackPath + "."
	case u.User != nil:
		return "There is a user name in it.", "Take away what stands before the @."
	case u.Fragment != "" || strings.HasSuffix(raw, "#"):
		return "It has a fragment.", "Take away the # and what follows it (RFC 6749 §3.1.2)."
	case u.Scheme == "javascript" || u.Scheme == "data" || u.Scheme == "vbscript" || u.Scheme == "file":
		return "Nobody can be sent there.", "Use https://."
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return "", "" // an app's own scheme
	}
	if strings.EqualFold(u.Hostname(), myHost) {
		if u.Scheme == "https" && u.Path == myPath && u.RawQuery == "" {
			return "", ""
		}
		return "That is not where My Home Assistant takes people back.", "Use https://" + myHost + myPath + ", without a slash at its end."
	}
	if u.Scheme == "http" && !nearby(u.Hostname()) {
		return "It is http, and not on your own network: anybody on the way could read the code.",
			"Use https://" + u.Host + u.EscapedPath() + ", or the address of the home on your network."
	}
	switch {
	case u.Path == callbackPath+"/":
		return "There is a slash too many at its end.", "Use " + strings.TrimSuffix(raw, "/") + "."
	case u.Path == "" || u.Path == "/" || strings.HasPrefix(u.Path, "/lovelace") || strings.HasPrefix(u.Path, "/config"):
		return "That is a page of your home, not where it takes people back.", "Use " + u.Scheme + "://" + u.Host + callbackPath + "."
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
		return "They part in a slash at the end."
	}
	r, err1 := url.Parse(registered)
	a, err2 := url.Parse(asked)
	switch {
	case err1 != nil || err2 != nil || a.Host == "":
		return "What the app asked for is not a URL like it."
	case r.Scheme != a.Scheme:
		return "They part in the scheme: " + r.Scheme + " and " + a.Scheme + "."
	case !strings.EqualFold(r.Hostname(), a.Hostname()):
		return "They part in the host: " + r.Hostname() + " and " + a.Hostname() + "."
	case r.Host != a.Host:
		return "They part in the port, or in upper and lower case of the host."
	case strings.EqualFold(r.Path, a.Path) && r.Path != a.Path:
		return "They part in upper and lower case of the path."
	case r.Path != a.Path:
		return "They part in the path: " + orNothing(r.Path) + " and " + orNothing(a.Path) + "."
	}
	return "They part in what follows the path."
}
