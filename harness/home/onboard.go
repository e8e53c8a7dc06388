package home

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/oauth"
)

// ErrOnboarded is the error for onboarding a home that already has its owner.
var ErrOnboarded = errors.New("the home is onboarded already: run without --onboard")

// Onboard makes the run's account the owner of a fresh home and finishes its onboarding, over REST as the page does.
func (h *Home) Onboard(ctx context.Context) error {
	c := h.Client()
	e := h.PostJSON(ctx, "/api/onboarding/users", map[string]string{
		"name": "authconform", "username": h.Account.Username, "password": h.Account.Password, "client_id": c.ID, "language": "en",
	})
	switch {
	case e.Err != nil:
		return kind.Unreachable(e)
	case e.Status == http.StatusForbidden, e.Status == http.StatusNotFound:
		return ErrOnboarded
	case e.Status != http.StatusOK || e.Text("auth_code") == "":
		return fmt.Errorf("%w: POST /api/onboarding/users answers %s", ErrNoHome, e)
	}
	var t oauth.Tokens
	if err := judge.Attempt(ctx, func(ctx context.Context) { t = h.Redeem(ctx, e.Text("auth_code"), c.ID) }); err != nil {
		return err
	}
	if err := h.endOnboarding(ctx, t.Access); err != nil {
		return err
	}
	h.GiveBack(ctx)
	return nil
}

// endOnboarding completes the steps after the owner's. The home refuses completed ones.
func (h *Home) endOnboarding(ctx context.Context, token string) error {
	c := h.Client()
	for _, step := range []string{"core_config", "analytics"} {
		e := h.PostJSON(ctx, "/api/onboarding/"+step, map[string]any{}, "Authorization", "Bearer "+token)
		if e.Status != http.StatusOK && e.Status != http.StatusForbidden {
			return fmt.Errorf("onboarding step %s answers %s", step, e)
		}
	}
	client := map[string]string{"client_id": c.ID, "redirect_uri": c.Redirect}
	e := h.PostJSON(ctx, "/api/onboarding/integration", client, "Authorization", "Bearer "+token)
	if e.Status != http.StatusOK {
		return fmt.Errorf("onboarding step integration answers %s", e)
	}
	return nil
}
