package address

import (
	"net/netip"
	"testing"
)

func TestLinkLocalAndMetadataAddressesAreNeverAllowed(t *testing.T) {
	for _, text := range []string{
		"169.254.169.254", "169.254.1.1", "fe80::1", "fe80::1%eth0", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1",
		"::169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "224.0.0.251", "ff02::fb",
	} {
		ip := netip.MustParseAddr(text)
		if Allowed(ip) == nil || Public(ip) == nil {
			t.Errorf("%s is allowed", text)
		}
	}
}

func TestAHomeIsAllowedAndIsNoPublicAddress(t *testing.T) {
	for _, text := range []string{
		"127.0.0.1", "::1", "10.0.0.1", "192.168.1.2", "172.16.0.1", "fd12::1", "100.64.0.1", "0.0.0.0", "::", "::ffff:10.0.0.1",
		"64:ff9b::a00:1", "2002:a00:1::1", "198.18.0.1", "240.0.0.1", "2001:db8::1",
	} {
		ip := netip.MustParseAddr(text)
		if err := Allowed(ip); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if Public(ip) == nil {
			t.Errorf("%s is public", text)
		}
	}
}

func TestTheInternetIsPublic(t *testing.T) {
	for _, text := range []string{"8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "100.128.0.1", "172.32.0.1"} {
		if err := Public(netip.MustParseAddr(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}
