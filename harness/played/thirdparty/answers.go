package thirdparty

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/authconform/authconform/harness/judge"
)

// Grant is the token endpoint's strict answer: a code is valid once, with its redirect_uri, client, secret and
// verifier; a refresh token is valid for its client.
func (a *App) Grant(ctx context.Context, r Request, seconds int) Reply {
	id, secret := r.Form.Get("client_id"), r.Form.Get("client_secret")
	if user, password, ok := basic(r.Header.Get("Authorization")); ok {
		id, secret = user, password
	}
	if id != a.ClientID || secret != a.Secret {
		return Refuse(http.StatusUnauthorized, "invalid_client")
	}
	switch r.Form.Get("grant_type") {
	case "authorization_code":
		code := r.Form.Get("code")
		a.mu.Lock()
		g, ok := a.codes[code]
		delete(a.codes, code)
		a.mu.Unlock()
		if !ok || r.Form.Get("redirect_uri") != g.redirect || !verified(g.challenge, r.Form.Get("code_verifier")) {
			return Refuse(http.StatusBadRequest, "invalid_grant")
		}
	case "refresh_token":
		a.mu.Lock()
		ok := a.refresh[r.Form.Get("refresh_token")]
		a.mu.Unlock()
		if !ok {
			return Refuse(http.StatusBadRequest, "invalid_grant")
		}
	default:
		return Refuse(http.StatusBadRequest, "unsupported_grant_type")
	}
	return a.Issue(ctx, map[string]any{"expires_in": seconds})
}

// verified checks a code_verifier against the S256 challenge of a code (RFC 7636 §4.6).
func verified(challenge, verifier string) bool {
	sum := sha256.Sum256([]byte(verifier))
	return challenge == "" || base64.RawURLEncoding.EncodeToString(sum[:]) == challenge
}

// basic returns a client's id and secret from HTTP Basic (RFC 6749 §2.3.1).
func basic(header string) (user, password string, ok bool) {
	user, password, ok = (&http.Request{Header: http.Header{"Authorization": {header}}}).BasicAuth()
	user, _ = url.QueryUnescape(user)
	password, _ = url.QueryUnescape(password)
	return user, password, ok
}

// Issue is a response with new tokens; members replace the default ones, and nil removes one.
func (a *App) Issue(ctx context.Context, members map[string]any) Reply {
	v := map[string]any{
		"access_token":  "access-" + rand.Text(),
		"refresh_token": "refresh-" + rand.Text(),
		"token_type":    "Bearer",
		"expires_in":    3600,
		"scope":         "profile devices:read",
	}
	for name, value := range members {
		if value == nil {
			delete(v, name)
		} else {
			v[name] = value
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if s, ok := v["access_token"].(string); ok {
		judge.Secret(ctx, "access_token", s)
		a.access[s] = true
	}
	if s, ok := v["refresh_token"].(string); ok {
		judge.Secret(ctx, "refresh_token", s)
		a.refresh[s] = true
	}
	raw, _ := json.Marshal(v)
	return Reply{Status: http.StatusOK, Body: string(raw)}
}

// Tell is the API's strict answer: the account of an issued token.
func (a *App) Tell(r Request) Reply {
	if !a.Issued(r.Bearer()) {
		return Refuse(http.StatusUnauthorized, "invalid_token")
	}
	return a.Known()
}

// Issued reports whether the app issued an access token.
func (a *App) Issued(token string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.access[token]
}

// Refuse is an error response with an error code.
func Refuse(status int, word string) Reply {
	return Reply{Status: status, Body: fmt.Sprintf(`{"error":%q}`, word)}
}

// Known returns the account, whatever the token.
func (a *App) Known() Reply {
	raw, _ := json.Marshal(map[string]string{"id": a.Account.ID, "name": a.Account.Name})
	return Reply{Status: http.StatusOK, Body: string(raw)}
}
