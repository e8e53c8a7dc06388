package provider

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

func TestAClientShowsItsSecretAsTheProviderWantsIt(t *testing.T) {
	const (
		escaped = "s3cret%2Fof+our%2Bclient"
		whole   = ": client_id=home&a=b&client_secret=" + escaped
	)
	form := oauth.Form{{Name: "client_id", Value: "home"}, {Name: "a", Value: "b"}, {Name: "client_secret", Value: secret}}
	for name, c := range map[string]struct {
		basic  bool
		change []oauth.Change
		want   string // credentials of the header, and the body
	}{
		"in the form":            {false, nil, whole},
		"in the header":          {true, nil, "home:" + escaped + " a=b"},
		"none, though in header": {true, []oauth.Change{oauth.Drop("client_secret")}, ": client_id=home&a=b"},
		"twice, on purpose":      {true, []oauth.Change{oauth.Add("client_secret", "x")}, whole + "&client_secret=x"},
		"two names, on purpose":  {true, []oauth.Change{oauth.Add("client_id", "x")}, "home:" + escaped + " client_id=home&a=b&client_id=x"},
		"no name":                {true, []oauth.Change{oauth.Drop("client_id")}, ":" + escaped + " a=b"},
	} {
		f, p, ctx := at(t, traits{})
		p.Basic = c.basic
		p.Token(ctx, form.Apply(c.change...))
		if got := f.asked("POST /token "); !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	f, p, ctx := at(t, traits{})
	p.Basic = true
	p.InForm(ctx, form)
	p.InHeader(ctx, form, oauth.Client{ID: "other", Secret: "x"})
	want := []string{whole, "other:x client_id=home&a=b&client_secret=" + escaped}
	if got := f.asked("POST /token "); !slices.Equal(got, want) {
		t.Errorf("as it is: %q, want %q", got, want)
	}
}

func TestARawRequestShowsTheSecretAsTheClientIsRegistered(t *testing.T) {
	const client = "client_id=home&client_secret=s3cret%2Fof+our%2Bclient"
	for name, c := range map[string]struct {
		basic             bool
		query, body, want string
	}{
		"in the body":              {false, "", "a=b&" + client, ": a=b&" + client},
		"moved from the body":      {true, "", "a=b&" + client + "&c=d%2F", "home:s3cret%2Fof+our%2Bclient a=b&c=d%2F"},
		"moved from the query":     {true, "a=b&" + client, "", "home:s3cret%2Fof+our%2Bclient"},
		"a name alone stays":       {true, "", "client_id=home&a=b", ": client_id=home&a=b"},
		"what is no form is as is": {true, "", "{\"a\":1}", ": {\"a\":1}"},
	} {
		f, p, ctx := at(t, traits{})
		p.Basic = c.basic
		e := p.SendToken(ctx, http.MethodPost, c.query, "text/plain", c.body)
		if got := f.asked("POST /token "); !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if c.basic && strings.Contains(e.Request.URL, "secret") {
			t.Errorf("%s: %s", name, e.Request.URL)
		}
	}
}

func TestAWayOfClientAuthenticationIsJudgedWhereItIsRegisteredOrAnnounced(t *testing.T) {
	const post, basic = "client_secret_post", "client_secret_basic"
	named := map[string]any{"token_endpoint_auth_methods_supported": []any{post, basic}}
	for name, c := range map[string]struct {
		config Config
		bars   []string
	}{
		"either way":                      {Config{}, nil},
		"the form alone":                  {Config{OneWay: true}, []string{basic}},
		"the header alone":                {Config{OneWay: true, Basic: true}, []string{post}},
		"the header, both announced":      {Config{OneWay: true, Basic: true, Metadata: named}, nil},
		"the header, as the user says":    {Config{OneWay: true, Basic: true, Told: true, Metadata: named}, []string{post}},
		"the header, registered for both": {Config{OneWay: true, Basic: true, Both: true}, nil},
	} {
		p := &Provider{Config: c.config}
		for _, method := range []string{post, basic} {
			if got := p.Bars(method) != ""; got != slices.Contains(c.bars, method) {
				t.Errorf("%s: %s is barred: %v (%s)", name, method, got, p.Bars(method))
			}
		}
	}
}

func TestARefusalOfTheOtherWayProvesNothingUnlessOurClientIsRegisteredForBoth(t *testing.T) {
	for name, c := range map[string]struct {
		config   Config
		method   string
		unproven bool
	}{
		"either way works":             {Config{}, "client_secret_post", false},
		"the own way":                  {Config{OneWay: true, Basic: true}, "client_secret_basic", false},
		"the form, from a header's":    {Config{OneWay: true, Basic: true}, "client_secret_post", true},
		"the header, from a form's":    {Config{OneWay: true}, "client_secret_basic", true},
		"the form, from one with both": {Config{OneWay: true, Basic: true, Both: true}, "client_secret_post", false},
	} {
		p := &Provider{Config: c.config}
		if why := p.Unproven(c.method); strings.Contains(why, "may be registered for") != c.unproven {
			t.Errorf("%s: %q", name, why)
		}
	}
}

func TestGrantsAreThoseOfAHome(t *testing.T) {
	f, p, ctx := at(t, traits{})
	p.verifier, p.Scope = oauth.Verifier, "a b"
	p.Exchange(ctx, "c0de", oauth.Set("redirect_uri", "http://other"))
	p.Renew(ctx, "t0ken", oauth.Add("scope", "a"))
	p.Revoke(ctx, "t0ken", oauth.Drop("client_id"))
	p.Unbound, p.Client.Secret = true, ""
	p.Exchange(ctx, "c0de")
	p.SendToken(ctx, http.MethodPost, "a=b", "text/plain", "body")
	const shown = "&client_secret=s3cret%2Fof+our%2Bclient"
	want := []string{
		": grant_type=authorization_code&code=c0de&redirect_uri=http%3A%2F%2Fother&client_id=home" + shown + "&code_verifier=" + oauth.Verifier,
		": grant_type=refresh_token&client_id=home&refresh_token=t0ken" + shown + "&scope=a",
		": grant_type=authorization_code&code=c0de&redirect_uri=http%3A%2F%2Fclient.example%2Fcb&client_id=home",
		": body",
	}
	if got := f.asked("POST /token "); !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
	if got := f.asked("POST /revoke "); !slices.Equal(got, []string{": token=t0ken" + shown}) {
		t.Errorf("%q", got)
	}
}

func TestARequestIsBoundByPKCEWhereThatWorks(t *testing.T) {
	_, p, _ := at(t, traits{})
	p.verifier, p.Scope = oauth.Verifier, "a b"
	plain := "response_type=code&client_id=home&redirect_uri=http%3A%2F%2Fclient.example%2Fcb&state=x&scope=a+b"
	bound := plain + "&code_challenge=" + oauth.S256(oauth.Verifier) + "&code_challenge_method=S256"
	for unbound, want := range map[bool]string{true: plain, false: bound} {
		p.Unbound = unbound
		if got := p.Request().Apply(oauth.Set("state", "x")).Encode(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// A server may keep the request that a login page belongs to under its state: clients choose each state anew (RFC 9700 §2.1).
func TestLoginsAtTheSameTimeAreToldApartByTheirStates(t *testing.T) {
	_, p, ctx := at(t, traits{byState: true})
	first, second := p.Request(), p.Request().Apply(oauth.Challenge(strings.Repeat("b", 43))...)
	if first.Get("state") == second.Get("state") || len(first.Get("state")) < 22 {
		t.Fatalf("the states %q and %q", first.Get("state"), second.Get("state"))
	}
	p.Visit(ctx, first)
	p.Visit(ctx, second)
	for name, request := range map[string]oauth.Form{"first": first, "second": second} {
		if got := p.Authorize(ctx, request); got.Code == "" || got.State != request.Get("state") {
			t.Errorf("the %s request: %s with state %q", name, got, got.State)
		}
	}
}

func TestAStateOfOursIsReplacedInReports(t *testing.T) {
	_, p, _ := at(t, traits{})
	record := judge.NewRecord()
	asked := p.Request()
	p.Authorize(judge.With(t.Context(), record), asked)
	if got := record.Hide("of " + asked.Get("state")); got != "of ‹state 1›" {
		t.Error(got)
	}
}

func TestWhatASpecGotIsGivenBackWhenItEnds(t *testing.T) {
	for name, c := range map[string]struct {
		like   traits
		revoke bool
		want   int // tokens that are revoked
	}{
		"a provider that revokes":    {traits{}, true, 2},
		"one that cannot":            {traits{}, false, 0},
		"one that issued nothing":    {traits{barren: true}, true, 0},
		"one that refused the codes": {traits{header: true}, true, 0},
	} {
		f, p, _ := at(t, c.like)
		if !c.revoke {
			p.RevokeURL = ""
		}
		record := judge.NewRecord()
		ctx := judge.With(t.Context(), record)
		p.Exchange(ctx, p.Authorize(ctx, p.Request()).Code)
		if n := len(f.asked("POST /revoke")); n != 0 {
			t.Errorf("%s: %d tokens are revoked before the end", name, n)
		}
		record.End(ctx)
		if n := len(f.asked("POST /revoke")); n != c.want {
			t.Errorf("%s: %d tokens are revoked, want %d", name, n, c.want)
		}
	}
}

func TestAPersonAllowsOrDenies(t *testing.T) {
	f, p, ctx := at(t, traits{})
	asked := p.Request()
	if got := p.Authorize(ctx, asked); got.Code != "code-1" || got.State != asked.Get("state") || !got.Asked || !got.Offered {
		t.Errorf("%+v %s", got, got)
	}
	if got := p.Deny(ctx, p.Request()); got.Code != "" || got.Error != "access_denied" {
		t.Errorf("%+v %s", got, got)
	}
	if got := p.AuthorizeAs(ctx, oauth.Account{Username: "eve", Password: "x"}, p.Request()); got.Code != "" || got.Query != nil {
		t.Errorf("%+v %s", got, got)
	}
	elsewhere := p.Request().Apply(oauth.Set("redirect_uri", "http://other.example/back?x=y"))
	if got := p.Authorize(ctx, elsewhere); got.Code == "" {
		t.Errorf("%+v %s", got, got)
	}
	p.AuthorizeURL += "?tenant=1"
	got := p.AuthorizeRaw(ctx, p.Request().Encode())
	if got.Code == "" || !strings.Contains(got.Last.Request.URL, "?tenant=1&response_type=") {
		t.Errorf("%+v %s", got, got)
	}
	_, first := p.Visit(ctx, p.Request())
	if first.Status != http.StatusOK || first.MediaType() != "text/html" {
		t.Errorf("%s", first)
	}
	if n := len(f.asked("GET /token")); n != 0 {
		t.Errorf("the client was visited %d times", n)
	}
}

func TestTheEndOfAWalkIsWhereTheRequestAskedToBeSent(t *testing.T) {
	for _, c := range []struct {
		where, wanted string
		want          bool
	}{
		{"http://a/cb?code=1", "http://a/cb", true},
		{"http://a/cb?code=1", "http://a/cb?x=y", true},
		{"app:/cb?code=1", "app:/cb", true},
		{"https://a/cb", "http://a/cb", false},
		{"http://a:81/cb", "http://a/cb", false},
		{"http://a/cb/more", "http://a/cb", false},
		{"http://a/cb", "/cb", false},
		{"http://[::1", "http://[::1", false},
	} {
		if got := sameEnd(c.where, c.wanted); got != c.want {
			t.Errorf("%s, wanted %s: %v", c.where, c.wanted, got)
		}
	}
}

func TestAResourceIsFetchedWithATokenOrWithout(t *testing.T) {
	f, p, ctx := at(t, traits{})
	p.APIURL = f.URL + "/me"
	for _, e := range []*wire.Exchange{p.Fetch(ctx, "Bearer x"), p.Fetch(ctx, ""), p.FetchQuery(ctx, "access_token=x")} {
		if e.Status != http.StatusNotFound {
			t.Errorf("%s", e)
		}
	}
	if h := p.Fetch(ctx, "Bearer x").Request.Header; h.Get("Authorization") != "Bearer x" {
		t.Errorf("%v", h)
	}
	if got := p.FetchQuery(ctx, "access_token=x").Request.URL; got != f.URL+"/me?access_token=x" {
		t.Errorf("%s", got)
	}
}

func TestAPublicClientProvesItsCodes(t *testing.T) {
	_, p, _ := at(t, traits{})
	p.PublicClient, p.OtherClient = oauth.Client{ID: "public"}, oauth.Client{ID: "other", Secret: "x"}
	if p.Default() != p.Client || p.Other() != p.OtherClient || p.Public() != (oauth.Client{ID: "public", Verifier: oauth.Verifier}) {
		t.Errorf("%+v %+v %+v", p.Default(), p.Other(), p.Public())
	}
	if e := p.Endpoint(); e.URL != p.TokenURL || e.Basic != p.Basic || e.HTTP == nil {
		t.Errorf("%+v", e)
	}
}

// spec returns the result of a spec with this body in a session.
func spec(t *testing.T, with func(context.Context) context.Context, body func(context.Context)) evidence.Result {
	t.Helper()
	record := judge.NewRecord()
	ctx := with(judge.With(t.Context(), record))
	judge.Run(func() {
		body(ctx)
		judge.Held(ctx)
	})
	record.End(ctx)
	return record.Outcome(evidence.Must, false)
}
