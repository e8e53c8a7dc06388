package linking

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/wire"
)

// Domain is our integration's domain.
const Domain = home.Demo

const (
	flowPath  = "/api/config/config_entries/flow"
	entryPath = "/api/config/config_entries/entry"
	demoPath  = "/api/" + Domain
	callback  = "/auth/external/callback"
)

// API calls a path as the run's account. A nil body sends none.
func API(ctx context.Context, method, path string, body any, header ...string) *wire.Exchange {
	h := home.From(ctx)
	raw := ""
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return &wire.Exchange{Err: err}
		}
		raw = string(b)
	}
	header = append(header, "Authorization", "Bearer "+h.Session(ctx).Access)
	if raw != "" {
		header = append(header, "Content-Type", "application/json")
	}
	return h.Send(ctx, method, path, raw, header...)
}

// Base is the origin that the frontend names: the home's own URL.
func Base(ctx context.Context) string {
	u, err := url.Parse(home.From(ctx).Wire.Base())
	if err != nil {
		return home.From(ctx).Wire.Base()
	}
	return u.Scheme + "://" + u.Host
}

// frontend is the header with the frontend's origin.
func frontend(ctx context.Context, header []string) []string {
	if header != nil {
		return header
	}
	return []string{"HA-Frontend-Base", Base(ctx)}
}

// My reports whether the home gives third parties a redirect_uri at my.home-assistant.io instead of its own.
func My(ctx context.Context) bool {
	var config struct{ Components []string }
	e := API(ctx, http.MethodGet, "/api/config", nil)
	if e.Decode(&config) != nil {
		return false
	}
	for _, c := range config.Components {
		if strings.TrimSpace(c) == "my" {
			return true
		}
	}
	return false
}
