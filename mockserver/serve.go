package mockserver

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/authconform/authconform/mock"
)

// call is a request, parsed once.
type call struct {
	*mock.Call
	home *Home
	user *session // who calls, where the endpoint wants to know
}

type handler func(*call) *mock.Answer

type methods map[string]handler

// handle mounts an endpoint for its methods.
func (h *Home) handle(path string, by methods) {
	on := mock.Methods{}
	for method, next := range by {
		on[method] = func(m *mock.Call) *mock.Answer {
			c := &call{Call: m, home: h}
			a := next(c)
			if c.user != nil {
				m.User = c.user.User.login()
			}
			return a
		}
	}
	h.plane.Handle(path, on)
}

// ServeHTTP implements http.Handler.
func (h *Home) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.plane.ServeHTTP(w, r) }

// guard refuses requests before they reach an endpoint.
func (h *Home) guard(c *mock.Call) *mock.Answer {
	if h.bans.has(c.IP) {
		return mock.Plain(http.StatusForbidden)
	}
	from, refused := h.Policy().Address(c.IP, c.Header)
	if refused || h.Policy().Filtered(unescaped(c.URL)) {
		return mock.Plain(http.StatusBadRequest)
	}
	c.IP = from
	return nil
}

func (h *Home) mayRead(_, origin string) bool { return slices.Contains(h.CORSOrigins, origin) }

// publicCORS lists the paths that pages of any origin may read.
func publicCORS(path string) bool {
	switch path {
	case "/auth/token", "/auth/revoke", metadataPath, resourcePath, "/manifest.json":
		return true
	}
	return false
}

// unescaped is path and query with every level of percent-encoding decoded.
func unescaped(u *url.URL) string {
	s := u.Path + "?" + u.RawQuery
	for range 5 {
		next, err := url.PathUnescape(s)
		if err != nil || next == s {
			break
		}
		s = next
	}
	return s
}

// filtered knows what the real home's security filter knows.
func filtered(s string) bool {
	low := strings.ToLower(s)
	for _, bad := range []string{"<script", "../", "concat(", "\t", "\r", "\n", "proc/self/environ", "mosconfig_"} {
		if strings.Contains(low, bad) {
			return true
		}
	}
	if _, rest, ok := strings.Cut(low, "union"); ok {
		_, rest, ok = strings.Cut(rest, "select")
		return ok && strings.Contains(rest, "(")
	}
	return false
}
