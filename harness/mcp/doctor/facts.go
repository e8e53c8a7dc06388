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
	Target    string     // the endpoint's URL, as clients are given it
	Knock     Answer     // to a message without a token
	Stream    Answer     // to a GET, where that message got no 401
	Challenge Challenge  // of the knock
	Resource  []Document // the resource metadata, in the order in which clients look
	Issuer    string     // the authorization server that they name first; the endpoint's origin if they name none
	Server    []Document // its metadata, in the order in which clients look
	Prefix    *Document  // the server metadata below the path before /api/mcp, where the endpoint has one
	Authorize Answer     // of the authorization endpoint, if it has a URL
	Home      bool       // it is a Home Assistant
	ClientID  string     // of the client that was asked about; "": none
	Client    *Document  // its metadata document; nil: its id is no https URL with a path
}

// Answer is the response to one request. Its texts come from the target.
type Answer struct {
	Method  string `json:"method"`
	URL     string `json:"url"`
	Status  int    `json:"status"` // 0: none came
	Type    string `json:"type,omitempty"`
	To      string `json:"location,omitempty"`  // where a redirect leads, without its query
	Problem string `json:"problem,omitempty"`   // why there is no answer, or none that is of use
	Schemes string `json:"challenge,omitempty"` // of WWW-Authenticate
	Failure string `json:"failure,omitempty"`   // a class of Problem: name, barred, net
	Message bool   `json:"-"`                   // it is a message of the protocol
	Bare    bool   `json:"-"`                   // it is a 400 as aiohttp gives it, with no reason
}

// The classes of failures.
const (
	noName = "name"   // it does not resolve
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
	Members map[string]any `json:"-"` // nil: it is not there
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

// first is the first document that is there; nil: none is.
func first(list []Document) *Document {
	for i := range list {
		if list[i].Members != nil {
			return &list[i]
		}
	}
	return nil
}

// origin is the target's.
func (f *Facts) origin() string { return oauth.Root(f.Target) }

// prefix is the path before that of a home's endpoint: "/home" of http://host/home/api/mcp; "": there is none.
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
