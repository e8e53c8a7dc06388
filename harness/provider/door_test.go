package provider

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/played/person"
	"github.com/authconform/authconform/harness/wire"
)

func TestMetadataAreFoundWhereverTheyMayStand(t *testing.T) {
	for issuer, want := range map[string][]string{
		"http://h": {
			"http://h/.well-known/oauth-authorization-server", "http://h/.well-known/openid-configuration",
		},
		"http://h:8080/tenant/": {
			"http://h:8080/.well-known/oauth-authorization-server/tenant", "http://h:8080/tenant/.well-known/oauth-authorization-server",
			"http://h:8080/.well-known/openid-configuration/tenant", "http://h:8080/tenant/.well-known/openid-configuration",
		},
	} {
		u, _ := url.Parse(issuer)
		if got := places(u); !slices.Equal(got, want) {
			t.Errorf("of %s: %q, want %q", issuer, got, want)
		}
	}
	for _, place := range []string{
		"/.well-known/oauth-authorization-server/tenant", "/tenant/.well-known/oauth-authorization-server",
		"/.well-known/openid-configuration/tenant", "/tenant/.well-known/openid-configuration",
	} {
		f, p, ctx := at(t, traits{metadata: place, document: map[string]any{
			"authorization_endpoint": "http://found/authorize", "token_endpoint": "http://found/token", "revocation_endpoint": "http://found/revoke",
		}})
		p = New(wire.Options{Base: f.URL + "/tenant"}, Config{TokenURL: "http://given/token"}, p.Person, nil)
		if err := p.Discover(ctx); err != nil {
			t.Errorf("%s: %v", place, err)
		}
		want := Config{
			AuthorizeURL: "http://found/authorize", TokenURL: "http://given/token", RevokeURL: "http://found/revoke",
			Metadata: p.Metadata, MetadataURL: f.URL + place,
		}
		if !reflect.DeepEqual(p.Config, want) {
			t.Errorf("%s: %+v, want %+v", place, p.Config, want)
		}
		if e := p.Document(ctx); e.Text("token_endpoint") != "http://found/token" {
			t.Errorf("%s: %s", place, e)
		}
		if got := p.Issuers(); !slices.Contains(got, f.URL+"/tenant") {
			t.Errorf("%s is of %q", place, got)
		}
	}
}

func TestAProviderWithoutMetadataNeedsItsEndpoints(t *testing.T) {
	f, p, ctx := at(t, traits{})
	if err := p.Discover(ctx); err != nil || p.Metadata != nil {
		t.Errorf("endpoints that are known: %v, %v", p.Metadata, err)
	}
	p.Document(ctx)
	if n := len(f.asked("GET /.well-known/oauth-authorization-server")); n != 2 {
		t.Errorf("the document was asked for %d times", n)
	}
	p.TokenURL = ""
	err := p.Discover(ctx)
	if !errors.Is(err, ErrNoProvider) || !strings.Contains(err.Error(), "give --authorize-url and --token-url") {
		t.Errorf("%v", err)
	}
	f.Close()
	if err := p.Discover(ctx); !errors.Is(err, kind.ErrUnreachable) {
		t.Errorf("nobody there: %v", err)
	}
}

func TestMetadataThatNameNoUsableEndpointAreToldApart(t *testing.T) {
	const place = "/.well-known/oauth-authorization-server"
	good := func(member string, value any) map[string]any {
		m := map[string]any{"authorization_endpoint": "https://a.example/authorize", "token_endpoint": "https://a.example/token"}
		m[member] = value
		return m
	}
	for name, c := range map[string]struct {
		document map[string]any
		want     string
	}{
		"all there":      {good("issuer", "https://other.example"), ""}, // a row reports the foreign issuer
		"paths":          {good("token_endpoint", "/oauth/token"), ""},
		"a list":         {good("token_endpoint", []any{"https://a.example/token"}), "has no token_endpoint that is a string"},
		"none":           {map[string]any{"issuer": "https://a.example"}, "that is a string; give --authorize-url and --token-url"},
		"another scheme": {good("authorization_endpoint", "javascript:alert(1)"), `is "javascript:alert(1)", which is not an http`},
		"no host":        {good("token_endpoint", "https:///token"), "which is not an http or https URL"},
	} {
		f, p, ctx := at(t, traits{metadata: place, document: c.document})
		p.AuthorizeURL, p.TokenURL = "", ""
		err := p.Discover(ctx)
		if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, ErrNoProvider) || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if name == "paths" && p.TokenURL != f.URL+"/oauth/token" {
			t.Errorf("a path is taken as %s", p.TokenURL)
		}
	}
}

