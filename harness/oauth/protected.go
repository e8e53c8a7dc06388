package oauth

import (
	"context"
	"net/http"

	"github.com/authconform/authconform/harness/wire"
)

// Methods is a resource that is asked by more than one method.
type Methods interface {
	Resource
	// Ask sends the resource a good request by a method, with more headers and no token but one that stands among them.
	Ask(ctx context.Context, method string, header http.Header) *wire.Exchange
}

// Aimed is a resource that clients name when they ask for its tokens.
type Aimed interface {
	// Aims are the values of resource that they send (RFC 8707 §2).
	Aims() []string
}

// Protected is a resource that tells clients where they get its tokens (RFC 9728).
type Protected interface {
	Methods
	Aimed
	// Address is the resource's own URL.
	Address() string
	// Description fetches the resource's metadata from where they were found (RFC 9728 §3).
	Description(ctx context.Context) *wire.Exchange
	// Place says where that is, and WellKnownPlaces lists where clients look that read no challenge (RFC 9728 §3.1).
	Place() Place
	WellKnownPlaces() []Place
	// Beside asks for another document of the resource's server, by its URL; it carries no credential.
	Beside(ctx context.Context, method, url string, header http.Header) *wire.Exchange
}

// Place is where metadata were found.
type Place struct {
	URL string `json:"url,omitempty"` // "": nowhere
	// Of are the identifiers that the document may have there: of a challenge, the URL that was asked (RFC 9728 §3.3), else
	// the one that the well-known URL was made from.
	Of []string `json:"of,omitempty"`
	By string   `json:"by,omitempty"` // "the challenge", "the path", "the root"
}

// Announced is an authorization server that a protected resource names.
type Announced interface {
	Metadata
	// Named are the servers that the resource metadata name (RFC 9728 §2, authorization_servers).
	Named(ctx context.Context) []string
	// Places are the well-known addresses of an issuer's metadata, in the order in which clients ask.
	Places(issuer string) []string
	// Beside is Protected's.
	Beside(ctx context.Context, method, url string, header http.Header) *wire.Exchange
}

// Names is a server that answers under more than one host name.
type Names interface {
	// Others are the names beside the target's own that were given: hosts, with a port if it is not the target's.
	Others() []string
	// Under sends a request without a credential to the target's own address under another name: in the Host header, and in
	// the TLS handshake. The path is the target's: of the metadata, of the resource metadata, of the resource.
	Under(ctx context.Context, name string, r wire.Request) *wire.Exchange
	// FetchUnder is Resource.Fetch under another name, without a token.
	FetchUnder(ctx context.Context, name string) *wire.Exchange
}

// Publisher is who can publish client id metadata documents that the server reads.
type Publisher interface {
	// Publish publishes a document with these members, nil for none; client_id is its URL unless a member says otherwise.
	Publish(name string, members map[string]any) Published
}

// Published is a client id metadata document.
type Published struct {
	ID      string           // its URL
	Answers func(status int) // changes the status of its answers from now on
	Cached  func(cc string)  // changes their Cache-Control from now on
	Fetched func() int       // how often it was fetched
}
