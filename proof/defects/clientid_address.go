package defects

import (
	"math"
	"net"
	"net/url"
	"regexp"
	"strings"

	"github.com/authconform/authconform/mockserver"
)

var clientIDAddressDefects = []Defect[mockserver.Policy]{
	{
		ID: "client-id.public-address", Story: "Any address is accepted.",
		Aims:   []string{"indieauth.client-id.no-public-address"},
		Change: takesID(likeURL(func(u *url.URL) bool { return publicAddress(u) && u.Port() == "" })),
	},
	{
		ID: "client-id.public-6", Story: "Only IPv4 addresses are checked.",
		Aims: []string{"indieauth.client-id.no-public-address"},
		Change: takesID(likeURL(func(u *url.URL) bool {
			return publicAddress(u) && strings.Contains(u.Hostname(), ":") && u.Port() == ""
		})),
	},
	{
		ID: "client-id.broadcast", Story: "The broadcast address belongs to no known network and is accepted.",
		Aims:   []string{"indieauth.client-id.no-public-address"},
		Change: takesID(likeURL(func(u *url.URL) bool { return net.IPv4bcast.Equal(net.ParseIP(u.Hostname())) })),
	},
	{
		ID: "client-id.unspecified", Story: "The all-zero address counts as local.",
		Aims:   []string{"indieauth.client-id.no-public-address"},
		Change: takesID(likeURL(func(u *url.URL) bool { return net.IPv4zero.Equal(net.ParseIP(u.Hostname())) })),
	},
	{
		ID: "client-id.public-with-port", Story: "An address followed by a port is not recognised as an address.",
		Aims:   []string{"indieauth.client-id.no-public-address-with-port"},
		Change: takesID(likeURL(func(u *url.URL) bool { return publicAddress(u) && u.Port() != "" })),
	},
	{
		ID: "client-id.public-6-with-port", Story: "A bracketed address followed by a port is not recognised as an address.",
		Aims: []string{"indieauth.client-id.no-public-address-with-port"},
		Change: takesID(likeURL(func(u *url.URL) bool {
			return publicAddress(u) && strings.Contains(u.Hostname(), ":") && u.Port() != ""
		})),
	},
	{
		ID: "client-id.loopback", Story: "A loopback address without a port is refused.",
		Aims:   []string{"indieauth.client-id.loopback"},
		Change: losesID(likeURL(func(u *url.URL) bool { return loopback(u) && u.Port() == "" })),
	},
	{
		ID: "client-id.loopback-6", Story: "The IPv6 loopback address is refused.",
		Aims:   []string{"indieauth.client-id.loopback"},
		Change: losesID(likeURL(func(u *url.URL) bool { return net.IPv6loopback.Equal(net.ParseIP(u.Hostname())) })),
	},
	{
		ID: "client-id.localhost", Story: "localhost is refused.",
		Aims:   []string{"indieauth.client-id.loopback"},
		Change: losesID(likeURL(func(u *url.URL) bool { return u.Hostname() == "localhost" })),
	},
	{
		ID: "client-id.private", Story: "Addresses of the local network are refused, as IndieAuth requires.",
		Aims: []string{"ha.client-id.private-address"},
		Change: losesID(likeURL(func(u *url.URL) bool {
			ip := net.ParseIP(u.Hostname())
			return ip != nil && (ip.IsPrivate() || ip.IsLinkLocalUnicast())
		})),
	},
	{
		ID: "client-id.dot-local", Story: "Host names of the local network are refused.",
		Aims: []string{"ha.client-id.local-name"},
		Change: losesID(likeURL(func(u *url.URL) bool {
			return strings.HasSuffix(u.Hostname(), ".local") || !strings.ContainsAny(u.Hostname(), ".:")
		})),
	},
	{
		ID: "client-id.odd-hosts", Story: "Hosts are not validated: spaces, numbers and escapes are accepted.",
		Aims: []string{"indieauth.client-id.odd-hosts"},
		Change: takesID(func(s string) bool {
			_, host, _ := strings.Cut(s, "://")
			host, _, _ = strings.Cut(host, "/")
			return strings.ContainsAny(host, " %") || digits(host)
		}),
	},
	{
		ID: "client-id.port", Story: "A client id with a port is refused.",
		Aims:   []string{"indieauth.client-id.port-allowed"},
		Change: losesID(likeURL(func(u *url.URL) bool { return u.Scheme == "https" && u.Port() != "" })),
	},
	{
		ID: "client-id.http-port", Story: "A client id with a home's usual port is refused, which breaks apps in development.",
		Aims:   []string{"indieauth.client-id.port-allowed"},
		Change: losesID(likeURL(func(u *url.URL) bool { return u.Scheme == "http" && port(u) == usualPort })),
	},
	{
		ID: "client-id.big-port", Story: "Port numbers have no upper bound.",
		Aims:   []string{"indieauth.client-id.port-valid"},
		Change: takesID(likeURL(func(u *url.URL) bool { return port(u) > math.MaxUint16 })),
	},
	{
		ID: "client-id.word-port", Story: "A port may be a word.",
		Aims:   []string{"indieauth.client-id.port-valid"},
		Change: takesID(func(s string) bool { return wordPort.MatchString(s) }),
	},
	{
		ID: "client-id.negative-port", Story: "A port may be negative.",
		Aims:   []string{"indieauth.client-id.port-valid"},
		Change: takesID(func(s string) bool { return negativePort.MatchString(s) }),
	},
}

// usualPort is the default port of homes.
const usualPort = 8123

// publicAddress reports whether the host is a public address.
func publicAddress(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return ip != nil && ip.IsGlobalUnicast() && !ip.IsPrivate()
}

var (
	wordPort     = regexp.MustCompile(`^https?://[^/]*:[a-z]+/`)
	negativePort = regexp.MustCompile(`^https?://[^/]*:-[0-9]+/`)
)
