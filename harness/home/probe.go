package home

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// The errors of Probe and Enter. Each message says what to do.
var (
	ErrNoHome = errors.New("the target is no home")
	ErrBanned = fmt.Errorf("%w: it answers 403 to everything; remove the ban (ip_bans.yaml) or raise its threshold, then run again",
		kind.ErrBanned)
	ErrNotOnboarded = errors.New("the home is not onboarded yet: run with --onboard to create its owner, or finish onboarding first")
	ErrCredentials  = errors.New("the home refuses the user name or password")
	ErrAnybody      = errors.New("the target lets anybody in: " +
		"an invented bearer token, an invented code and a wrong password all work; that is no login to judge")
	ErrSecondFactor = errors.New("the user has a second factor: give its secret in AUTHCONFORM_TOTP_SECRET")
)

// Probe tells whether a home answers and what it says of itself before any login.
func (h *Home) Probe(ctx context.Context) error {
	e := h.providers(ctx)
	if e.Err != nil {
		return kind.Unreachable(e)
	}
	if err := h.banned(ctx, e); err != nil {
		return err
	}
	switch {
	case e.Status == http.StatusBadRequest && e.Text("code") == "onboarding_required":
		return ErrNotOnboarded
	case e.Status != http.StatusOK || !listsProviders(e):
		return fmt.Errorf("%w: GET /auth/providers answers %s, not a list of login providers", ErrNoHome, e)
	}
	if m := h.Get(ctx, "/.well-known/oauth-authorization-server"); m.Status == http.StatusOK {
		if doc, err := m.JSON(); err == nil {
			h.Facts.Metadata = doc
			h.Facts.PKCE = holds(doc["code_challenge_methods_supported"], "S256")
			h.Facts.CIMD, _ = doc["client_id_metadata_document_supported"].(bool)
		}
	}
	h.Facts.Resource = h.Get(ctx, "/.well-known/oauth-protected-resource").Status == http.StatusOK
	return nil
}

// listsProviders knows both shapes: the object of today and the bare list before 2024.2.
func listsProviders(e *wire.Exchange) bool {
	type provider struct{ Type string }
	var list []provider
	var object struct{ Providers []provider }
	if e.Decode(&list) != nil {
		if e.Decode(&object) != nil {
			return false
		}
		list = object.Providers
	}
	return len(list) > 0 && !slices.ContainsFunc(list, func(p provider) bool { return p.Type == "" })
}

func holds(list any, word string) bool {
	items, _ := list.([]any)
	return slices.Contains(items, any(word))
}

// providers asks for what every login begins with.
func (h *Home) providers(ctx context.Context) *wire.Exchange { return h.Get(ctx, "/auth/providers") }

// banned is why the answer to providers is one to somebody who is banned, who is then refused a page that is everybody's
// too; nil: it is not.
func (h *Home) banned(ctx context.Context, e *wire.Exchange) error {
	if kind.Banned(ctx, e) == nil || h.Get(ctx, "/auth/authorize").Status != e.Status {
		return nil
	}
	if e.Status == http.StatusForbidden {
		return ErrBanned
	}
	return kind.Banned(ctx, e)
}

// Enter logs in, keeps the session for housekeeping, and reads what only a user sees: release and rights.
func (h *Home) Enter(ctx context.Context) error {
	begun := h.Begin(ctx, Login{})
	if begun.Type != "form" {
		return fmt.Errorf("%w: POST /auth/login_flow answers %s, not a form", ErrNoHome, begun.Exchange)
	}
	s := h.Password(ctx, begun.FlowID, Login{})
	if s.Type == "form" && s.StepID == "mfa" {
		if h.Account.TOTPSecret == "" {
			return ErrSecondFactor
		}
		s = h.Submit(ctx, begun.FlowID, h.Client().ID, map[string]any{"code": oauth.TOTP(h.Account.TOTPSecret, h.Clock.Now())})
	}
	switch {
	case s.Type == "form" && len(s.Errors) > 0:
		return fmt.Errorf("%w of %q", ErrCredentials, h.Account.Username)
	case s.Type != "create_entry" || s.Code == "":
		return fmt.Errorf("%w: the login ends with %s, not with a code", ErrNoHome, s.Exchange)
	}
	var t oauth.Tokens
	if err := judge.Attempt(ctx, func(ctx context.Context) { t = h.Redeem(ctx, s.Code, h.Client().ID) }); err != nil {
		return fmt.Errorf("%w: %w", ErrNoHome, err)
	}
	h.mu.Lock()
	h.session = t
	h.owed.keep(t.Refresh)
	h.mu.Unlock()
	if h.anybody(ctx) {
		return ErrAnybody
	}
	return h.look(ctx, t)
}

// anybody reports whether the target refuses nobody: what accepts everything would pass every row that asks for
// acceptance. The second and third question are only asked where the one before was not refused.
func (h *Home) anybody(ctx context.Context) bool {
	if h.API(ctx, "invented", "/api/").Status != http.StatusOK {
		return false
	}
	if h.Exchange(ctx, "invented").Status != http.StatusOK {
		return false
	}
	wrong := h.Account
	wrong.Password += " but wrong"
	begun := h.Begin(ctx, Login{})
	return h.Password(ctx, begun.FlowID, Login{Account: &wrong}).Code != ""
}

func (h *Home) look(ctx context.Context, t oauth.Tokens) error {
	var config struct{ Version string }
	if e := h.API(ctx, t.Access, "/api/config"); e.Status == http.StatusOK {
		_ = json.Unmarshal([]byte(e.Body), &config)
	}
	h.Facts.identify(config.Version, h.release)
	h.Facts.Testbed = h.API(ctx, t.Access, "/api/authconform_demo").Status == http.StatusOK
	return judge.Attempt(ctx, func(ctx context.Context) {
		s, err := h.TryDial(ctx)
		if err != nil {
			return // the websocket rows will say so
		}
		defer s.Close()
		f, err := s.Login(ctx, t.Access)
		if err != nil || f.Type() != "auth_ok" {
			return
		}
		if told, _ := f["ha_version"].(string); config.Version == "" {
			h.Facts.identify(told, h.release)
		}
		var user struct {
			Admin bool `json:"is_admin"`
		}
		if s.Call(ctx, "auth/current_user", nil, &user) == nil {
			h.Facts.Admin = user.Admin
		}
	})
}

// OpenSession is the session that Enter opened, for workers to share.
func (h *Home) OpenSession() oauth.Tokens {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.session
}
