package doctor

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Cause is what stops clients, or may stop them, and what to change.
type Cause struct {
	ID     string `json:"id"`
	What   string `json:"what"`
	Change string `json:"change"`
	Where  string `json:"where,omitempty"` // the rule, or where the fact is documented
	Stops  bool   `json:"stops"`           // it stops some clients or all; otherwise it is a remark

	all   bool // it stops all clients
	asked bool // it stops the client that was asked about, and no other
}

// State is the result of a diagnosis.
type State string

// The states.
const (
	GetIn   State = "in"       // no cause stops a client
	Causes  State = "stopped"  // some cause stops clients
	Nothing State = "unjudged" // there is nothing that clients could log in to
)

// Diagnosis is the interpretation of facts.
type Diagnosis struct {
	Target  string   `json:"target"`
	State   State    `json:"state"`
	Open    bool     `json:"open,omitempty"` // it needs no token
	Home    bool     `json:"home"`           // it is a Home Assistant
	Causes  []Cause  `json:"causes"`
	Clients []Client `json:"clients"`
	Asked   []Answer `json:"asked"`
}

// noRegistration is the cause that can keep a client from getting a client id.
const noRegistration = "no-registration"

// Diagnose finds the causes in facts; those that stop clients come first.
func Diagnose(f *Facts) (*Diagnosis, error) {
	list, err := clients()
	if err != nil {
		return nil, err
	}
	d := &Diagnosis{Target: Shown(f.Target), State: GetIn, Home: f.Home, Causes: []Cause{}, Clients: []Client{}, Asked: f.asked()}
	var found finder
	if f.Knock.Status == http.StatusUnauthorized {
		found.login(f)
	} else {
		d.Open = f.Knock.Status/100 == 2 && f.Knock.Message
		d.State = found.door(f)
	}
	d.Causes = append(append(d.Causes, found.stops...), found.remarks...)
	if d.State == GetIn && slices.ContainsFunc(d.Causes, func(c Cause) bool { return c.Stops }) {
		d.State = Causes
	}
	if d.State == Nothing || d.Open {
		return d, nil
	}
	if f.ClientID != "" {
		d.Clients = append(d.Clients, f.theirs(d.Causes))
	}
	for _, k := range list {
		d.Clients = append(d.Clients, k.judge(d.Causes, f.offered(), f.Home))
	}
	return d, nil
}

// finder collects causes.
type finder struct{ stops, remarks []Cause }

// all adds a cause that stops every client.
func (l *finder) all(id, what, change, where string) {
	l.stops = append(l.stops, Cause{ID: id, What: what, Change: change, Where: where, Stops: true, all: true})
}

// some adds a cause that stops the clients that the table names.
func (l *finder) some(id, what, change, where string) {
	l.stops = append(l.stops, Cause{ID: id, What: what, Change: change, Where: where, Stops: true})
}

// remark adds a cause that stops clients only according to reports.
func (l *finder) remark(id, what, change, where string) {
	l.remarks = append(l.remarks, Cause{ID: id, What: what, Change: change, Where: where})
}

// offered are the ways to get a client id that the server offers and keeps.
func (f *Facts) offered() map[string]bool {
	server := first(f.Server)
	if server == nil {
		return nil
	}
	return map[string]bool{
		byDocument:     announcesDocuments(server) && !f.unread(server),
		byRegistration: server.Text("registration_endpoint") != "",
		byID:           true,
	}
}

// asked returns all requests in order.
func (f *Facts) asked() []Answer {
	list := []Answer{f.Knock}
	if f.Stream.Asked() {
		list = append(list, f.Stream)
	}
	for _, documents := range [][]Document{f.Resource, f.Server} {
		for _, d := range documents {
			list = append(list, d.Answer)
		}
	}
	for _, d := range []*Document{f.Prefix, f.Client} {
		if d != nil {
			list = append(list, d.Answer)
		}
	}
	if f.Authorize.Asked() {
		list = append(list, f.Authorize)
	}
	return list
}

// door judges an endpoint that did not answer with a 401.
func (l *finder) door(f *Facts) State {
	k := f.Knock
	setUp := "Check the path."
	if f.Home {
		setUp = "Set up the integration Model Context Protocol Server, and use /api/mcp."
	}
	switch {
	case k.Failure == noName:
		l.all("name-unresolved", upper(k.Problem)+" here.", "Check the spelling, and the DNS server that the client uses.", "")
		return Nothing
	case k.Status == 0:
		l.all("unreachable", "No answer: "+k.Problem+".", "Check address, port and firewall; --ca-file trusts a CA of your own.", "")
		return Nothing
	case k.Status/100 == 2 && k.Message:
		l.remark("no-token-needed", "It answers without a token: anyone who can reach it has access.", "Make it require a token.",
			"MCP, Error Handling")
		return GetIn
	case k.Status/100 == 3 && rootOf(k.To) != "" && rootOf(k.To) != f.origin():
		l.all("proxy-login", fmt.Sprintf("It redirects to %s (%d): a proxy asks for its own login first.", k.To, k.Status),
			"Exempt the endpoint, /auth/ and /.well-known/ from the proxy's login.", "MCP, Authorization Flow: a 401 starts the login")
	case k.Status/100 == 3:
		l.all("redirects", fmt.Sprintf("It redirects to %s (%d).", k.To, k.Status), "Give clients that address.", "")
	case k.Status == http.StatusForbidden:
		l.all("forbidden", "It answers 403, not 401, to a request without a token.",
			"Check whether the address is banned, or a proxy or firewall refuses it.", "MCP, Error Handling")
	case k.Status == http.StatusBadRequest && k.Bare:
		l.all("proxy-untrusted", "It answers a bare 400, as Home Assistant does to a proxy that it does not trust.",
			"Add the proxy to http: trusted_proxies, with use_x_forwarded_for: true.", "")
	case k.Status == http.StatusTooManyRequests || k.Status >= 500:
		l.all("unavailable", fmt.Sprintf("It answers %d.", k.Status), "Try again later; check its log, and the proxy's.", "")
		return Nothing
	case (k.Status == http.StatusNotFound || k.Status == http.StatusMethodNotAllowed) &&
		(f.Stream.Type == "text/event-stream" || f.Stream.Status == http.StatusUnauthorized):
		l.all("older-transport", fmt.Sprintf("It speaks only the older transport (SSE): POST answers %d.", k.Status),
			"Use the Streamable HTTP endpoint; for a home, that is /api/mcp.", "MCP 2025-03-26, Transports")
	case k.Type == "text/html":
		l.all("not-mcp", fmt.Sprintf("It answers with a web page (%d): there is no MCP server.", k.Status), setUp, "")
		return Nothing
	default:
		l.all("not-mcp", fmt.Sprintf("It answers %d to an MCP message: there is no MCP server.", k.Status), setUp, "")
		return Nothing
	}
	return Causes
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
