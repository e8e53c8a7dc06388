package defects

import (
	"net/url"
	"strings"
	"time"

	"github.com/authconform/authconform/mockserver"
)

// The words for defects of signed paths.

// signs accepts signed paths that the strict rule refuses.
func signs(as func(c mockserver.PathClaims, path, query string, now time.Time) (mockserver.PathClaims, string, string)) change {
	return func(p *mockserver.Policy) {
		strict := p.SignedPath
		p.SignedPath = func(c mockserver.PathClaims, path string, query url.Values, now time.Time) bool {
			c, path, raw := as(c, path, query.Get(""), now)
			return strict(c, path, url.Values{"": {raw}}, now)
		}
	}
}

func names(params [][2]string) (list []string) {
	for _, p := range params {
		list = append(list, p[0])
	}
	return list
}

func nameOf(pair string) string { name, _, _ := strings.Cut(pair, "="); return name }
