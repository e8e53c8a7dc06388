package kind

import (
	"net"
	"net/url"

	"github.com/authconform/authconform/harness/wire"
	"github.com/authconform/authconform/internal/exit"
)

// Names are a target's other host names.
type Names struct {
	AlsoHost []string `flag:"also-host" value:"NAME" group:"Target" help:"other host names under which the target is asked; comma-separated"`
}

// Lacking says what is missing if there are none.
const Lacking = "give --also-host NAME, another name under which the target is reached"

// Resolve refuses invalid host names.
func (n *Names) Resolve(target string) error {
	for _, name := range n.AlsoHost {
		u, err := url.Parse(named(target, name))
		if err != nil || u.Hostname() == "" || u.Path+u.RawQuery+u.Fragment != "" || u.User != nil {
			return exit.Usagef("--also-host %s: not a host name like home.example, or home.example:8123", name)
		}
	}
	return nil
}

// Under creates a client for each name. It connects to the target's address, with the name in the Host header and TLS handshake.
func (n *Names) Under(o wire.Options) map[string]*wire.Client {
	under := map[string]*wire.Client{}
	for _, name := range n.AlsoHost {
		o := o
		o.Base, o.Connect = named(o.Base, name), reached(o.Base)
		under[name] = wire.New(o)
	}
	return under
}

// named returns the origin of a URL under another host name, with the URL's port unless the name has its own.
func named(raw, name string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	if _, _, err := net.SplitHostPort(name); err != nil && u.Port() != "" {
		name += ":" + u.Port()
	}
	return u.Scheme + "://" + name
}

// reached returns the host and port of a URL.
func reached(raw string) string {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return ""
	case u.Port() != "":
		return u.Host
	case u.Scheme == "https":
		return u.Host + ":443"
	}
	return u.Host + ":80"
}
