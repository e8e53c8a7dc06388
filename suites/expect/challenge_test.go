package expect

import (
	"net/http"
	"testing"

	"github.com/authconform/authconform/harness/wire"
)

func TestARepeatedParameterOfAChallengeIsFound(t *testing.T) {
	for header, want := range map[string]string{
		`Bearer realm="a", error="b"`:                 "",
		`Bearer realm="a", error="b", Realm=c`:        "realm",
		`Bearer realm="a", Basic realm="b"`:           "",
		`Bearer error_description="realm=a, realm=b"`: "",
		`Bearer`: "",
		`Basic realm="a", Bearer error="a", error ="b"`: "error",
	} {
		e := &wire.Exchange{Status: 401, Header: http.Header{"Www-Authenticate": {header}}}
		if got := RepeatedParameter(e); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
}
