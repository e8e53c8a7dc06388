package mockserver

import (
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"

	"github.com/authconform/authconform/mock"
)

// A frontend is the real one's pages and files: the folder hass_frontend of the package home-assistant-frontend.
type frontend struct{ fs.FS }

// ErrNoFrontend is the error of a folder that is no frontend.
var ErrNoFrontend = errors.New("no frontend: want the folder hass_frontend of the Python package home-assistant-frontend")

// CheckFrontend tells whether a folder holds the real frontend.
func CheckFrontend(dir fs.FS) error {
	for _, name := range []string{"index.html", "authorize.html", "frontend_latest", "static"} {
		if _, err := fs.Stat(dir, name); err != nil {
			return fmt.Errorf("%w; it lacks %s", ErrNoFrontend, name)
		}
	}
	return nil
}

// The pages are templates. What they loop over is empty here.
var (
	loops  = regexp.MustCompile(`(?s)\{%-?\s*for .*?endfor\s*-?%\}`)
	values = regexp.MustCompile(`\{\{\s*(\w+)\s*\}\}`)
	hashed = regexp.MustCompile(`[.-][0-9a-f]{8,}\.`)
)

func filled(page []byte) []byte {
	page = loops.ReplaceAll(page, nil)
	return values.ReplaceAllFunc(page, func(m []byte) []byte {
		if string(values.FindSubmatch(m)[1]) == "theme_color" {
			return []byte("#18BCF2")
		}
		return nil
	})
}

// page is a page of the frontend.
func (f frontend) page(name string) handler {
	return func(*call) *mock.Answer {
		raw, err := fs.ReadFile(f.FS, name)
		if err != nil {
			return mock.Plain(http.StatusNotFound)
		}
		return &mock.Answer{Status: http.StatusOK, Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, Body: filled(raw)}
	}
}

// file is a file of the frontend. One whose name holds its hash may be kept for ever.
func (f frontend) file(c *call) *mock.Answer {
	name := strings.TrimPrefix(path.Clean(c.URL.Path), "/")
	raw, err := fs.ReadFile(f.FS, name)
	if err != nil {
		return mock.Plain(http.StatusNotFound)
	}
	kind := mime.TypeByExtension(path.Ext(name))
	if kind == "" {
		kind = "application/octet-stream"
	}
	header := http.Header{"Content-Type": {kind}, "Cache-Control": {"no-cache"}}
	if hashed.MatchString(path.Base(name)) {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	return &mock.Answer{Status: http.StatusOK, Header: header, Body: raw}
}

// routeFrontend mounts the pages: the mock's own, or the real frontend's.
func (h *Home) routeFrontend() {
	if h.Frontend == nil {
		h.handle("/auth/authorize", methods{get: file("authorize.html")})
		h.handle("/static/{name}", methods{get: func(c *call) *mock.Answer { return file(c.PathValue("name"))(c) }})
		h.handle("/onboarding.html", methods{get: file("onboarding.html")})
		for _, path := range []string{"/{$}", "/config/integrations", "/config/application_credentials", "/_my_redirect/oauth"} {
			h.handle(path, methods{get: h.onboarded(file("home.html"))})
		}
		return
	}
	f := frontend{h.Frontend}
	h.handle("/auth/authorize", methods{get: f.page("authorize.html")})
	h.handle("/onboarding.html", methods{get: f.page("onboarding.html")})
	for _, below := range []string{"/static/{path...}", "/frontend_latest/{path...}", "/frontend_es5/{path...}"} {
		h.handle(below, methods{get: f.file})
	}
	for _, name := range []string{"/service_worker.js", "/sw-modern.js", "/sw-legacy.js", "/robots.txt"} {
		h.handle(name, methods{get: f.file})
	}
	app := methods{get: h.onboarded(f.page("index.html"))}
	h.handle("/{$}", app)
	h.handle("/_my_redirect/{name}", app)
	for _, panel := range []string{"climate", "config", "developer-tools", "home", "light", "lovelace", "maintenance", "profile", "security"} {
		h.handle("/"+panel, app)
		h.handle("/"+panel+"/{path...}", app)
	}
}
