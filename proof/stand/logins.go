package stand

import (
	"context"
	"net"
	"net/netip"
	"os/exec"
	"sync"

	"github.com/authconform/authconform/mockserver"
)

// other is an address of this machine outside of the homes' trusted networks.
const other = "127.0.0.2"

// otherAddress returns other, or "" if this machine does not have it.
var otherAddress = sync.OnceValue(func() string {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", other+":0")
	if err != nil {
		return ""
	}
	_ = l.Close()
	return other
})

// waysIn returns the login providers of the home: names and passwords; trusted networks where anybody may be picked, where two
// may, and with a sole user who needs no form; and a command that accepts the owner.
func waysIn() []mockserver.Provider {
	here := netip.MustParsePrefix("127.0.0.1/32")
	trusted := func(id string, bypass bool, users ...string) mockserver.Provider {
		p := mockserver.Provider{Type: mockserver.TrustedNetworks, ID: id, Networks: []netip.Prefix{here}, AllowBypassLogin: bypass}
		if users != nil {
			p.TrustedUsers = []mockserver.TrustedUsers{{Network: here, Users: users}}
		}
		return p
	}
	list := []mockserver.Provider{
		{Type: mockserver.LocalUsers}, trusted("", false), trusted("two", true, "ada", "theo"), trusted("sole", true, "ada"),
	}
	if shell, err := exec.LookPath("sh"); err == nil {
		list = append(list, commandOfOwner(shell))
	}
	return list
}

// commandOfOwner returns a command provider that accepts the owner.
func commandOfOwner(shell string) mockserver.Provider {
	owner := mockserver.DefaultUsers()[0]
	return mockserver.Provider{Type: mockserver.CommandLine, Command: shell, Args: []string{
		"-c", `[ "$username" = "$1" ] && [ "$password" = "$2" ]`, "sh", owner.Username, owner.Password,
	}}
}
