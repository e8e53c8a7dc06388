package home

import (
	"context"
	"net/http"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// CodeGrant is the form that redeems a code for the default client, with this home's extra demands (Manners).
func (h *Home) CodeGrant(code string) oauth.Form {
	f := oauth.Form{
		{Name: "grant_type", Value: "authorization_code"},
		{Name: "code", Value: code},
		{Name: "client_id", Value: h.Client().ID},
	}
	if h.Facts.Manners.Redirect {
		f = append(f, oauth.Param{Name: "redirect_uri", Value: h.redirectOf(code)})
	}
	if h.Facts.Manners.Bound {
		f = append(f, oauth.Param{Name: "code_verifier", Value: h.verifier})
	}
	return f
}

func (h *Home) redirectOf(code string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if asked, ok := h.asked[code]; ok {
		return asked
	}
	return h.Client().Redirect
}

// RefreshGrant is the form of a refresh.
func (h *Home) RefreshGrant(t oauth.Tokens) oauth.Form {
	return oauth.Form{
		{Name: "grant_type", Value: "refresh_token"},
		{Name: "refresh_token", Value: t.Refresh},
		{Name: "client_id", Value: t.ClientID},
	}
}

// Token posts a form to the token endpoint.
func (h *Home) Token(ctx context.Context, f oauth.Form) *wire.Exchange {
	return h.PostForm(ctx, "/auth/token", f)
}

// Exchange redeems a code, with optional changes to the form.
func (h *Home) Exchange(ctx context.Context, code string, changes ...oauth.Change) *wire.Exchange {
	judge.Secret(ctx, "code", code)
	form := h.CodeGrant(code).Apply(changes...)
	answer := h.Token(ctx, form)
	if client := h.Client().ID; form.Get("client_id") == client {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.spare.leave(code, oauth.Granted(answer, client))
	}
	return answer
}

// Refresh requests a new access token, with optional changes to the form. Having a refresh token is a control.
func (h *Home) Refresh(ctx context.Context, t oauth.Tokens, changes ...oauth.Change) *wire.Exchange {
	if t.Refresh == "" {
		judge.Block(ctx, "%s", noRefreshToken)
	}
	return h.Token(ctx, h.RefreshGrant(t).Apply(changes...))
}

// Revoke revokes a token at /auth/revoke.
func (h *Home) Revoke(ctx context.Context, token string, changes ...oauth.Change) *wire.Exchange {
	judge.Secret(ctx, "token", token)
	h.mu.Lock()
	h.spare.use(token)
	h.mu.Unlock()
	return h.PostForm(ctx, "/auth/revoke", oauth.Form{{Name: "token", Value: token}}.Apply(changes...))
}

// Tokens logs in and redeems the code for a new session, as a control.
func (h *Home) Tokens(ctx context.Context, l Login) oauth.Tokens {
	l = l.filled(h)
	t := h.Redeem(ctx, h.Code(ctx, l), l.Finish)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.spare.use(t.Refresh)
	return t
}

// Redeem redeems a code of the client. Getting an access token is a control; getting a refresh token is one where it is used.
func (h *Home) Redeem(ctx context.Context, code, clientID string, changes ...oauth.Change) oauth.Tokens {
	e := h.Exchange(ctx, code, append([]oauth.Change{oauth.Set("client_id", clientID)}, changes...)...)
	t := oauth.Granted(e, clientID)
	if t.Access == "" {
		judge.Block(ctx, "a fresh code yields no access token: %s", e)
	}
	return t
}

const noRefreshToken = "the code grant gave no refresh token"

// Session is the run's shared session, for specs that do not change it. Its access token is always fresh.
// A dead session (because time was moved) is replaced by a new login.
func (h *Home) Session(ctx context.Context) oauth.Tokens {
	h.mu.Lock()
	t := h.session
	h.mu.Unlock()
	switch {
	case t.Refresh != "":
		judge.Secret(ctx, "refresh_token", t.Refresh)
		if fresh := oauth.Granted(h.Refresh(ctx, t), t.ClientID); fresh.Access != "" {
			t.Access = fresh.Access
			return t
		}
	case t.Access != "":
		judge.Secret(ctx, "access_token", t.Access)
		if h.API(ctx, t.Access, "/api/").Status == http.StatusOK {
			return t
		}
	}
	t = h.Tokens(ctx, Login{})
	h.mu.Lock()
	defer h.mu.Unlock()
	h.session = t
	h.owed.keep(t.Refresh)
	return t
}
