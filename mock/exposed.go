package mock

import (
	"net"
	"net/url"
)

// Exposed tells whether others than this machine reach a server by any of these: addresses ("0.0.0.0:8123") or URLs, "" being
// none. A name that is not localhost may be anybody's.
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
