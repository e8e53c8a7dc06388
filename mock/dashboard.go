package mock

import (
	"embed"
	"net/http"
	"path"
)

//go:embed dashboard
var dashboard embed.FS

// pageFiles are the dashboard's files and their media types.
var pageFiles = map[string]string{
	"index.html": "text/html; charset=utf-8", "dashboard.css": "text/css; charset=utf-8", "api.js": "text/javascript; charset=utf-8",
	"dashboard.js": "text/javascript; charset=utf-8", "views.js": "text/javascript; charset=utf-8", "dom.js": "text/javascript; charset=utf-8",
}

// openPage serves the dashboard at the root of the control plane. It contains no secret: the user enters the token.
func (k *Control) openPage() {
	for name, kind := range pageFiles {
		at := name
		if name == "index.html" {
			at = ""
		}
		k.open["GET "+at] = func(w http.ResponseWriter, _ *http.Request) {
			raw, err := dashboard.ReadFile(path.Join("dashboard", name))
			if err != nil {
				http.Error(w, "404: Not Found", http.StatusNotFound)
				return
			}
			h := w.Header()
			h.Set("Content-Type", kind)
			h.Set("Cache-Control", "no-cache")
			h.Set("Content-Security-Policy",
				"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'none'; "+
					"base-uri 'none'; frame-ancestors 'none'")
			h.Set("Referrer-Policy", "no-referrer")
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("X-Frame-Options", "DENY")
			soon(w)
			_, _ = w.Write(raw)
		}
	}
}
