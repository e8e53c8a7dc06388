package mcp

import (
	"slices"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/provider"
	"github.com/authconform/authconform/harness/wire"
	"github.com/authconform/authconform/internal/exit"
)

// Flags are the options of the kind mcp.
type Flags struct {
	kind.Reach
	kind.Names
	Revision string `flag:"mcp-revision" value:"DATE" group:"Target" help:"revision of MCP whose requirements are judged"`
	home.ByRelease
	kind.Login
	kind.Walking
	provider.Clients
	kind.Browsing
	kind.Timing
	kind.Site
}

// revisions are the values of --mcp-revision.
var revisions = []string{"2025-03-26", "2025-06-18", "2025-11-25", Newest}

// Resolve implements kind.Flags.
func (f *Flags) Resolve(target string) error {
	if !slices.Contains(revisions, f.Revision) {
		return exit.Unknown("--mcp-revision", f.Revision, revisions)
	}
	names := func() error { return f.Names.Resolve(target) }
	walking := func() error { return f.Walking.Resolve(f.Browsing) }
	login := func() error { return f.Login.Resolve(target) }
	return kind.All(names, f.Reach.Resolve, f.ByRelease.Resolve, f.Browsing.Resolve, f.Timing.Resolve, f.Site.Resolve, walking, login)
}

// Tools implements kind.Flags.
func (f *Flags) Tools() kind.ToolOptions {
	return kind.ToolOptions{
		Role:    f.As(wire.AsBrowser),
		Browser: f.Browser, Walks: len(f.Steps) > 0, Clock: f.Clock, Control: f.Control(), Site: f.Options(),
		Reach: f.Reach,
	}
}

// Kind is the kind of MCP endpoints that require a login.
func Kind() kind.Kind {
	return kind.Define("mcp", func() *Flags {
		return &Flags{
			Reach: kind.Reachable(), Revision: Newest, Clients: provider.Clients{ClientAuth: "auto"},
			Browsing: kind.Browsing{Browser: "auto"}, Timing: kind.Timing{Clock: "auto"},
		}
	}, open)
}

// home returns the options of the home.
func (f *Flags) home() *home.Flags {
	return &home.Flags{
		Reach: f.Reach, ByRelease: f.ByRelease, Login: f.Login, Browsing: f.Browsing, Timing: f.Timing, Site: f.Site,
	}
}

// provider returns the options of the provider, whose resource is the endpoint.
func (f *Flags) provider(endpoint, aim string, c provider.Clients) *provider.Flags {
	return &provider.Flags{
		Reach: f.Reach, Login: f.Login, Walking: f.Walking, Clients: c, APIURL: endpoint, Aim: aim, Browsing: f.Browsing,
		Timing: f.Timing,
	}
}
