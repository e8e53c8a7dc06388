package mockserver

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// The reasons why a client id is refused (IndieAuth §3.3).
var (
	errScheme   = errors.New("a client id must be an http or https URL")
	errDots     = errors.New("a client id must not have a . or .. segment in its path")
	errFragment = errors.New("a client id must not have a fragment")
	errUserinfo = errors.New("a client id must not contain a user name or password")
	errHost     = errors.New("a client id must name a host")
	errPort     = errors.New("a client id's port must be a number up to 65535")
	errAddress  = errors.New("a client id's host must be a name or an address of the local network")
	errForm     = errors.New("a client id must be a well-formed URL")
	errLong     = errors.New("a client id must have at most 2048 characters")
)

// checkClientID checks a client id by IndieAuth §3.3, as a home reads it: addresses of the local network are
// accepted, a public address only where the home itself was reached by it.
func checkClientID(raw, host string) error {
	if len(raw) > 2048 {
		return errLong
	}
	if strings.ContainsFunc(raw, func(r rune) bool { return r <= 0x20 || r == 0x7f || r == '\\' }) {
		return errForm
	}
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok || !(strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")) {
		return errScheme
	}
	if strings.Contains(raw, "#") {
		return errFragment
	}
	authority := rest
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		authority = rest[:i]
	}
	if strings.Contains(authority, "@") {
		return errUserinfo
	}
	u, err := url.Parse(raw)
	if err != nil {
		return errForm
	}
	for segment := range strings.SplitSeq(u.EscapedPath(), "/") {
		if plain, err := url.PathUnescape(segment); err != nil || plain == "." || plain == ".." {
			return errDots
		}
	}
	if u.Hostname() == "" {
		return errHost
	}
	if strings.HasSuffix(authority, ":") {
		return errPort
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.Atoi(p); err != nil || n > 65535 {
			return errPort
		}
	}
	return checkAddress(u, host)
}

func checkAddress(u *url.URL, host string) error {
	address, err := netip.ParseAddr(u.Hostname())
	if err != nil {
		return nil //nolint:nilerr // a name
	}
	address = address.Unmap()
	if address.IsLoopback() || address.IsPrivate() || address.IsLinkLocalUnicast() || strings.EqualFold(u.Host, host) {
		return nil
	}
	return errAddress
}
