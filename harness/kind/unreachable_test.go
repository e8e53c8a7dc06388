package kind

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/wire"
)

func TestATargetThatIsNotReachedIsToldWithTheLikelyCause(t *testing.T) {
	nothing := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	plain := httptest.NewServer(nothing)
	defer plain.Close()
	secure := httptest.NewUnstartedServer(nothing)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	of := func(from, a, b string) string { return strings.Replace(from, a, b, 1) }
	trusting := secure.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	localhost := of(secure.URL, "127.0.0.1", "localhost")
	for name, c := range map[string]struct {
		at   wire.Options
		want string
	}{
		"a certificate of nobody": {wire.Options{Base: secure.URL}, "not signed by a CA we trust; give the CA with --ca-file"},
		"one for another name":    {wire.Options{Base: localhost, CA: trusting}, "its certificate is for another name"},
		"https where it is http":  {wire.Options{Base: of(plain.URL, "http:", "https:")}, "is it https:// instead of http://, or"},
		"nobody listening":        {wire.Options{Base: "http://127.0.0.1:1"}, "the target cannot be reached: no answer: nothing listens there"},
	} {
		e := wire.New(c.at).Do(t.Context(), wire.Request{Method: http.MethodGet, URL: "/"})
		err := Unreachable(e)
		if !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	garbled := &wire.Exchange{Err: errors.New(`net/http: HTTP/1.x transport connection broken: malformed HTTP response "\x15"`)}
	if err := Unreachable(garbled); !strings.Contains(err.Error(), "is it https:// instead of http://") {
		t.Errorf("http where it is https: %v", err)
	}
}
