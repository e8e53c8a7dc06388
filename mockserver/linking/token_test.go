package linking

import (
	"errors"
	"maps"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestATokenAnswerIsReadStrictly(t *testing.T) {
	t.Parallel()
	const good = `{"access_token":"a","token_type":"Bearer","expires_in":60,"refresh_token":"r","scope":"s","id":7}`
	json := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	typed := func(kind string) http.Header { return http.Header{"Content-Type": {kind}} }
	for name, c := range map[string]struct {
		answer  TokenAnswer
		refresh bool
		reason  string // "": it is taken
	}{
		"good":                    {TokenAnswer{200, json, []byte(good), nil}, false, ""},
		"201":                     {TokenAnswer{201, json, []byte(good), nil}, false, ""},
		"of a JSON media type":    {TokenAnswer{200, typed("application/token+json"), []byte(good), nil}, false, ""},
		"as text":                 {TokenAnswer{200, typed("text/html"), []byte(good), nil}, false, "oauth_failed"},
		"without a media type":    {TokenAnswer{200, nil, []byte(good), nil}, false, "oauth_failed"},
		"too late":                {TokenAnswer{Err: errors.Join(errors.New("cancelled"), errLate)}, false, "oauth_timeout"},
		"nobody answers":          {TokenAnswer{Err: errors.New("refused")}, false, "oauth_failed"},
		"cut off":                 {TokenAnswer{200, json, []byte(good[:9]), errors.New("cut")}, false, "oauth_failed"},
		"a redirect":              {TokenAnswer{302, json, []byte(good), nil}, false, "oauth_failed"},
		"400":                     {TokenAnswer{400, json, []byte(`{"error":"invalid_grant"}`), nil}, false, "oauth_unauthorized"},
		"401 as text":             {TokenAnswer{401, typed("text/plain"), nil, nil}, false, "oauth_unauthorized"},
		"429":                     {TokenAnswer{429, json, nil, nil}, false, "oauth_failed"},
		"500":                     {TokenAnswer{500, json, []byte(good), nil}, false, "oauth_failed"},
		"no JSON":                 {TokenAnswer{200, json, []byte(good[1:]), nil}, false, "oauth_error"},
		"null":                    {TokenAnswer{200, json, []byte("null"), nil}, false, "oauth_error"},
		"an error with 200":       {TokenAnswer{200, json, []byte(`{"error":"x",` + good[1:]), nil}, false, "oauth_error"},
		"no access token":         {TokenAnswer{200, json, []byte(`{"expires_in":60}`), nil}, false, "oauth_error"},
		"an empty access token":   {TokenAnswer{200, json, []byte(`{"access_token":"","expires_in":60}`), nil}, false, "oauth_error"},
		"a number as token":       {TokenAnswer{200, json, []byte(`{"access_token":5,"expires_in":60}`), nil}, false, "oauth_error"},
		"no token type":           {TokenAnswer{200, json, []byte(`{"access_token":"a","expires_in":60}`), nil}, false, ""},
		"bearer in lower case":    {TokenAnswer{200, json, []byte(strings.ToLower(good)), nil}, false, ""},
		"mac":                     {TokenAnswer{200, json, []byte(strings.Replace(good, "Bearer", "mac", 1)), nil}, false, "oauth_error"},
		"no life":                 {TokenAnswer{200, json, []byte(`{"access_token":"a"}`), nil}, false, "oauth_error"},
		"no life at a refresh":    {TokenAnswer{200, json, []byte(`{"access_token":"a"}`), nil}, true, ""},
		"a life in a string":      {TokenAnswer{200, json, []byte(`{"access_token":"a","expires_in":"60"}`), nil}, false, ""},
		"a life of words":         {TokenAnswer{200, json, []byte(`{"access_token":"a","expires_in":"soon"}`), nil}, false, "oauth_error"},
		"words at a refresh, too": {TokenAnswer{200, json, []byte(`{"access_token":"a","expires_in":null}`), nil}, true, "oauth_error"},
		"a life beyond reason":    {TokenAnswer{200, json, []byte(`{"access_token":"a","expires_in":1e12}`), nil}, false, "oauth_error"},
	} {
		token, failure := readToken(c.answer, c.refresh)
		if failure.Reason != c.reason || failure.failed() != (token == nil) {
			t.Errorf("%s: %v %+v, want %q", name, token, failure, c.reason)
		}
		if failure.failed() && failure.Status != c.answer.Status {
			t.Errorf("%s: status %d", name, failure.Status)
		}
	}
	token, _ := readToken(TokenAnswer{200, json, []byte(good), nil}, false)
	want := Token{"access_token": "a", "token_type": "Bearer", "expires_in": 60, "refresh_token": "r", "scope": "s", "id": 7.0}
	if !reflect.DeepEqual(token, want) {
		t.Errorf("%v, want %v", token, want)
	}
}

func TestARefreshKeepsWhatItDoesNotName(t *testing.T) {
	t.Parallel()
	old := Token{"access_token": "a", "refresh_token": "r", "expires_in": 60, "id_token": "i"}
	before := maps.Clone(old)
	for name, c := range map[string]struct{ fresh, want Token }{
		"the access token alone":     {Token{"access_token": "b"}, Token{"access_token": "b", "refresh_token": "r"}},
		"rotation":                   {Token{"access_token": "b", "refresh_token": "s"}, Token{"access_token": "b", "refresh_token": "s"}},
		"a refresh token of null":    {Token{"access_token": "b", "refresh_token": nil}, Token{"access_token": "b", "refresh_token": "r"}},
		"a new member and a life":    {Token{"expires_in": 5, "x": 1}, Token{"access_token": "a", "refresh_token": "r", "x": 1}},
		"nothing (the same as then)": {Token{}, before},
	} {
		got := merge(old, c.fresh)
		for member, value := range c.want {
			if got[member] != value {
				t.Errorf("%s: %s is %v, want %v", name, member, got[member], value)
			}
		}
		if got["id_token"] != "i" || !maps.Equal(old, before) {
			t.Errorf("%s: %v of %v", name, got, old)
		}
	}
}

func TestATokenIsStampedWithItsEnd(t *testing.T) {
	t.Parallel()
	l := New(Options{Policy: ptr(Strict())})
	for life, seconds := range map[any]int{60: 60, 3600.0: 3600, "90": 90, nil: 0, "soon": 0, -5: -5, 1.9: 1} {
		given := Token{"access_token": "a", "expires_in": life}
		got := l.stamped(given, noon)
		if got["expires_in"] != seconds || !got.expires().Equal(noon.Add(time.Duration(seconds)*time.Second)) {
			t.Errorf("a life of %v: %v, ends %s", life, got, got.expires())
		}
		if given["expires_in"] != life || given["expires_at"] != nil {
			t.Errorf("the token that was given has changed: %v", given)
		}
	}
}

func ptr[T any](v T) *T { return &v }

func TestAFailureHasItsOutcome(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]Outcome{
		0: Retry, 200: Ignore, 302: Ignore, 429: Retry, 500: Retry, 503: Retry,
		400: Reauth, 401: Reauth, 403: Reauth, 404: Reauth, 499: Reauth,
	} {
		if got := outcomeOf(Failure{"x", status}); got != want {
			t.Errorf("%d: %v, want %v", status, got, want)
		}
	}
	for outcome, want := range map[Outcome]string{Reauth: SetupError, Retry: SetupRetry, Ignore: SetupRetry} {
		if got := setupState(outcome); got != want {
			t.Errorf("outcome %v: %s, want %s", outcome, got, want)
		}
	}
}

