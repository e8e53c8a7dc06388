package person

import (
	"context"
	_ "embed"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/browser/browsertest"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// scripted is a provider whose pages are made by scripts: there is no form in them, and the consent is in a shadow root.
//
//go:embed testdata/scripted.html
var scripted string

func scriptedProvider(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		switch to, err := url.Parse(q.Get("redirect_uri")); {
		case err != nil || to.Path != "/cb" && to.Scheme != "com.example.app":
			http.Error(w, "no such redirect", http.StatusBadRequest)
		case q.Get("response_type") != "code":
			http.Redirect(w, r, q.Get("redirect_uri")+"?error=unsupported_response_type", http.StatusFound)
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, scripted)
		}
	})
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		if raw, _ := io.ReadAll(r.Body); string(raw) != "ben:secret" {
			w.WriteHeader(http.StatusForbidden)
		}
	})
	mux.HandleFunc("/cb", func(http.ResponseWriter, *http.Request) { t.Error("the client was asked") })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

// visit is a person at a provider, and the client that sent them there.
type visit struct {
	*Person
	provider *httptest.Server
}

// at starts a provider whose pages the steps walk through.
func at(t *testing.T, provider *httptest.Server, steps string) (visit, context.Context) {
	t.Helper()
	read, err := ReadSteps("steps.yaml", []byte(steps))
	if err != nil {
		t.Fatal(err)
	}
	who := &Person{
		Account: oauth.Account{Username: "ben", Password: "secret"},
		Wire:    wire.New(wire.Options{Base: provider.URL}),
		Steps:   read,
		NewPage: browsertest.Shared(t).NewPage,
		Show:    func(context.Context, *browser.Page, string) {},
	}
	return visit{who, provider}, judge.With(t.Context(), judge.NewRecord())
}

func (v visit) request(changes ...oauth.Change) oauth.Form {
	return oauth.Form{
		{Name: "response_type", Value: "code"}, {Name: "client_id", Value: "home"},
		{Name: "redirect_uri", Value: v.provider.URL + "/cb"}, {Name: "state", Value: "state-of-this-flow"},
	}.Apply(changes...)
}

func (v visit) authorize(ctx context.Context, changes ...oauth.Change) oauth.Return {
	return v.goes(ctx, v.request(changes...), false)
}

func (v visit) deny(ctx context.Context) oauth.Return { return v.goes(ctx, v.request(), true) }

func (v visit) goes(ctx context.Context, request oauth.Form, refuse bool) oauth.Return {
	ends := func(where string) bool {
		return strings.HasPrefix(where, v.provider.URL+"/cb") || strings.HasPrefix(where, "com.example.app:")
	}
	return v.Walk(ctx, Walk{From: v.provider.URL + "/authorize?" + request.Encode(), Refuse: refuse, Ends: ends}).Return()
}

const ours = `
- type: {"#name": "{username}"}
  press: text=next
- type: {"#word": "{password}"}
  press: text=log in
- when: allow
  press: "#yes"
- when: deny
  press: text=no, thanks
`

func TestStepsLeadThroughScriptedPages(t *testing.T) {
	for name, steps := range map[string]string{"our own steps": ours, "auto": string(AutoSteps)} {
		p, ctx := at(t, scriptedProvider(t), steps)
		got := p.authorize(ctx)
		if got.Code != "c0de" || got.State != "state-of-this-flow" || !got.Asked || got.Last.Status != 200 {
			t.Errorf("%s, allowed: %+v %s", name, got, got)
		}
		got = p.deny(ctx)
		if got.Code != "" || got.Error != "access_denied" || !got.Offered {
			t.Errorf("%s, denied: %+v %s", name, got, got)
		}
	}
}

func TestAWalkEndsAtAnAppToo(t *testing.T) {
	p, ctx := at(t, scriptedProvider(t), ours)
	got := p.authorize(ctx, oauth.Set("redirect_uri", "com.example.app:/back"))
	if got.Code != "c0de" {
		t.Errorf("%+v %s", got, got)
	}
}

func TestAWalkWithoutEndSaysWhere(t *testing.T) {
	p, ctx := at(t, scriptedProvider(t), ours)
	p.Account.Password = "wrong"
	got := p.authorize(ctx)
	if got.Query != nil || got.Last.Status != 200 || !strings.Contains(got.String(), "no step matches after steps.yaml:2, steps.yaml:4") {
		t.Errorf("a wrong password: %s", got)
	}
	if strings.Contains(got.String(), "wrong") {
		t.Errorf("the password is told: %s", got)
	}
	got = p.authorize(ctx, oauth.Set("redirect_uri", "http://elsewhere.example/x"))
	if got.Query != nil || got.Last.Status != http.StatusBadRequest || got.Asked {
		t.Errorf("a refusal: %s", got)
	}
	got = p.authorize(ctx, oauth.Set("response_type", "magic"))
	sent := got.Last.Header.Get("Location")
	if got.Error != "unsupported_response_type" || got.Last.Status != http.StatusFound || !strings.Contains(sent, "error=") || got.Asked {
		t.Errorf("sent straight back: %+v %s", got, got)
	}
}

func TestAWalkThatBreaksOffIsNoRefusal(t *testing.T) {
	blocked := func(p visit, ctx context.Context) string {
		ctx, cancel := context.WithTimeout(ctx, 20*time.Second) // shorter than the wait for a page
		defer cancel()
		judge.Run(func() { t.Errorf("it came to %s", p.authorize(ctx)) })
		return judge.From(ctx).Outcome(evidence.Must, false).Reason
	}
	p, ctx := at(t, scriptedProvider(t), `- press: "#yes["`)
	if got := blocked(p, ctx); !strings.Contains(got, `steps.yaml:1: "#yes[" is not a valid selector`) {
		t.Errorf("a wrong selector: %s", got)
	}
	server := scriptedProvider(t)
	p, ctx = at(t, server, ours)
	server.Close()
	if got := blocked(p, ctx); !strings.Contains(got, "the connection is refused") {
		t.Errorf("a provider that is gone: %s", got)
	}
	p.Steps = nil
	ctx = judge.With(t.Context(), judge.NewRecord())
	if got := blocked(p, ctx); !strings.Contains(got, "refused") {
		t.Errorf("the same as forms: %s", got)
	}
	p, ctx = at(t, scriptedProvider(t), `- press: "#nobody"`)
	if got := p.authorize(ctx); got.Query != nil || !strings.Contains(got.String(), "no step ever matched") {
		t.Errorf("steps for another page: %s", got)
	}
}
