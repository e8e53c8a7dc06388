// A go-oauth2 server with its defaults and memory stores, following its README. It publishes no metadata and has neither pages
// nor a revocation endpoint.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"

	"authconform-pages"
	"github.com/go-oauth2/oauth2/v4/errors"
	"github.com/go-oauth2/oauth2/v4/manage"
	"github.com/go-oauth2/oauth2/v4/models"
	"github.com/go-oauth2/oauth2/v4/server"
	"github.com/go-oauth2/oauth2/v4/store"
)

func main() {
	clients := store.NewClientStore()
	for id, secret := range map[string]string{
		"AUTHCONFORM_CLIENT_ID": "AUTHCONFORM_CLIENT_SECRET", "AUTHCONFORM_OTHER_CLIENT_ID": "AUTHCONFORM_OTHER_CLIENT_SECRET",
		"AUTHCONFORM_PUBLIC_CLIENT_ID": "",
	} {
		c := &models.Client{ID: os.Getenv(id), Secret: os.Getenv(secret), Domain: os.Getenv("AUTHCONFORM_REDIRECT_URI"), Public: secret == ""}
		if err := clients.Set(c.ID, c); err != nil {
			log.Fatal(err)
		}
	}
	manager := manage.NewDefaultManager()
	manager.MustTokenStorage(store.NewMemoryTokenStore())
	manager.MapClientStorage(clients)
	srv := server.NewDefaultServer(manager)
	srv.SetUserAuthorizationHandler(func(w http.ResponseWriter, r *http.Request) (string, error) {
		user, allowed := pages.Ask(w, r)
		if user != "" && !allowed {
			return "", errors.ErrAccessDenied
		}
		return user, nil
	})

	http.HandleFunc("/{$}", func(http.ResponseWriter, *http.Request) {}) // signals readiness
	http.HandleFunc("/authorize", func(w http.ResponseWriter, r *http.Request) {
		if err := srv.HandleAuthorizeRequest(w, r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})
	http.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		if err := srv.HandleTokenRequest(w, r); err != nil {
			log.Print(err)
		}
	})
	http.HandleFunc("/me", func(w http.ResponseWriter, r *http.Request) {
		token, err := srv.ValidationBearerToken(r)
		if err != nil {
			w.Header().Set("WWW-Authenticate", pages.Challenge(r))
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprintf(w, "%q", token.GetUserID())
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}
