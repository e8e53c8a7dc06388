// Package condition names the prerequisites of rows: something that the harness must have, or something that the target
// must offer. A session finds out once what is missing, and why.
package condition

import "slices"

// Name is a condition as written in the catalogue and in --require.
type Name string

// Conditions of the harness. Without one, the row is not_run.
const (
	Browser      Name = "browser"            // a Chromium
	Clock        Name = "clock"              // a way to move the target's clock
	ClientSite   Name = "client-site"        // the target can fetch pages from the harness over http
	HTTPSSite    Name = "https-site"         // the same over https: the target trusts the client site's CA
	Admin        Name = "admin"              // the user may manage users
	Control      Name = "control"            // the target has authconform's control plane
	Testbed      Name = "testbed"            // our demo integration is installed in the target
	AccountLink  Name = "account-link"       // the target asks the proxy that the harness plays
	OtherClient  Name = "other-client"       // a second client with the same redirect_uri
	PublicClient Name = "public-client"      // a client without a secret
	ClientSecret Name = "client-secret"      // a client with one
	API          Name = "api"                // a resource that needs a bearer token is known
	Revocation   Name = "revocation"         // a revocation endpoint is known
	Indicator    Name = "resource-indicator" // a resource is known by the URI that the server has for it (RFC 8707)
	OtherNames   Name = "other-names"        // other host names of the target are known
	OtherAddress Name = "other-address"      // another address of this machine, outside the target's trusted networks
	CommandUser  Name = "command-user"       // the user can log in at the target's command line
	Origin       Name = "origin"             // an origin that the target's pages need is trusted (--trust-origin)
)

// Conditions of the target. Without one, the row does not apply.
const (
	PKCE             Name = "pkce"              // code_challenge_methods_supported has S256
	Metadata         Name = "metadata"          // an RFC 8414 document
	MetadataDocument Name = "metadata-document" // client_id_metadata_document_supported
	ResourceMetadata Name = "resource-metadata" // an RFC 9728 document
	Introspection    Name = "introspection"     // an introspection endpoint (RFC 7662)
	Registration     Name = "registration"      // a registration endpoint (RFC 7591)
	LocalUsers       Name = "local-users"       // Home Assistant's login provider homeassistant
	TrustedNetworks  Name = "trusted-networks"  // its login provider trusted_networks, for this machine
	CommandLine      Name = "command-line"      // its login provider command_line
)

var (
	ours = []Name{
		Browser, Clock, ClientSite, HTTPSSite, Admin, Control, Testbed, AccountLink, OtherClient, PublicClient, ClientSecret, API,
		Revocation, Indicator, Origin, OtherNames, OtherAddress, CommandUser,
	}
	theirs = []Name{PKCE, Metadata, MetadataDocument, ResourceMetadata, Introspection, Registration, LocalUsers, TrustedNetworks, CommandLine}
)

// All lists every condition.
func All() []Name { return slices.Concat(ours, theirs) }

// Words lists all conditions as --require writes them.
func Words() []string {
	var words []string
	for _, n := range All() {
		words = append(words, string(n))
	}
	return words
}

// Known reports whether there is such a condition.
func (n Name) Known() bool { return slices.Contains(All(), n) }

// Offered reports whether the target must offer the condition, rather than the harness have it.
func (n Name) Offered() bool { return slices.Contains(theirs, n) }

// Lacks holds the missing conditions and the reasons.
type Lacks map[Name]string

// Add records a missing condition, if the reason is not empty.
func (l Lacks) Add(lacking bool, n Name, why string) {
	if lacking {
		l[n] = why
	}
}
