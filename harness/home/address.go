package home

import (
	"context"
	"net"
	"net/netip"

	"github.com/authconform/authconform/internal/exit"
)

// ByAddress is another source address for requests.
type ByAddress struct {
	OtherAddress string `flag:"other-address" value:"IP" group:"Account" help:"an address of this machine outside the home's trusted networks"`
}

// Resolve checks that the address belongs to this machine.
func (b *ByAddress) Resolve() error {
	if b.OtherAddress == "" {
		return nil
	}
	if !b.other().IsValid() {
		return exit.Usagef("--other-address %s: not an IP address", b.OtherAddress)
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", net.JoinHostPort(b.OtherAddress, "0"))
	if err != nil {
		return exit.Usagef("--other-address %s: not an address of this machine", b.OtherAddress)
	}
	return l.Close()
}

// other returns the address, or an invalid one if there is none.
func (b *ByAddress) other() netip.Addr {
	ip, _ := netip.ParseAddr(b.OtherAddress)
	return ip
}
