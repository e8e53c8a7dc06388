package mockserver

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
)

func TestTheOneCauseOfARefusedRedirectIsNamed(t *testing.T) {
	whole := ClientPage{Status: 200, Whole: true}
	for want, seen := range map[string]look{
		"it did not come in time":                      {err: fmt.Errorf("get: %w", context.Canceled)},
		"nobody listens there":                         {err: fmt.Errorf("get: %w", syscall.ECONNREFUSED)},
		"more than ten redirects":                      {err: errRedirects},
		"signed by nobody":                             {err: errors.New("x509: certificate signed by unknown authority")},
		"answers 404":                                  {page: ClientPage{Status: 404, Whole: true}},
		"lists no redirect_uri in its first 9 bytes":   {page: ClientPage{Status: 200}, limit: 9},
		"the client's page lists no redirect_uri":      {page: whole},
		`redirect_uri ends before its "/"`:             {page: whole, uris: []string{"https://x", "myapp://cb/"}},
		`redirect_uri goes on with "b" after it`:       {page: whole, uris: []string{"myapp://c"}},
		`redirect_uri has "cb" where it has "CB"`:      {page: whole, uris: []string{"myapp://CB"}},
		"the client's page lists https://elsewhere.ex": {page: whole, uris: []string{"https://elsewhere.ex"}},
	} {
		if got := seen.why("myapp://cb"); !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
