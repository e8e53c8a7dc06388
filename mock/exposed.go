package mock

import (
	"net"
	"net/url"
)

// Exposed reports whether other machines can reach a server at any of these addresses ("0.0.0.0:8123") or URLs; "" is
// ignored. A host name other than localhost counts as reachable.
func Exposed(at ...string) bool {
	for _, one := range at {
		if u, err := url.Parse(one); err == nil && u.Host != "" {
			one = u.Host
		}
		host, _, err := net.SplitHostPort(one)
		if err != nil {
			host = one
		}
		if ip := net.ParseIP(host); one != "" && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return true
		}
	}
	return false
}
