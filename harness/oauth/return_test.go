package oauth

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/wire"
)

func TestWhatABrowserBringsBackIsRead(t *testing.T) {
	for where, want := range map[string]Return{
		"http://a/cb?code=c&state=s&iss=i":          {Code: "c", State: "s", Iss: "i"},
		"http://a/cb?error=access_denied&state=s":   {Error: "access_denied", State: "s"},
		"com.example.app:/cb?code=c":                {Code: "c"},
		"http://a/cb#error=x&state=s":               {Error: "x", State: "s"}, // the form of other response types
		"http://a/cb?state=s#code=in-the-fragment":  {State: "s"},
		"http://a/cb?code=a%20b%26&code=the-second": {Code: "a b&"},
		"http://a/cb": {},
	} {
		var got Return
		got.Came(where)
		if got.Query == nil {
			t.Errorf("%s: nobody came back", where)
		}
		if got.Code != want.Code || got.State != want.State || got.Iss != want.Iss || got.Error != want.Error {
			t.Errorf("%s: %+v, want %+v", where, got, want)
		}
	}
	var got Return
	if got.Came("http://[::1"); got.Query != nil {
		t.Errorf("what is no URL brings %v back", got.Query)
	}
}

func TestAReturnTellsItsStoryWithoutItsCode(t *testing.T) {
	back := Return{Last: &wire.Exchange{Status: http.StatusFound}}
	back.Came("http://a/cb?state=s&code=secret-code")
	page := &wire.Exchange{Status: http.StatusOK}
	lost := &wire.Exchange{Err: errors.New("gone")}
	for name, c := range map[string]struct {
		r    Return
		want string
	}{
		"somebody who came back":  {back, "sent back with code, state"},
		"a page with a reason":    {Return{Last: page, Why: "no step is due"}, "200 (no step is due)"},
		"a page without one":      {Return{Last: page}, "200"},
		"no answer":               {Return{Last: lost}, "no answer: gone"},
		"nothing that is to tell": {Return{}, "no exchange"},
	} {
		if got := c.r.String(); got != c.want || strings.Contains(got, "secret-code") {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestTokensAreReadFromATokenAnswer(t *testing.T) {
	e := &wire.Exchange{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}}
	e.Body = `{"access_token":"a","refresh_token":"r","token_type":"Bearer","expires_in":1800,"client_id":"not this"}`
	want := Tokens{Access: "a", Refresh: "r", Type: "Bearer", Expires: 1800, ClientID: "ours"}
	if got, err := Read(e, "ours"); err != nil || got != want {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	for _, body := range []string{"", "<p>no", "[]", "null"} {
		e.Body = body
		if got, err := Read(e, "ours"); err == nil || got != (Tokens{ClientID: "ours"}) {
			t.Errorf("%q: %+v, %v", body, got, err)
		}
	}
}

func TestOneWrongMemberHidesNoTokens(t *testing.T) {
	for life, seconds := range map[string]int{`"1800"`: 1800, "1799.5": 1799, `"soon"`: 0, "null": 0, "-1": 0, "[]": 0} {
		e := &wire.Exchange{Status: http.StatusCreated, Header: http.Header{"Content-Type": {"text/html"}}}
		e.Body = `{"access_token":"a","refresh_token":"r","token_type":1,"expires_in":` + life + `}`
		if got := Granted(e, "ours"); got != (Tokens{Access: "a", Refresh: "r", Expires: seconds, ClientID: "ours"}) {
			t.Errorf("expires_in %s: %+v", life, got)
		}
		e.Status = http.StatusBadRequest
		if got := Granted(e, "ours"); got != (Tokens{ClientID: "ours"}) {
			t.Errorf("a refusal grants %+v", got)
		}
	}
}