func TestATokenRequestAuthenticatesInOneWay(t *testing.T) {
	t.Parallel()
	secret, none := Credential{ClientID: "h&me", ClientSecret: "s:+é"}, Credential{ClientID: "h&me"}
	for name, c := range map[string]struct {
		way    string
		client Credential
		form   string // of the code's request
		again  string // of the refresh
		header string
	}{
		"post": {"client_secret_post", secret,
			"grant_type=authorization_code&code=c&redirect_uri=http%3A%2F%2Fh%2Fcb&client_id=h%26me&client_secret=s%3A%2B%C3%A9",
			"grant_type=refresh_token&client_id=h%26me&refresh_token=r&client_secret=s%3A%2B%C3%A9", ""},
		"basic": {"client_secret_basic", secret,
			"grant_type=authorization_code&code=c&redirect_uri=http%3A%2F%2Fh%2Fcb",
			"grant_type=refresh_token&client_id=h%26me&refresh_token=r", "Basic aCUyNm1lOnMlM0ElMkIlQzMlQTk="},
		"basic without secret": {"client_secret_basic", none,
			"grant_type=authorization_code&code=c&redirect_uri=http%3A%2F%2Fh%2Fcb&client_id=h%26me",
			"grant_type=refresh_token&client_id=h%26me&refresh_token=r", ""},
	} {
		p := Provider{TokenURL: "http://third/token", AuthMethod: c.way}
		code, again := codeRequest(p, c.client, "c", "http://h/cb", ""), refreshRequest(p, c.client, "r")
		if got := encode(code.Form); got != c.form || code.Header.Get("Authorization") != c.header || code.URL != p.TokenURL {
			t.Errorf("%s: %s with %q", name, got, code.Header.Get("Authorization"))
		}
		if got := encode(again.Form); got != c.again || again.Header.Get("Authorization") != c.header {
			t.Errorf("%s: refresh %s with %q", name, got, again.Header.Get("Authorization"))
		}
	}
	with := encode(codeRequest(Provider{}, none, "c", "u", "v3rifier").Form)
	if !strings.Contains(with, "&code_verifier=v3rifier&client_id=") {
		t.Errorf("a code with PKCE: %s", with)
	}
}
