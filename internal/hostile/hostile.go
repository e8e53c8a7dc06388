package hostile

import (
	"net/http"
	"slices"
	"strings"
)

// Behaviour is one way to attack a client.
type Behaviour struct {
	Name  string
	Story string // what it does, in a sentence
	At    Place  // the answers that it spoils
	Legal bool   // a server may do so: rows judged by such answers may pass
	Hangs bool   // the client waits until it gives up

	answer func(*call)
}

// Place selects the requests that a behaviour answers.
type Place string

// The places. Their paths are those of a home (auth_api.md) and of a provider.
const (
	Token    Place = "token endpoint"
	Metadata Place = "metadata"
	Resource Place = "resource"
	Socket   Place = "websocket"
	Page     Place = "authorization page"
	Door     Place = "everything, also what is asked first"
)

var paths = map[Place][]string{
	Token:    {"/auth/token", "/oauth/token"},
	Metadata: {"/.well-known/"},
	Resource: {"/api/"},
	Socket:   {"/api/websocket"},
	Page:     {"/auth/authorize", "/oauth/authorize", "/oauth/login", "/oauth/consent"},
	Door:     {"/"},
}

// takes reports whether a request belongs to the place.
func (p Place) takes(r *http.Request) bool {
	if p == Resource && strings.HasPrefix(r.URL.Path, "/api/websocket") {
		return false
	}
	return slices.ContainsFunc(paths[p], func(path string) bool { return strings.HasPrefix(r.URL.Path, path) })
}

// All lists every behaviour.
func All() []Behaviour {
	return slices.Concat(connections(), heads(), bodies(), statuses(), documents(), texts(), tokens(), sockets(), pages(), secure())
}

// Honest spoils nothing; it is the control.
func Honest(at Place) Behaviour {
	return Behaviour{Name: "honest", Story: "It is as it should be.", At: at, Legal: true, answer: func(c *call) {
		c.server.proxy.ServeHTTP(c.w, c.r)
	}}
}
