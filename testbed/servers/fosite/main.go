// A fosite server with its defaults, all grants enabled, and its memory store. fosite publishes no metadata and has no pages.
package main

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"log"
	"net/http"
	"os"

	"authconform-pages"
	"github.com/ory/fosite"
	"github.com/ory/fosite/compose"
	"github.com/ory/fosite/handler/openid"
	"github.com/ory/fosite/storage"
	"github.com/ory/fosite/token/jwt"
	"golang.org/x/crypto/bcrypt"
)

func client(store *storage.MemoryStore, id, secret string) {
	c := &fosite.DefaultClient{
		ID: os.Getenv(id), RedirectURIs: []string{os.Getenv("AUTHCONFORM_REDIRECT_URI")}, ResponseTypes: []string{"code"},
		GrantTypes: []string{"authorization_code", "refresh_token"}, Scopes: []string{"openid", "offline"}, Public: secret == "",
	}
	if secret != "" {
		c.Secret, _ = bcrypt.GenerateFromPassword([]byte(os.Getenv(secret)), bcrypt.MinCost)
	}
	store.Clients[c.ID] = c
}

func session(user string) *openid.DefaultSession {
	return &openid.DefaultSession{Claims: &jwt.IDTokenClaims{Subject: user}, Headers: &jwt.Headers{}, Subject: user}
}

func main() {
	store := storage.NewMemoryStore()
	client(store, "AUTHCONFORM_CLIENT_ID", "AUTHCONFORM_CLIENT_SECRET")
	client(store, "AUTHCONFORM_OTHER_CLIENT_ID", "AUTHCONFORM_OTHER_CLIENT_SECRET")
	client(store, "AUTHCONFORM_PUBLIC_CLIENT_ID", "")
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		log.Fatal(err)
	}
	server := compose.ComposeAllEnabled(&fosite.Config{GlobalSecret: []byte(rand.Text() + rand.Text())[:32]}, store, key)

	http.HandleFunc("/{$}", func(http.ResponseWriter, *http.Request) {}) // signals readiness
	http.HandleFunc("/authorize", func(w http.ResponseWriter, r *http.Request) {
		request, err := server.NewAuthorizeRequest(r.Context(), r)
		if err != nil {
			server.WriteAuthorizeError(r.Context(), w, request, err)
			return
		}
		user, allowed := pages.Ask(w, r)
		if user == "" {
			return
		}
		if !allowed {
			server.WriteAuthorizeError(r.Context(), w, request, fosite.ErrAccessDenied)
			return
		}
		for _, scope := range request.GetRequestedScopes() {
			request.GrantScope(scope)
		}
		response, err := server.NewAuthorizeResponse(r.Context(), request, session(user))
		if err != nil {
			server.WriteAuthorizeError(r.Context(), w, request, err)
			return
		}
		server.WriteAuthorizeResponse(r.Context(), w, request, response)
	})
	http.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		request, err := server.NewAccessRequest(r.Context(), r, session(""))
		if err != nil {
			server.WriteAccessError(r.Context(), w, request, err)
			return
		}
		response, err := server.NewAccessResponse(r.Context(), request)
		if err != nil {
			server.WriteAccessError(r.Context(), w, request, err)
			return
		}
		server.WriteAccessResponse(r.Context(), w, request, response)
	})
	http.HandleFunc("/revoke", func(w http.ResponseWriter, r *http.Request) {
		server.WriteRevocationResponse(r.Context(), w, server.NewRevocationRequest(r.Context(), r))
	})
	http.HandleFunc("/me", func(w http.ResponseWriter, r *http.Request) {
		use, who, err := server.IntrospectToken(r.Context(), fosite.AccessTokenFromRequest(r), fosite.AccessToken, session(""))
		if err != nil || use != fosite.AccessToken {
			w.Header().Set("WWW-Authenticate", pages.Challenge(r))
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprintf(w, "%q", who.GetSession().GetSubject())
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}
