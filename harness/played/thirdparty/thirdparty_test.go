package thirdparty

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/clientsite"
)

// register returns a new app, the context of its spec, and its record.
func register(t *testing.T) (*App, context.Context, *judge.Record) {
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
	record := judge.NewRecord()
	ctx := judge.With(t.Context(), record)
	return New(ctx, site), ctx, record
}

// form returns the form with which the app's client redeems a code, with changes.
func (a *App) form(code string, changes ...oauth.Change) string {
	return oauth.Form{
		{Name: "grant_type", Value: "authorization_code"}, {Name: "code", Value: code}, {Name: "redirect_uri", Value: "http://home/cb"},
		{Name: "client_id", Value: a.ClientID}, {Name: "client_secret", Value: a.Secret},
	}.Apply(changes...).Encode()
}

// post posts a form as a home does.
func post(t *testing.T, to, form string, header ...string) (int, map[string]any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body map[string]any
	_ = json.NewDecoder(resp.Body).Decode(&body)
	return resp.StatusCode, body
}

func TestTheTokenEndpointIsStrict(t *testing.T) {
	bound := oauth.S256(oauth.Verifier)
	for name, c := range map[string]struct {
		challenge string
		changes   []oauth.Change
		status    int
		word      string
	}{
		"a good code":            {"", nil, 200, ""},
		"a code with a verifier": {bound, []oauth.Change{oauth.Add("code_verifier", oauth.Verifier)}, 200, ""},
		"no verifier":            {bound, nil, 400, "invalid_grant"},
		"another redirect":       {"", []oauth.Change{oauth.Set("redirect_uri", "http://x")}, 400, "invalid_grant"},
		"another code":           {"", []oauth.Change{oauth.Set("code", "x")}, 400, "invalid_grant"},
		"another client":         {"", []oauth.Change{oauth.Set("client_id", "x")}, 401, "invalid_client"},
		"another secret":         {"", []oauth.Change{oauth.Set("client_secret", "x")}, 401, "invalid_client"},
		"another grant":          {"", []oauth.Change{oauth.Set("grant_type", "x")}, 400, "unsupported_grant_type"},
		"an unknown refresh":     {"", []oauth.Change{oauth.Set("grant_type", "refresh_token")}, 400, "invalid_grant"},
	} {
		a, ctx, _ := register(t)
		a.Know(ctx, "c0de", "http://home/cb", c.challenge)
		status, body := post(t, a.TokenURL(), a.form("c0de", c.changes...))
		word, _ := body["error"].(string)
		if status != c.status || word != c.word || (status == http.StatusOK) != (body["access_token"] != nil) {
			t.Errorf("%s: %d %v, want %d %s", name, status, body, c.status, c.word)
		}
	}
}

func TestACodeIsGoodOnceAndARefreshTokenForLong(t *testing.T) {
	a, ctx, _ := register(t)
	a.Know(ctx, "c0de", "http://home/cb", "")
	_, tokens := post(t, a.TokenURL(), a.form("c0de"))
	if status, _ := post(t, a.TokenURL(), a.form("c0de")); status != http.StatusBadRequest {
		t.Errorf("again: %d", status)
	}
	refresh, _ := tokens["refresh_token"].(string)
	form := a.form("", oauth.Set("grant_type", "refresh_token"), oauth.Set("refresh_token", refresh))
	for range 2 {
		if status, body := post(t, a.TokenURL(), form); status != http.StatusOK || body["access_token"] == tokens["access_token"] {
			t.Errorf("refreshed: %d %v", status, body)
		}
	}
}

func TestAClientMayShowItsSecretInTheHeader(t *testing.T) {
	a, ctx, _ := register(t)
	a.Secret = "s3cret/of our+client"
	a.Know(ctx, "c0de", "http://home/cb", "")
	r, _ := http.NewRequest(http.MethodPost, "/", nil)
	r.SetBasicAuth(url.QueryEscape(a.ClientID), url.QueryEscape(a.Secret))
	form := a.form("c0de", oauth.Drop("client_id"), oauth.Drop("client_secret"))
	if status, body := post(t, a.TokenURL(), form, "Authorization", r.Header.Get("Authorization")); status != http.StatusOK {
		t.Errorf("%d %v", status, body)
	}
}

func TestTheAPITellsWhoseTokenItIs(t *testing.T) {
	a, ctx, _ := register(t)
	var issued struct {
		Token string `json:"access_token"`
	}
	_ = json.Unmarshal([]byte(a.Issue(ctx, nil).Body), &issued)
	status, body := post(t, a.APIURL(), "", "Authorization", "Bearer "+issued.Token)
	if status != http.StatusOK || body["id"] != a.Account.ID || body["name"] != a.Account.Name {
		t.Errorf("%d %v", status, body)
	}
	for _, header := range []string{"Bearer x", "Basic " + issued.Token, ""} {
		status, body := post(t, a.APIURL(), "", "Authorization", header)
		if status != http.StatusUnauthorized || body["error"] != "invalid_token" {
			t.Errorf("%q: %d %v", header, status, body)
		}
	}
}

func TestMembersOfATokenAnswerAreReplacedOrTakenAway(t *testing.T) {
	a, ctx, _ := register(t)
	var got map[string]any
	_ = json.Unmarshal([]byte(a.Issue(ctx, map[string]any{"access_token": "mine", "expires_in": nil, "x": 1}).Body), &got)
	_, expires := got["expires_in"]
	if got["access_token"] != "mine" || expires || got["x"] != 1.0 || got["token_type"] != "Bearer" {
		t.Errorf("%v", got)
	}
	if status, _ := post(t, a.APIURL(), "", "Authorization", "Bearer mine"); status != http.StatusOK {
		t.Errorf("the token that the spec chose is not known: %d", status)
	}
}

