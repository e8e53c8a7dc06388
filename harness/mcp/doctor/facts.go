// Package doctor finds out why MCP clients cannot log in to a server. Walk sends the clients' requests, without a login, and records
// the responses; Diagnose finds the causes and says for each known client whether they stop it.
package doctor

import (
	"net/url"
	"strings"

	"github.com/authconform/authconform/harness/oauth"
)

// Facts are the observations of a walk.
type Facts struct {
	Target    string     // the endpoint's URL, as configured in clients
	Knock     Answer     // to a message without a token
	Stream    Answer     // to a GET, if that message got no 401
	Challenge Challenge  // in the answer to the message
	Resource  []Document // the resource metadata, in the order in which clients look
	Issuer    string     // the first authorization server of the metadata; the endpoint's origin if they name none
	Server    []Document // its metadata, in the order in which clients look
	Prefix    *Document  // the server metadata below the path before /api/mcp, if the endpoint has one
	Authorize Answer     // of the authorization endpoint, if it has a URL
	Home      bool       // it is a Home Assistant
	ClientID  string     // of the client that was asked about; "": none
	Client    *Document  // its metadata document; nil: its id is no https URL with a path
}

// Answer is the response to one request. Its texts come from the target.
type Answer struct {
	Method  string `json:"method"`
	URL     string `json:"url"`
	Status  int    `json:"status"` // 0: no answer
	Type    string `json:"type,omitempty"`
	To      string `json:"location,omitempty"`  // target of a redirect, without its query
	Problem string `json:"problem,omitempty"`   // why there is no answer, or no useful one
	Schemes string `json:"challenge,omitempty"` // of WWW-Authenticate
	Failure string `json:"failure,omitempty"`   // a class of Problem: name, barred, net
	Message bool   `json:"-"`                   // it is a message of the protocol
	Bare    bool   `json:"-"`                   // it is a 400 without a reason, as aiohttp sends it
}

// The classes of failures.
const (
	noName = "name"   // the name does not resolve
	barred = "barred" // we do not ask there
	noNet  = "net"
)

// Asked reports whether a request was sent.
func (a Answer) Asked() bool { return a.Method != "" }

// Document is a requested JSON document.
type Document struct {
	Answer
	By      string         `json:"by"` // "challenge", "path", "root", …
	Size    int            `json:"size,omitempty"`
	Members map[string]any `json:"-"` // nil: there is no document
}

// Text returns a string member, or "".
func (d *Document) Text(member string) string {
	if d == nil {
		return ""
	}
	s, _ := d.Members[member].(string)
	return s
}

// Texts returns a member that is a list of strings. there reports whether the document has the member.
func (d *Document) Texts(member string) (list []string, there bool) {
	if d == nil {
		return nil, false
	}
	v, there := d.Members[member]
	items, _ := v.([]any)
	for _, item := range items {
		if s, ok := item.(string); ok {
			list = append(list, s)
		}
	}
	return list, there
}

// Challenge is the WWW-Authenticate of a 401.
type Challenge struct {
	Bearer bool
	Link   string // its resource_metadata
}

// first returns the first existing document, or nil.
func first(list []Document) *Document {
	for i := range list {
		if list[i].Members != nil {
			return &list[i]
		}
	}
	return nil
}

// origin returns the target's origin.
func (f *Facts) origin() string { return oauth.Root(f.Target) }

// prefix returns the path before a home's endpoint: "/home" of http://host/home/api/mcp; "" means none.
func prefix(target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return ""
	}
	before, _, found := strings.Cut(u.EscapedPath(), "/api/mcp")
	if !found {
		return ""
	}
	return strings.TrimSuffix(before, "/")
}
