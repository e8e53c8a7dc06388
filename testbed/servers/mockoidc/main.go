// mockoidc with its defaults, but on a given port. It has one client and logs everybody in as its user without asking.
package main

import (
	"log"
	"net"
	"os"

	"github.com/oauth2-proxy/mockoidc"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
	if err != nil {
		log.Fatal(err)
	}
	server, err := mockoidc.NewServer(nil)
	if err != nil {
		log.Fatal(err)
	}
	server.ClientID, server.ClientSecret = os.Getenv("AUTHCONFORM_CLIENT_ID"), os.Getenv("AUTHCONFORM_CLIENT_SECRET")
	if err := server.Start(listener, nil); err != nil {
		log.Fatal(err)
	}
	select {}
}
