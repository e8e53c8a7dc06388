package doctor

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// Ask walks at a target and diagnoses it. reach says how it is reached; the client that was asked about may be reached, too.
func Ask(ctx context.Context, target, clientID string, reach wire.Options) (*Diagnosis, error) {
	reach.Base = target
	if root := oauth.Root(clientID); root != "" {
		reach.Trusted = append(reach.Trusted[:len(reach.Trusted):len(reach.Trusted)], root)
	}
	return Diagnose(Walk(ctx, wire.New(reach), target, clientID))
}

// Under is a target under another host name, and where it is reached all the same: what a client sees that uses that name.
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