func TestAnswersAreWhatTheSpecScripts(t *testing.T) {
	a, _, _ := register(t)
	a.Token = func(n int, r Request) Reply {
		if n == 1 {
			return Reply{Drop: true}
		}
		header := map[string]string{"Content-Type": "", "X-N": r.Form.Get("a")}
		return Reply{Status: http.StatusTeapot, Header: header, Body: "hello"}
	}
	if _, err := http.PostForm(a.TokenURL(), nil); err == nil {
		t.Error("the connection was not dropped")
	}
	resp, err := http.PostForm(a.TokenURL(), url.Values{"a": {"b"}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	typed := len(resp.Header.Values("Content-Type")) != 0
	if resp.StatusCode != http.StatusTeapot || resp.Header.Get("X-N") != "b" || typed || string(body) != "hello" {
		t.Errorf("%s %v %s", resp.Status, resp.Header, body)
	}
	a.API = func(n int, _ Request) Reply { return Refuse(http.StatusForbidden, "no") }
	if status, got := post(t, a.APIURL(), ""); status != http.StatusForbidden || got["error"] != "no" {
		t.Errorf("%d %v", status, got)
	}
	status, _ := post(t, a.Elsewhere(), "")
	elsewhere, token := len(a.Requests("elsewhere")), len(a.Requests("token"))
	if status != http.StatusNotFound || elsewhere != 1 || token != 2 {
		t.Errorf("%d, %d requests elsewhere and %d for tokens", status, elsewhere, token)
	}
}

func TestAnAnswerIsHeldUntilTheSpecLetsItGo(t *testing.T) {
	a, _, _ := register(t)
	gate, answered := make(chan struct{}), make(chan int)
	a.API = func(int, Request) Reply { return Reply{Status: http.StatusOK, Hold: gate} }
	go func() {
		resp, err := http.Get(a.APIURL())
		if err != nil {
			answered <- 0
			return
		}
		_ = resp.Body.Close()
		answered <- resp.StatusCode
	}()
	select {
	case status := <-answered:
		t.Errorf("%d came before the gate was open", status)
	case gate <- struct{}{}:
	}
	if status := <-answered; status != http.StatusOK {
		t.Errorf("%d", status)
	}
}

func TestAPersonConsentsToARequestOfTheApp(t *testing.T) {
	a, ctx, _ := register(t)
	q := url.Values{"client_id": {a.ClientID}, "redirect_uri": {"http://home/cb"}, "state": {"s"}}
	q.Set("code_challenge", oauth.S256(oauth.Verifier))
	code, redirect, state := a.Authorize(ctx, a.AuthorizeURL()+"?"+q.Encode())
	if redirect != "http://home/cb" || state != "s" {
		t.Errorf("%q %q", redirect, state)
	}
	if status, _ := post(t, a.TokenURL(), a.form(code, oauth.Add("code_verifier", oauth.Verifier))); status != http.StatusOK {
		t.Errorf("%d", status)
	}
	for _, lacking := range []string{"client_id", "redirect_uri", "state"} {
		a, ctx, record := register(t)
		q := url.Values{"client_id": {a.ClientID}, "redirect_uri": {"http://home/cb"}, "state": {"s"}}
		q.Del(lacking)
		judge.Run(func() {
			a.Authorize(ctx, a.AuthorizeURL()+"?"+q.Encode())
			t.Errorf("without %s the spec goes on", lacking)
		})
		if got := record.Outcome(evidence.Must, true); got.Verdict != evidence.Blocked {
			t.Errorf("without %s: %s", lacking, got.Verdict)
		}
	}
}

func TestWhatTheHomeSentIsEvidenceWithoutSecrets(t *testing.T) {
	a, ctx, record := register(t)
	a.Know(ctx, "c0de-c0de", "http://home/cb", "")
	post(t, a.TokenURL(), a.form("c0de-c0de"))
	judge.Violated(ctx, "nothing", a.ClientID+" "+a.Secret)
	got := record.Outcome(evidence.Must, false)
	if got.Failures[0].Got != "client-‹mark 1› ‹client_secret 1›" || len(got.Evidence) != 1 {
		t.Fatalf("%+v", got)
	}
	item := got.Evidence[0]
	for _, secret := range []string{"c0de-c0de", a.Secret, "access-", "refresh-"} {
		if strings.Contains(item.Exchange.RequestBody+item.Exchange.ResponseBody, secret) {
			t.Errorf("%s stands in the evidence: %+v", secret, item.Exchange)
		}
	}
	if item.Step != "the home, to the third party" || item.Exchange.Status != http.StatusOK || item.Exchange.Method != http.MethodPost {
		t.Errorf("%+v %+v", item, item.Exchange)
	}
}

func TestAnImpostorIsCountedOnlyIfItIsTrusted(t *testing.T) {
	_, ctx, record := register(t)
	i := Untrusted(ctx)
	if _, err := http.Get(i.URL()); err == nil || i.Requests() != 0 {
		t.Errorf("a careful client came through: %v, %d requests", err, i.Requests())
	}
	careless := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
	resp, err := careless.Get(i.URL())
	if err != nil || i.Requests() != 1 {
		t.Fatalf("%v, %d requests", err, i.Requests())
	}
	_ = resp.Body.Close()
	record.End(ctx)
	if _, err := careless.Get(i.URL()); err == nil {
		t.Error("it outlives its spec")
	}
}
