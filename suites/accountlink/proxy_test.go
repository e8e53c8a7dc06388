package accountlink

import (
	"net/http"
	"testing"

	"github.com/authconform/authconform/harness/wire"
)

func TestAParameterIsChangedAlone(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://x.example/a?state=1&code=2": "https://x.example/a?code=2&state=new",
		"https://x.example/a":                "https://x.example/a?state=new",
		"http://[::1":                        "http://[::1",
	} {
		if got := changed(raw, "state", "new"); got != want {
			t.Errorf("%s: %s, want %s", raw, got, want)
		}
	}
	if got := query("https://x.example/?a=b").Get("a"); got != "b" || len(query("http://[::1")) != 0 {
		t.Errorf("a is %q", got)
	}
}

func TestAReleaseIsOfNumbersAndDots(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"2022.7": true, "2022.7.1": true, "2022": false, "2022.7b1": false, "": false, "v1.2": false} {
		if got := release.MatchString(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestARefreshBringsATokenAndItsLife(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		`{"access_token":"x","expires_in":60}`: true, `{"access_token":"x"}`: false, `{"access_token":"x","expires_in":"60"}`: false,
		`{"expires_in":60}`: false, `{"access_token":"x","expires_in":0}`: false, "": false,
	} {
		e := &wire.Exchange{Status: 200, Body: body, Header: http.Header{"Content-Type": {"application/json"}}}
		if got, err := issue().Match(e); got != want || err != nil {
			t.Errorf("%s: %v, %v, want %v", body, got, err, want)
		}
	}
}
