package provider

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/person"
	"github.com/authconform/authconform/harness/wire"
)

func TestIntrospectionIsAskedAsTheClientIsRegistered(t *testing.T) {
	f, p, ctx := at(t, traits{})
	p.IntrospectURL = f.URL + "/introspect"
	p.Introspect(ctx, "a-token", oauth.Add("token_type_hint", "access_token"))
	if got := f.asked("POST /introspect"); len(got) != 1 || !strings.Contains(got[0], "token=a-token") ||
		!strings.Contains(got[0], "client_secret=") || !strings.Contains(got[0], "token_type_hint=access_token") {
		t.Errorf("%q", got)
	}
	p.Basic = true
	p.SendIntrospection(ctx, http.MethodGet, "token=a-token&client_id=home&client_secret=other-secret", "", "")
	if got := f.asked("GET /introspect"); len(got) != 1 || got[0] != "home:other-secret" {
		t.Errorf("%q", got)
	}
}

func TestARegisteredClientIsDeletedWhenTheSpecEnds(t *testing.T) {
	var heard []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heard = append(heard, r.Method+" "+r.URL.Path+" "+r.Header.Get("Authorization"))
		if r.Method == http.MethodPost {
			answer(w, http.StatusCreated, map[string]any{
				"client_id": "new", "registration_client_uri": "http://" + r.Host + "/register/new", "registration_access_token": "manages-it",
			})
		}
	}))
	t.Cleanup(server.Close)
	c := Config{RegisterURL: server.URL + "/register"}
	p := New(wire.Options{Base: server.URL}, c, &person.Person{}, clock.None())
	record := judge.NewRecord()
	ctx := judge.With(t.Context(), record)
	if e := p.Register(ctx, "application/json", "{}"); e.Text("client_id") != "new" {
		t.Errorf("%s", e)
	}
	record.End(ctx)
	if want := []string{"POST /register ", "DELETE /register/new Bearer manages-it"}; !slices.Equal(heard, want) {
		t.Errorf("%q, want %q", heard, want)
	}
}

func TestOptionalEndpointsAreOfferedWhereTheyAreKnown(t *testing.T) {
	p := &Provider{Config: Config{RevokeURL: "http://a/revoke", RegisterURL: "http://a/register"}}
	for name, want := range map[string]bool{"revocation": true, "introspection": false, "registration": true, "anything": false} {
		if p.Offers(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}

func TestOnlyAnnouncedEndpointsAreProbed(t *testing.T) {
	f, p, ctx := at(t, traits{})
	p.Metadata = map[string]any{"token_endpoint": f.URL + "/token", "revocation_endpoint": 7}
	if e := p.Probe(ctx, "token_endpoint"); e == nil || e.Status == 0 {
		t.Errorf("%v", e)
	}
	for _, member := range []string{"revocation_endpoint", "introspection_endpoint"} {
		if e := p.Probe(ctx, member); e != nil {
			t.Errorf("%s is probed: %s", member, e)
		}
	}
}

func TestAScriptOfAnotherOriginAsksWithItsOrigin(t *testing.T) {
	f, p, ctx := at(t, traits{})
	e := p.VisitFrom(ctx, "https://elsewhere.example", p.Request())
	if e.Request.Header.Get("Origin") != "https://elsewhere.example" || len(f.asked("GET /authorize")) != 1 {
		t.Errorf("%v, asked %q", e.Request.Header, f.asked("GET /authorize"))
	}
}
