package provider

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/person"
	"github.com/authconform/authconform/harness/wire"
	"github.com/authconform/authconform/internal/exit"
)

// options returns the options of a client at the fake.
func options(f *fake) *Flags {
	o := Kind().Flags().(*Flags)
	o.Browser, o.ClientID, o.Secret, o.RedirectURI = "off", "home", secret, "http://client.example/cb"
	o.AuthorizeURL, o.TokenURL = f.URL+"/authorize", f.URL+"/token"
	o.Account = oauth.Account{Username: "ben", Password: password, TOTPSecret: "MFRGGZDF"}
	return o
}

func opened(t *testing.T, f *fake, o *Flags, found any) kind.Session {
	t.Helper()
	setup := kind.Setup{Target: f.URL, Flags: kind.Encode(o)}
	if found != nil {
		setup.Found = kind.Encode(found)
	}
	s, err := Kind().Open(setup, kind.Tools{Wire: wire.Options{Base: f.URL}, Clock: clock.None(), Browser: browser.Later("off")})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheOptionsOfAProviderTravelToWorkers(t *testing.T) {
	f, _, _ := at(t, traits{})
	given := options(f)
	given.OtherClientID, given.OtherSecret, given.PublicClientID = "other", "0ther-secret", "public"
	given.ClientAuth, given.Scope = "basic", "a b"
	given.RevokeURL, given.APIURL, given.Insecure, given.CA = "http://r", "http://a", true, []byte("PEM")
	given.IntrospectURL, given.RegisterURL, given.Resource = "http://i", "http://n", "http://known"
	given.Steps = []person.Step{{Press: "text=Allow", Name: "steps:1"}}
	given.ControlURL, given.ControlToken = "http://mock", "control-token"
	raw := kind.Encode(given)
	var got Flags
	if err := kind.Decode(raw, &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.config(), given.config()) || !reflect.DeepEqual(got.Tools(), given.Tools()) || got.Account != given.Account ||
		!reflect.DeepEqual(got.Steps, given.Steps) || !slices.Equal(got.ways(), []bool{true}) {
		t.Errorf("%+v\nwant %+v", got, given)
	}
	if tools := given.Tools(); !tools.Walks || !tools.Insecure || string(tools.CA) != "PEM" || tools.Control.Token != "control-token" {
		t.Errorf("%+v", tools)
	}
	for _, word := range []string{password, secret, "0ther-secret", "control-token"} {
		if n := strings.Count(string(raw), word); n != 1 {
			t.Errorf("%s travels %d times", word, n)
		}
	}
}

func TestAProviderIsJudgedByAClientOfOurs(t *testing.T) {
	f, _, _ := at(t, traits{})
	for name, c := range map[string]struct {
		change func(*Flags)
		want   string
	}{
		"all that is needed":  {func(*Flags) {}, ""},
		"no client":           {func(o *Flags) { o.ClientID = "" }, "give --client-id and --redirect-uri"},
		"no redirect":         {func(o *Flags) { o.RedirectURI = "" }, "give --client-id and --redirect-uri"},
		"another way to show": {func(o *Flags) { o.ClientAuth = "bsaic" }, `unknown --client-auth "bsaic"; did you mean "basic"?`},
		"nobody":              {func(o *Flags) { o.Account = oauth.Account{} }, "no user to log in at http://provider"},
		"a clock of nobody":   {func(o *Flags) { o.Clock = "/no/such/clock" }, "--clock: "},
		"steps without eyes":  {func(o *Flags) { o.StepsFile = "auto" }, "--steps: they need a browser"},
		"no time":             {func(o *Flags) { o.RequestTimeout = 0 }, "--request-timeout 0s"},
	} {
		o := options(f)
		c.change(o)
		err := o.Resolve("http://provider")
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (exit.Code(err) != exit.Usage || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestTheDoorTellsWhatIsLacking(t *testing.T) {
	f, _, _ := at(t, traits{header: true})
	s := opened(t, f, options(f), nil)
	ctx := s.With(judge.With(t.Context(), judge.NewRecord()))
	facts, err := s.Look(ctx)
	if err != nil || facts.Product != "OAuth 2 provider" {
		t.Fatalf("%+v, %v", facts, err)
	}
	var lacks []string
	for n := range facts.Lacks {
		lacks = append(lacks, string(n))
	}
	slices.Sort(lacks)
	want := strings.Fields("account-link api browser clock control introspection metadata other-client public-client " +
		"registration resource-indicator revocation")
	if !slices.Equal(lacks, want) {
		t.Errorf("%q, want %q", lacks, want)
	}
	worker := opened(t, f, options(f), s.Found())
	if p := From(worker.With(judge.With(t.Context(), judge.NewRecord()))); !p.Basic || p.TokenURL != f.URL+"/token" {
		t.Errorf("a worker begins with %+v", p.Config)
	}
	if totals := s.Leave(ctx); totals.Requests == 0 {
		t.Errorf("%+v", totals)
	}
	f.header = false
	f.refuses = "server_error"
	if _, err := opened(t, f, options(f), nil).Look(ctx); exit.Code(err) != exit.NoTarget {
		t.Errorf("a door that stays shut: %v", err)
	}
	f.Close()
	if _, err := opened(t, f, options(f), nil).Look(ctx); exit.Code(err) != exit.NoTarget {
		t.Errorf("nobody there: %v", err)
	}
}

func TestAWorkerNoticesThatItsProviderIsGone(t *testing.T) {
	f, _, _ := at(t, traits{})
	s := opened(t, f, options(f), options(f).config())
	ctx := s.With(judge.With(t.Context(), judge.NewRecord()))
	s.Suspect()
	if err := s.Lost(ctx); err != nil || len(f.asked("GET /authorize")) != 1 {
		t.Errorf("one that is there: %v, asked %d times", err, len(f.asked("GET /authorize")))
	}
	f.Close()
	s.Suspect()
	if err := s.Lost(ctx); err == nil {
		t.Error("one that is gone is not missed")
	}
}

func TestWhatTheUserGaveUsIsASecretOfEverySpec(t *testing.T) {
	f, _, _ := at(t, traits{})
	o := options(f)
	o.OtherClientID, o.OtherSecret, o.ControlToken = "other", "0ther-secret", "control-token"
	s := opened(t, f, o, nil)
	got := spec(t, s.With, func(ctx context.Context) {
		judge.Violated(ctx, "nothing", strings.Join([]string{password, secret, "0ther-secret", "control-token", "MFRGGZDF"}, " "))
		judge.Violated(ctx, "nothing", "s3cret%2Fof+our%2Bclient")
	})
	want := []string{"‹password 1› ‹client_secret 1› ‹client_secret 2› ‹token 1› ‹secret 1›", "‹client_secret 1›"}
	for i, f := range got.Failures {
		if f.Got != want[i] {
			t.Errorf("%s, want %s", f.Got, want[i])
		}
	}
}

func TestTheNamesOfVectorsHoldNoAddressOfTheTarget(t *testing.T) {
	f, _, _ := at(t, traits{})
	got := spec(t, opened(t, f, options(f), nil).With, func(ctx context.Context) {
		judge.Each(ctx, []string{f.URL + "/x"}, func(s string) string { return s }, func(ctx context.Context, _ string) {
			judge.Violated(ctx, "one", "two")
		})
	})
	if got.Failures[0].Vector != "{target}/x" {
		t.Errorf("%+v", got.Failures)
	}
}
