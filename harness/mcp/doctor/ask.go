package doctor

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// Ask examines a target and diagnoses it. reach says how the target, and the document of the given client, are reached.
func Ask(ctx context.Context, target, clientID string, reach wire.Options) (*Diagnosis, error) {
	reach.Base = target
	if root := oauth.Root(clientID); root != "" {
		reach.Trusted = append(reach.Trusted[:len(reach.Trusted):len(reach.Trusted)], root)
	}
	return Diagnose(Walk(ctx, wire.New(reach), target, clientID))
}

// Under returns a target's URL under another host name, and the address to connect to, to see what a client with that name sees.
func Under(target, name string) (renamed, connect string, err error) {
	u, err := url.Parse(target)
	if err != nil {
		return "", "", err
	}
	at, err := url.Parse("//" + name)
	if err != nil || at.Hostname() == "" || at.Host != name || strings.ContainsAny(name, "@ ") {
		return "", "", fmt.Errorf("%q is not a host name like home.example, or home.example:8123", name)
	}
	connect = u.Host
	switch {
	case u.Port() != "":
	case u.Scheme == "https":
		connect += ":443"
	default:
		connect += ":80"
	}
	if at.Port() == "" && u.Port() != "" {
		name += ":" + u.Port()
	}
	u.Host = name
	return u.String(), connect, nil
}
