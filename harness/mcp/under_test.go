package mcp

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/wire"
)

func TestAnotherNameStandsInTheHeaderAndInTheHandshake(t *testing.T) {
	var host, sni string
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, sni = r.Host, r.TLS.ServerName
		w.WriteHeader(http.StatusTeapot)
	}))
	t.Cleanup(s.Close)
	o := Kind().Flags().(*Flags)
	o.AlsoHost = []string{"home.example"}
	opened, err := Kind().Open(
		kind.Setup{Target: s.URL + "/mcp", Flags: kind.Encode(o)}, kind.Tools{Wire: wire.Options{Base: s.URL + "/mcp", Insecure: true}},
	)
	if err != nil {
		t.Fatal(err)
	}
	e := opened.(*session).Endpoint
	got := e.Under(t.Context(), "home.example", wire.Request{Method: http.MethodGet, URL: "/x"})
	if got.Status != http.StatusTeapot || sni != "home.example" || host != "home.example:"+strings.TrimPrefix(s.URL, "https://127.0.0.1:") {
		t.Errorf("%s: Host %q, SNI %q", got, host, sni)
	}
}
