package mockserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"github.com/authconform/authconform/mock"
)

func TestAClientPageOfALinkLocalAddressIsNotFetched(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, `<link rel="redirect_uri" href="myapp://cb">`)
	}))
	defer site.Close()
	at := site.URL
	h, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if seen := h.published(t.Context(), at+"/page"); seen.err != nil || len(seen.uris) != 1 {
		t.Errorf("a page of this machine: %v %q", seen.err, seen.uris)
	}
	for _, id := range []string{"http://169.254.169.254/page", "http://[fe80::1]/page", at + "/moved"} {
		if seen := h.published(t.Context(), id); !errors.Is(seen.err, mock.ErrLinkLocal) {
			t.Errorf("%s: %v", id, seen.err)
		}
	}
}

func TestTheOneCauseOfARefusedRedirectIsNamed(t *testing.T) {
	whole := ClientPage{Status: 200, Whole: true}
	for want, seen := range map[string]look{
		"it did not arrive in time":                    {err: fmt.Errorf("get: %w", context.Canceled)},
		"nothing listens there":                        {err: fmt.Errorf("get: %w", syscall.ECONNREFUSED)},
		"more than ten redirects":                      {err: errRedirects},
		"it has a link-local address":                  {err: fmt.Errorf("get: %w", mock.ErrLinkLocal)},
		"not signed by a CA":                           {err: errors.New("x509: certificate signed by unknown authority")},
		"answers 404":                                  {page: ClientPage{Status: 404, Whole: true}},
		"lists no redirect_uri in its first 9 bytes":   {page: ClientPage{Status: 200}, limit: 9},
		"the client's page lists no redirect_uri":      {page: whole},
		`redirect_uri is missing the final "/"`:        {page: whole, uris: []string{"https://x", "myapp://cb/"}},
		`redirect_uri continues with "b"`:              {page: whole, uris: []string{"myapp://c"}},
		`redirect_uri has "cb" instead of "CB"`:        {page: whole, uris: []string{"myapp://CB"}},
		"the client's page lists https://elsewhere.ex": {page: whole, uris: []string{"https://elsewhere.ex"}},
	} {
		if got := seen.why("myapp://cb"); !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
