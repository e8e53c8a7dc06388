package linking

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/home/hometest"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/harness/played/thirdparty"
	"github.com/authconform/authconform/harness/wire"
)

// stage is a home and the third party whose accounts it links.
type stage struct {
	*hometest.Home
	app  *thirdparty.App
	home *home.Home
}

func set(t *testing.T) stage {
	t.Helper()
	ca, err := clientsite.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	site, err := clientsite.Start(clientsite.Options{CA: ca})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(site.Close)
	f := hometest.Start(t)
	h := home.New(home.Options{
		Wire: wire.Options{Base: f.URL}, Site: site, Clock: clock.None(), Facts: home.Facts{Admin: true},
		Account: oauth.Account{Username: hometest.Username, Password: hometest.Password},
	})
	f.Knows("application_credentials/create", func(fields map[string]any) (any, string) {
		if fields["client_id"] == "twice" {
			return nil, "invalid_format"
		}
		fields["id"] = "credential-1"
		return fields, ""
	})
	f.Knows("application_credentials/delete", func(map[string]any) (any, string) { return nil, "" })
	f.Answers("POST "+demoPath+"/providers", http.StatusOK, "{}")
	f.Answers("DELETE "+demoPath+"/providers", http.StatusOK, "{}")
	app := thirdparty.New(judge.With(t.Context(), judge.NewRecord()), site)
	f.Answers("GET "+callback, http.StatusOK, "")
	f.Answers("POST "+flowPath, http.StatusOK, fmt.Sprintf(`{"type":"external","flow_id":"f","url":"http://a/?%s"}`,
		Query("client_id", app.ClientID, "redirect_uri", "http://h/cb", "state", "of-the-flow", "code_challenge", "c")))
	f.Answers("GET "+flowPath+"/f", http.StatusOK, `{"type":"create_entry","flow_id":"f","result":{"entry_id":"e"}}`)
	f.Answers("GET "+demoPath, http.StatusOK, `{"entries":[{"entry_id":"e","state":"loaded","token":{"access":"0123"}}]}`)
	return stage{f, app, h}
}

// spec runs steps and the cleanups, and returns the verdict.
func (s stage) spec(t *testing.T, steps func(context.Context)) evidence.Result {
	t.Helper()
	record := judge.NewRecord()
	ctx := home.With(judge.With(t.Context(), record), s.home)
	judge.Run(func() {
		steps(ctx)
		judge.Held(ctx)
	})
	record.End(ctx)
	return record.Outcome(evidence.Must, true)
}

// sent returns the n-th JSON body sent to a place.
func (s stage) sent(t *testing.T, place string, n int) map[string]any {
	t.Helper()
	var body map[string]any
	all := s.Asked(place)
	if n >= len(all) || json.Unmarshal([]byte(all[n][strings.Index(all[n], "{"):]), &body) != nil {
		t.Fatalf("%s was sent %q", place, all)
	}
	return body
}

func TestAnAccountIsLinkedAndEverythingIsTakenAway(t *testing.T) {
	s := set(t)
	got := s.spec(t, func(ctx context.Context) {
		if e := Link(ctx, s.app, Settings{}); e.ID != "e" || e.State != "loaded" || e.Token.Access != "0123" {
			t.Errorf("%+v", e)
		}
	})
	if got.Verdict != evidence.Pass {
		t.Fatalf("%s: %s", got.Verdict, got.Reason)
	}
	if back := s.sent(t, "POST "+flowPath, 0); back["handler"] != Domain {
		t.Errorf("the flow is of %v", back)
	}
	want := []string{"DELETE " + entryPath + "/e", "DELETE " + flowPath + "/f", "DELETE " + demoPath + "/providers"}
	for _, place := range want {
		if len(s.Asked(place)) != 1 {
			t.Errorf("%s was asked %d times", place, len(s.Asked(place)))
		}
	}
	deleted := slices.ContainsFunc(s.Asked("WS"), func(line string) bool {
		return strings.Contains(line, `"application_credentials/delete"`) && strings.Contains(line, `"application_credentials_id":"credential-1"`)
	})
	if !deleted {
		t.Errorf("the credential is not deleted: %q", s.Asked("WS"))
	}
}

