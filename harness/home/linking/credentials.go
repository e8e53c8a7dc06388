package linking

import (
	"cmp"
	"context"
	"net/http"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/thirdparty"
)

// Settings tell the integration how to talk to a third party. Empty fields default to the app's.
type Settings struct {
	ClientID                       string // whose settings they are: of the app's client, of another, or of AnyClient
	AuthorizeURL, TokenURL, APIURL string
	Scope, AuthMethod              string
	PKCE                           bool
	Careless                       bool // it maps no error of its own
}

// AnyClient holds the settings for clients without their own.
const AnyClient = "default"

// Know tells the integration the app's endpoints.
func Know(ctx context.Context, app *thirdparty.App, s Settings) {
	id := cmp.Or(s.ClientID, app.ClientID)
	if s.ClientID == AnyClient {
		id = ""
	}
	e := API(ctx, http.MethodPost, demoPath+"/providers", map[string]any{
		"client_id":      id,
		"authorize_url":  cmp.Or(s.AuthorizeURL, app.AuthorizeURL()),
		"token_url":      cmp.Or(s.TokenURL, app.TokenURL()),
		"api_url":        cmp.Or(s.APIURL, app.APIURL()),
		"scope":          cmp.Or(s.Scope, "profile devices:read"),
		"auth_method":    cmp.Or(s.AuthMethod, "client_secret_post"),
		"pkce":           s.PKCE,
		"handles_errors": !s.Careless,
	})
	if e.Status != http.StatusOK {
		judge.Block(ctx, "the demo integration did not accept our provider: %s", e)
	}
	judge.From(ctx).Cleanup(func(ctx context.Context) {
		API(ctx, http.MethodDelete, demoPath+"/providers", map[string]any{"client_id": id})
	})
}

// Credential is a record of application_credentials.
type Credential struct {
	ID           string `json:"id"`
	Domain       string `json:"domain"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	Name         string `json:"name"`
}

// Create stores a credential over the WebSocket. The error is a *home.CommandError if the home refuses.
func Create(ctx context.Context, fields map[string]any) (Credential, error) {
	var c Credential
	err := home.From(ctx).Admin(ctx).Call(ctx, "application_credentials/create", fields, &c)
	if err == nil && c.ID != "" {
		judge.From(ctx).Cleanup(func(ctx context.Context) { _ = Delete(ctx, c.ID) })
	}
	return c, err
}

// Delete deletes a credential.
func Delete(ctx context.Context, id string) error {
	return home.From(ctx).Admin(ctx).Call(ctx, "application_credentials/delete", map[string]any{"application_credentials_id": id}, nil)
}

// Credentials lists the credentials, as a control.
func Credentials(ctx context.Context) []Credential {
	var list []Credential
	if err := home.From(ctx).Admin(ctx).Call(ctx, "application_credentials/list", nil, &list); err != nil {
		judge.Block(ctx, "application_credentials/list: %v", err)
	}
	return list
}

// Fields are the members that the frontend sends to store the app's credential.
func Fields(app *thirdparty.App) map[string]any {
	return map[string]any{"domain": Domain, "client_id": app.ClientID, "client_secret": app.Secret, "name": "authconform " + app.ClientID}
}

// Enter stores the app's credential and tells the integration its endpoints, as a user does before linking.
// It is a control.
func Enter(ctx context.Context, app *thirdparty.App, s Settings) Credential {
	Know(ctx, app, s)
	c, err := Create(ctx, Fields(app))
	if err != nil || c.ID == "" {
		judge.Block(ctx, "the home did not accept our application credential: %v", err)
	}
	return c
}
