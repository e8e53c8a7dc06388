package thirdparty

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync/atomic"

	"github.com/authconform/authconform/harness/judge"
)

// Impostor is a server on loopback with an untrusted certificate.
type Impostor struct {
	server   *httptest.Server
	requests atomic.Int64
}

// Untrusted starts an Impostor for a spec.
func Untrusted(ctx context.Context) *Impostor {
	i := &Impostor{}
	i.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		i.requests.Add(1)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"access_token":"x","token_type":"Bearer","expires_in":3600}`)
	}))
	i.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	i.server.StartTLS()
	judge.From(ctx).Cleanup(func(context.Context) { i.server.Close() })
	return i
}

// URL is the impostor's, https.
func (i *Impostor) URL() string { return i.server.URL }

// Requests counts the requests that arrived despite the certificate.
func (i *Impostor) Requests() int { return int(i.requests.Load()) }