func TestTheIntegrationIsToldHowToTreatTheThirdParty(t *testing.T) {
	s := set(t)
	own := Settings{
		ClientID: "other", AuthorizeURL: "http://a", TokenURL: "http://t", APIURL: "http://p", Scope: "s", AuthMethod: "client_secret_basic",
		PKCE: true, Careless: true,
	}
	s.spec(t, func(ctx context.Context) {
		for _, settings := range []Settings{{}, own, {ClientID: AnyClient}} {
			Know(ctx, s.app, settings)
		}
	})
	for n, want := range []map[string]any{
		{
			"client_id": s.app.ClientID, "authorize_url": s.app.AuthorizeURL(), "token_url": s.app.TokenURL(), "api_url": s.app.APIURL(),
			"scope": "profile devices:read", "auth_method": "client_secret_post", "pkce": false, "handles_errors": true,
		},
		{
			"client_id": "other", "authorize_url": "http://a", "token_url": "http://t", "api_url": "http://p",
			"scope": "s", "auth_method": "client_secret_basic", "pkce": true, "handles_errors": false,
		},
	} {
		if got := s.sent(t, "POST "+demoPath+"/providers", n); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v\nwant %v", got, want)
		}
	}
	if got := s.sent(t, "POST "+demoPath+"/providers", 2)["client_id"]; got != "" {
		t.Errorf("any client is %q", got)
	}
	if got := s.sent(t, "DELETE "+demoPath+"/providers", 2)["client_id"]; got != s.app.ClientID {
		t.Errorf("the last that is taken away is of %q", got)
	}
}

func TestACredentialThatIsRefusedIsAnError(t *testing.T) {
	s := set(t)
	s.spec(t, func(ctx context.Context) {
		var refused *home.CommandError
		if _, err := Create(ctx, map[string]any{"client_id": "twice"}); !errors.As(err, &refused) || refused.Code != "invalid_format" {
			t.Errorf("%v", err)
		}
		c, err := Create(ctx, Fields(s.app))
		if err != nil || c.ID != "credential-1" || c.Domain != Domain || c.ClientID != s.app.ClientID || c.ClientSecret != s.app.Secret {
			t.Errorf("%+v, %v", c, err)
		}
	})
	s.Knows("application_credentials/list", func(map[string]any) (any, string) {
		return []map[string]any{{"id": "1", "client_id": "a"}, {"id": "2"}}, ""
	})
	s.spec(t, func(ctx context.Context) {
		if list := Credentials(ctx); len(list) != 2 || list[0].ClientID != "a" {
			t.Errorf("%+v", list)
		}
	})
}

func TestAFlowIsTheFrontends(t *testing.T) {
	s := set(t)
	var bases []string
	s.Does("POST "+flowPath, func(w http.ResponseWriter, r *http.Request) {
		h := r.Header
		bases = append(bases, h.Get("HA-Frontend-Base")+" "+h.Get("Content-Type")+" "+h.Get("Authorization")[:14])
		hometest.Reply(w, http.StatusOK, `{"type":"form","step_id":"pick_implementation","flow_id":"f"}`)
	})
	s.Answers("POST "+flowPath+"/f", http.StatusOK, `{"type":"external","flow_id":"f","url":"http://a/?state=x"}`)
	s.spec(t, func(ctx context.Context) {
		Open(ctx, "HA-Frontend-Base", "http://other")
		if step := Begin(ctx, "credential-1"); State(step.URL) != "x" {
			t.Errorf("%s: %+v", step.Exchange, step)
		}
	})
	const rest = " application/json Bearer access-"
	if want := []string{"http://other" + rest, s.URL + rest}; !slices.Equal(bases, want) {
		t.Errorf("%q, want %q", bases, want)
	}
	if got := s.sent(t, "POST "+flowPath+"/f", 0); got["implementation"] != "credential-1" {
		t.Errorf("chosen: %v", got)
	}
}

func TestAFlowThatIsPolledForLongIsWaitedFor(t *testing.T) {
	s := set(t)
	s.spec(t, func(ctx context.Context) {
		step := PollFor(ctx, "f", time.Hour)
		if step.Type != "create_entry" || step.Request.Limit != time.Hour || step.Request.Header.Get("Ha-Frontend-Base") != s.URL {
			t.Errorf("%+v of %+v", step, step.Request)
		}
	})
}

