// Package address says which IP addresses a request may be sent to. Every package that connects may import it.
package address

import (
	"fmt"
	"net/netip"
	"slices"
	"syscall"
)

// never are the link-local blocks, and the addresses of cloud metadata services outside of them. Nothing is sent there, whoever
// asks for it.
var never = blocks(
	"169.254.0.0/16", "fe80::/10", "ff02::/16", // link-local: RFC 3927, RFC 4291 §2.5.6; AWS, Azure, Google: 169.254.169.254
	"224.0.0.0/24",       // link-local multicast: RFC 5771 §4
	"100.100.100.200/32", // Alibaba
	"168.63.129.16/32",   // Azure
	"192.0.0.192/32",     // Oracle
	"fd00:ec2::/32",      // AWS
	"fd20:ce::/64",       // Google
)

// special are the blocks without public addresses (IANA's registries of special-purpose addresses, RFC 6890).
var special = blocks(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
	"192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10",
	"ff00::/8",
)

// An Error says that an address may not be contacted.
type Error struct {
	Address string
	Why     string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s is %s, where authconform sends nothing", e.Address, e.Why)
}

// Allowed returns nil for an address that may be contacted if the user named it, and an *Error for one that never may.
func Allowed(ip netip.Addr) error {
	if in(ip, never) {
		return &Error{ip.String(), "a link-local or metadata address"}
	}
	return nil
}

// Public returns nil for a public address, and an *Error for any other.
func Public(ip netip.Addr) error {
	if err := Allowed(ip); err != nil {
		return err
	}
	if !ip.IsValid() || in(ip, special) {
		return &Error{ip.String(), "no public address"}
	}
	return nil
}

// Control returns a function for net.Dialer.Control that checks the address to which a name has resolved.
func Control(may func(netip.Addr) error) func(network, hostport string, _ syscall.RawConn) error {
	return func(_, hostport string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(hostport)
		if err != nil {
			return err
		}
		return may(at.Addr())
	}
}

// in reports whether blocks contain an address, or the IPv4 address embedded in it (mapped, NAT64, 6to4).
func in(ip netip.Addr, list []netip.Prefix) bool {
	ip = ip.WithZone("").Unmap()
	holds := func(p netip.Prefix) bool { return p.Contains(ip) }
	if slices.ContainsFunc(list, holds) {
		return true
	}
	inner, ok := embedded(ip)
	return ok && in(inner, list)
}

// embedded returns the IPv4 address that an IPv6 address leads to: of NAT64 (RFC 6052 §2.1), of 6to4 (RFC 3056 §2), or in the
// last four bytes after zeros (RFC 4291 §2.5.5.1).
func embedded(ip netip.Addr) (netip.Addr, bool) {
	if !ip.Is6() {
		return ip, false
	}
	b := ip.As16()
	switch {
	case nat64.Contains(ip), compatible.Contains(ip):
		return netip.AddrFrom4([4]byte(b[12:16])), true
	case sixToFour.Contains(ip):
		return netip.AddrFrom4([4]byte(b[2:6])), true
	}
	return ip, false
}

var (
	nat64      = netip.MustParsePrefix("64:ff9b::/96")
	compatible = netip.MustParsePrefix("::/96")
	sixToFour  = netip.MustParsePrefix("2002::/16")
)

func blocks(list ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(list))
	for i, text := range list {
		all[i] = netip.MustParsePrefix(text)
	}
	return all
}
