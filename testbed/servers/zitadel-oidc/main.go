// The example server of zitadel/oidc with its storage and pages unchanged; its own main listens on every address.
package main

import (
	"log"
	"log/slog"
	"net/http"
	"os"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
)

func main() {
	redirect := os.Getenv("AUTHCONFORM_REDIRECT_URI")
	storage.RegisterClients(
		storage.WebClient(os.Getenv("AUTHCONFORM_CLIENT_ID"), os.Getenv("AUTHCONFORM_CLIENT_SECRET"), redirect),
		storage.WebClient(os.Getenv("AUTHCONFORM_OTHER_CLIENT_ID"), os.Getenv("AUTHCONFORM_OTHER_CLIENT_SECRET"), redirect),
		storage.NativeClient(os.Getenv("AUTHCONFORM_PUBLIC_CLIENT_ID"), redirect),
	)
	issuer := os.Getenv("AUTHCONFORM_TARGET")
	store := storage.NewStorage(storage.NewUserStore(issuer))
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), exampleop.SetupServer(issuer, store, slog.Default(), false)))
}