func TestTheDoorFindsOutHowTokensAreGot(t *testing.T) {
	both, posts, headers := []bool{false, true}, []bool{false}, []bool{true}
	methods := func(list ...any) map[string]any { return map[string]any{"token_endpoint_auth_methods_supported": list} }
	for name, c := range map[string]struct {
		like           traits
		metadata       map[string]any
		ways           []bool
		basic, unbound bool
		oneWay         bool
		want           string // of the error; "": a flow works
	}{
		"secrets in the form": {ways: both},
		"in the header":       {like: traits{header: true}, ways: both, basic: true, oneWay: true},
		"in the header, announced": {
			like: traits{header: true}, metadata: methods("client_secret_basic"), ways: both, basic: true, oneWay: true,
		},
		"announced is the header, and the form works": {metadata: methods("client_secret_basic"), ways: both, basic: true},
		"both announced":             {metadata: methods("client_secret_post", "client_secret_basic"), ways: both},
		"the header only, as we say": {ways: headers, basic: true, oneWay: true},
		"the form only, as we say":   {like: traits{header: true}, ways: posts, want: "a fresh code yields no tokens: 401"},
		"PKCE demanded":              {like: traits{needsPKCE: true}, ways: both},
		"PKCE of no use":             {like: traits{noPKCE: true}, ways: both, unbound: true},
		"PKCE of no use, and header": {
			like: traits{noPKCE: true, header: true}, ways: both, unbound: true, basic: true, oneWay: true,
		},
		"PKCE demanded, no tokens":      {like: traits{needsPKCE: true, barren: true}, ways: both, want: "a fresh code yields no tokens"},
		"PKCE demanded, nobody gets in": {like: traits{needsPKCE: true, locked: true}, ways: both, want: "login and consent yield no code: 200"},
		"everybody refused":             {like: traits{refuses: "unauthorized_client"}, ways: both, want: "unauthorized_client (as it says)"},
		"a scope that is unknown":       {like: traits{refuses: "invalid_scope"}, ways: both, want: "invalid_scope (as it says); give --scope"},
		"scopes that are told": {
			like: traits{refuses: "invalid_scope"}, metadata: map[string]any{"scopes_supported": []any{"a", "b"}}, ways: both,
			want: "; give --scope with some of a, b",
		},
		"tokens that are none": {like: traits{barren: true}, ways: both, want: "a fresh code yields no tokens: 200"},
		"a code of nobody":     {like: traits{careless: true}, ways: both}, // rows report it
	} {
		_, p, ctx := at(t, c.like)
		p.Metadata = c.metadata
		err := p.Try(ctx, c.ways)
		switch {
		case c.want == "" && (err != nil || p.Basic != c.basic || p.Unbound != c.unbound || p.OneWay != c.oneWay || !p.Offered):
			t.Errorf("%s: %v, basic %v, unbound %v, one way %v, offered %v", name, err, p.Basic, p.Unbound, p.OneWay, p.Offered)
		case c.want != "" && (!errors.Is(err, ErrNoProvider) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestWhatIsAcceptedThoughItWasInventedIsKnown(t *testing.T) {
	for name, c := range map[string]struct {
		like traits
		want []judge.Credulity
	}{
		"nothing": {},
		"a code":  {traits{careless: true}, []judge.Credulity{judge.AnyCode}},
		"a token": {traits{open: true}, []judge.Credulity{judge.AnyBearer}},
		"both":    {traits{careless: true, open: true}, []judge.Credulity{judge.AnyCode, judge.AnyBearer}},
	} {
		f, p, ctx := at(t, c.like)
		p.APIURL = f.URL + "/resource"
		if err := p.Try(ctx, []bool{false}); err != nil || !slices.Equal(p.Credulous, c.want) {
			t.Errorf("%s: %q, %v", name, p.Credulous, err)
		}
	}
}

func TestEveryRequestNamesWhatTokensAreForAndWhoLogsIn(t *testing.T) {
	f, p, ctx := at(t, traits{})
	p.Aim, p.Hint, p.Accept = "https://api.example/mcp", "https://ben.example/", "application/json"
	if err := p.Try(ctx, []bool{false}); err != nil {
		t.Fatal(err)
	}
	if got := p.Request(); got.Get("resource") != p.Aim || got.Get("me") != p.Hint {
		t.Errorf("the authorization request: %s", got.Encode())
	}
	p.Renew(ctx, "refresh-1")
	for _, body := range f.asked("POST /token") {
		if !strings.Contains(body, "resource=https%3A%2F%2Fapi.example%2Fmcp") || strings.Contains(body, "me=") {
			t.Errorf("a token request: %s", body)
		}
	}
}

func TestAPersonWhoDoesNotGetInBringsNoCode(t *testing.T) {
	f, p, ctx := at(t, traits{})
	p.Person.Account.Password = "wrong"
	err := p.Try(ctx, []bool{false})
	if !errors.Is(err, ErrNoProvider) || !strings.Contains(err.Error(), "login and consent yield no code: 200") ||
		!strings.Contains(err.Error(), "try --steps auto, which uses a browser") {
		t.Errorf("%v", err)
	}
	f.Close()
	err = p.Try(ctx, []bool{false})
	if !errors.Is(err, ErrNoProvider) || !strings.Contains(err.Error(), "without an answer") {
		t.Errorf("nobody there: %v", err)
	}
}

func TestMetadataThatCannotBeReadAreNotCalledMissing(t *testing.T) {
	for name, body := range map[string]string{
		"broken": `{"issuer": "https`, "too long": `{"x": "` + strings.Repeat("a", 2<<20) + `"}`, "a list": "[]",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, body)
		}))
		p := New(wire.Options{Base: server.URL}, Config{}, &person.Person{}, clock.None())
		err := p.Discover(judge.With(t.Context(), judge.NewRecord()))
		if !errors.Is(err, ErrNoProvider) || !strings.Contains(err.Error(), "/.well-known/oauth-authorization-server cannot be read: ") {
			t.Errorf("%s: %v", name, err)
		}
		p.AuthorizeURL, p.TokenURL = "http://a/authorize", "http://a/token"
		if err := p.Discover(judge.With(t.Context(), judge.NewRecord())); err != nil {
			t.Errorf("%s, and the endpoints are given: %v", name, err)
		}
		server.Close()
	}
}
