package home

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/wire"
)

// The errors of Probe and Enter. Each message says what to do.
var (
	ErrNoHome = errors.New("the target is not a home")
	ErrBanned = fmt.Errorf("%w: it answers 403 to everything; remove the ban (ip_bans.yaml) or raise its threshold, then run again",
		kind.ErrBanned)
	ErrNotOnboarded = errors.New("the home is not onboarded yet: run with --onboard to create its owner, or finish onboarding first")
	ErrCredentials  = errors.New("the home refuses the user name or password")
	ErrSecondFactor = errors.New("the user has a second factor: give its secret in AUTHCONFORM_TOTP_SECRET")
	ErrFactorCode   = errors.New("the home accepts the password but refuses the code of the second factor")
)

// Probe checks whether the target may be a home, and reads what it says before any login. Problems with
// /auth/providers are left to Enter: a home with a wrong list is still a home.
func (h *Home) Probe(ctx context.Context) error {
	e := h.providers(ctx)
	if err := kind.Reached(e); err != nil {
		return err
	}
	if err := h.banned(ctx, e); err != nil {
		return err
	}
	if err := h.fresh(ctx, e); err != nil {
		return err
	}
	h.listed = readProviders(e)
	if m := h.Document(ctx); m.Status == http.StatusOK {
		if doc, err := m.JSON(); err == nil {
			h.Facts.Metadata = doc != nil
			h.Facts.PKCE = holds(doc["code_challenge_methods_supported"], "S256")
			h.Facts.CIMD, _ = doc["client_id_metadata_document_supported"].(bool)
		}
	}
	h.Facts.Resource = h.Get(ctx, h.WellKnown(resourceName)).Status == http.StatusOK
	return nil
}

// WellKnown is the URL of a well-known document: its path is inserted between the target's host and path (RFC 8414 §3.1, RFC 9728
// §3.1).
func (h *Home) WellKnown(name string) string {
	u, err := url.Parse(h.Wire.Base())
	if err != nil || u.Path == "" {
		return h.wellKnown(name)
	}
	return u.Scheme + "://" + u.Host + h.wellKnown(name)
}

// wellKnown returns the document's path.
func (h *Home) wellKnown(name string) string {
	u, err := url.Parse(h.Wire.Base())
	if err != nil {
		return "/.well-known/" + name
	}
	return "/.well-known/" + name + u.EscapedPath()
}

// The names of well-known documents.
const (
	metadataName = "oauth-authorization-server" // RFC 8414 §3
	resourceName = "oauth-protected-resource"   // RFC 9728 §3
)

// listing is the answer to GET /auth/providers.
type listing struct {
	answer    *wire.Exchange
	providers []LoginProvider // nil: it is no list of them
}

// readProviders accepts both shapes, today's object and the bare list before 2024.2, whatever the media type.
func readProviders(e *wire.Exchange) listing {
	var list []LoginProvider
	var object struct{ Providers []LoginProvider }
	if json.Unmarshal([]byte(e.Body), &list) != nil && json.Unmarshal([]byte(e.Body), &object) == nil {
		list = object.Providers
	}
	found := listing{answer: e}
	for _, p := range list {
		if p.Type != "" && e.Status == http.StatusOK {
			found.providers = append(found.providers, p)
		}
	}
	return found
}

func holds(list any, word string) bool {
	items, _ := list.([]any)
	return slices.Contains(items, any(word))
}

// providers sends the first request of every login.
func (h *Home) providers(ctx context.Context) *wire.Exchange { return h.Get(ctx, "/auth/providers") }

// fresh returns the error of a home without an owner: the home says so, and so do the steps of its onboarding.
func (h *Home) fresh(ctx context.Context, e *wire.Exchange) error {
	if e.Text("code") != "onboarding_required" {
		return nil
	}
	var steps []struct {
		Step string
		Done bool
	}
	_ = json.Unmarshal([]byte(h.Get(ctx, "/api/onboarding").Body), &steps) // any other body has no steps
	for _, s := range steps {
		if s.Step == "user" && !s.Done {
			return ErrNotOnboarded
		}
	}
	return nil
}

// banned returns why a home seems to have banned us: it refused providers, and then also a public page; nil means that it has
// not. A home bans with 403 and no page of its own (aiohttp's HTTPForbidden). A refusal with a page, or of another kind, comes
// from something in front of the home.
func (h *Home) banned(ctx context.Context, e *wire.Exchange) error {
	if kind.Refused(ctx, e) == nil {
		return nil
	}
	page := h.Get(ctx, "/auth/authorize")
	if page.Status != e.Status {
		return nil
	}
	if e.Status == http.StatusForbidden && bansLike(e) && bansLike(page) {
		return ErrBanned
	}
	return kind.Refused(ctx, e)
}

// bansLike reports whether an answer says no more than a home's ban does.
func bansLike(e *wire.Exchange) bool {
	body := strings.TrimSpace(e.Body)
	return body == "" || body == "403: Forbidden" || body == http.StatusText(http.StatusForbidden)
}
