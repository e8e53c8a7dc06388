package provider

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/person"
	"github.com/authconform/authconform/harness/wire"
)

func TestAnEndpointGetsTheSecretWhereItReadsIt(t *testing.T) {
	for name, c := range map[string]struct {
		basic, header, form bool // our client at the token endpoint; where the endpoint reads the secret
		want                bool // flipped
	}{
		"the form, everywhere":          {basic: false, header: false, form: true, want: false},
		"the header, everywhere":        {basic: true, header: true, form: false, want: false},
		"the form, but here the header": {basic: false, header: true, form: false, want: true},
		"the header, but here the form": {basic: true, header: false, form: true, want: true},
		"both here":                     {basic: true, header: true, form: true, want: false},
		"our client may not ask anyway": {basic: true, header: false, form: false, want: false},
		"nor may it ask through a form": {basic: false, header: false, form: false, want: false},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _, inHeader := r.BasicAuth()
			if inHeader && c.header || !inHeader && c.form && r.PostFormValue("client_secret") != "" {
				answer(w, http.StatusOK, map[string]any{"active": false})
				return
			}
			answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		}))
		p := New(wire.Options{Base: s.URL}, Config{
			IntrospectURL: s.URL + "/introspect", Basic: c.basic, Client: oauth.Client{ID: "home", Secret: secret},
		}, &person.Person{}, nil)
		ctx := judge.With(t.Context(), judge.NewRecord())
		p.flip(ctx)
		if got := slices.Contains(p.Flipped, p.IntrospectURL); got != c.want {
			t.Errorf("%s: flipped: %v", name, got)
		}
		want := http.StatusOK
		if !c.header && !c.form {
			want = http.StatusUnauthorized
		}
		if e := p.Introspect(ctx, "t0ken"); e.Status != want {
			t.Errorf("%s: %s", name, e)
		}
		if e := p.SendIntrospection(ctx, http.MethodPost, "", "application/x-www-form-urlencoded",
			p.withSecret(oauth.Form{{Name: "token", Value: "t0ken"}, {Name: "client_id", Value: "home"}}).Encode()); e.Status != want {
			t.Errorf("%s, raw: %s", name, e)
		}
		s.Close()
	}
}