func TestAStepThatGoesWrongBlocksItsSpec(t *testing.T) {
	link := func(s stage) func(context.Context) {
		return func(ctx context.Context) { Link(ctx, s.app, Settings{}) }
	}
	elsewhere := `{"type":"external","flow_id":"f","url":"http://a/?state=x"}`
	for name, c := range map[string]struct {
		place, answer string
		status        int
		steps         func(stage) func(context.Context)
		want          string
	}{
		"no provider": {"POST " + demoPath + "/providers", "{}", 404, link, "the demo integration did not accept our provider: 404"},
		"no way out": {
			"POST " + flowPath, `{"type":"abort","reason":"x"}`, 200, link, "the flow does not send the user to the third party: 200",
		},
		"another's URL": {"POST " + flowPath, elsewhere, 200, link, "the authorize URL does not contain the client_id"},
		"no way back":   {"GET " + callback, "", 400, link, "the callback does not accept a valid code and state: 400"},
		"no entry":      {"GET " + flowPath + "/f", `{"type":"abort","reason":"x"}`, 200, link, "a successful flow creates no entry: 200"},
		"a lost entry":  {"GET " + demoPath, `{"entries":[]}`, 200, link, "no such entry: e"},
		"no list":       {"GET " + demoPath, "", 404, link, "the demo integration lists no entries: 404"},
		"no use": {"POST " + demoPath + "/use", `{"results":[{"status":200}]}`, 200, func(stage) func(context.Context) {
			return func(ctx context.Context) { Use(ctx, "e", 2) }
		}, "the demo integration did not use a token: 200"},
		"no flows": {"GET /", "", 200, func(stage) func(context.Context) {
			return func(ctx context.Context) { Reauths(ctx, "e") }
		}, "config_entries/flow/progress: unknown_command"},
		"no credentials": {"GET /", "", 200, func(stage) func(context.Context) {
			return func(ctx context.Context) { Credentials(ctx) }
		}, "application_credentials/list: unknown_command"},
	} {
		s := set(t)
		s.Answers(c.place, c.status, c.answer)
		if got := s.spec(t, c.steps(s)); got.Verdict != evidence.Blocked || !strings.HasPrefix(got.Reason, c.want) {
			t.Errorf("%s: %s: %s, want %s", name, got.Verdict, got.Reason, c.want)
		}
	}
}

func TestAnEntryIsUsedReloadedAndRemoved(t *testing.T) {
	s := set(t)
	s.Answers("POST "+demoPath+"/use", http.StatusOK, `{"results":[{"status":200},{"status":401,"error":"x"}]}`)
	s.spec(t, func(ctx context.Context) {
		if got := Use(ctx, "e", 2); !slices.Equal(got, []Used{{200, ""}, {401, "x"}}) {
			t.Errorf("%+v", got)
		}
		Reload(ctx, "e")
		Remove(ctx, "e")
		if _, err := Find(ctx, "other"); !errors.Is(err, ErrNoEntry) {
			t.Errorf("%v", err)
		}
	})
	if got := s.sent(t, "POST "+demoPath+"/use", 0); got["entry_id"] != "e" || got["parallel"] != 2.0 {
		t.Errorf("%v", got)
	}
	if len(s.Asked("POST "+entryPath+"/e/reload")) != 1 || len(s.Asked("DELETE "+entryPath+"/e")) != 1 {
		t.Error("it is not reloaded or removed")
	}
}

func TestOnlyFlowsThatAskThePersonOfAnEntryAreItsReauths(t *testing.T) {
	s := set(t)
	flow := func(id, source, entry string) map[string]any {
		return map[string]any{"flow_id": id, "context": map[string]any{"source": source, "entry_id": entry}}
	}
	s.Knows("config_entries/flow/progress", func(map[string]any) (any, string) {
		return []map[string]any{flow("1", "reauth", "e"), flow("2", "user", "e"), flow("3", "reauth", "other")}, ""
	})
	s.spec(t, func(ctx context.Context) {
		if got := Reauths(ctx, "e"); len(got) != 1 || got[0].ID != "1" {
			t.Errorf("%+v", got)
		}
	})
}

func TestATokenIsShownByTheBeginningOfItsHash(t *testing.T) {
	if got, want := Print("abc"), "ba7816bf8f01cfea"; got != want { // FIPS 180-2 App. B.1
		t.Errorf("%s, want %s", got, want)
	}
}

func TestWhereTheHomeSendsThirdPartiesIsSeenInItsConfiguration(t *testing.T) {
	for answer, want := range map[string]bool{`{"components":["http","my"]}`: true, `{"components":["mycroft"]}`: false, `[]`: false} {
		s := set(t)
		s.Answers("GET /api/config", http.StatusOK, answer)
		s.spec(t, func(ctx context.Context) {
			if got := My(ctx); got != want {
				t.Errorf("%s: %v, want %v", answer, got, want)
			}
		})
	}
	if got := State("http://[::1"); got != "" {
		t.Errorf("%q", got)
	}
}
