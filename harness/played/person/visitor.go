package person

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/authconform/authconform/harness/wire"
)

// Visitor is a browser without scripts: it keeps cookies by name and opens the given URLs.
type Visitor struct {
	wire    *wire.Client
	cookies map[string]cookie
}

type cookie struct {
	value string
	lax   bool // SameSite: other sites' forms do not send it
}

// NewVisitor returns a visitor without cookies.
func NewVisitor(w *wire.Client) *Visitor { return &Visitor{wire: w, cookies: map[string]cookie{}} }

// Open opens a URL.
func (v *Visitor) Open(ctx context.Context, at string) *wire.Exchange {
	return v.send(ctx, wire.Request{Method: http.MethodGet, URL: at, Header: http.Header{"Accept": {"text/html"}}}, false)
}

// Submit sends a form from its page, by POST or GET, as browsers do.
func (v *Visitor) Submit(ctx context.Context, f *PageForm) *wire.Exchange {
	return v.submit(ctx, f, originOf(f.page), "same-origin")
}

// SubmitFrom is Submit from a page of another site: it sends that page's Origin and no SameSite cookies.
func (v *Visitor) SubmitFrom(ctx context.Context, origin string, f *PageForm) *wire.Exchange {
	return v.submit(ctx, f, origin, "cross-site")
}

func (v *Visitor) submit(ctx context.Context, f *PageForm, origin, site string) *wire.Exchange {
	header := http.Header{"Accept": {"text/html"}, "Sec-Fetch-Site": {site}, "Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-Dest": {"document"}}
	r := wire.Request{Method: http.MethodPost, URL: f.Action, Header: header}
	if f.Method == http.MethodGet {
		u, err := url.Parse(f.Action)
		if err != nil {
			return &wire.Exchange{Err: err}
		}
		u.RawQuery = f.Fields.Encode()
		r.Method, r.URL = f.Method, u.String()
		return v.send(ctx, r, false) // a GET navigation sends SameSite=Lax cookies
	}
	header.Set("Origin", origin)
	header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Body = f.Fields.Encode()
	return v.send(ctx, r, site == "cross-site")
}

// originOf returns the Origin of a page's posts: "null" if the page suppresses the Referer (Fetch §3.1, the Origin header).
func originOf(page *wire.Exchange) string {
	u, err := url.Parse(page.Request.URL)
	if policy := strings.Join(page.Header.Values("Referrer-Policy"), ","); err != nil || strings.HasSuffix(policy, "no-referrer") {
		return "null"
	}
	return u.Scheme + "://" + u.Host
}

func (v *Visitor) send(ctx context.Context, r wire.Request, foreign bool) *wire.Exchange {
	var parts []string
	for name, c := range v.cookies {
		if !foreign || !c.lax {
			parts = append(parts, name+"="+c.value)
		}
	}
	if len(parts) > 0 {
		r.Header.Set("Cookie", strings.Join(parts, "; "))
	}
	e := v.wire.Do(ctx, r)
	for _, c := range (&http.Response{Header: e.Header}).Cookies() {
		if c.MaxAge < 0 || c.Value == "" {
			delete(v.cookies, c.Name)
		} else {
			v.cookies[c.Name] = cookie{c.Value, c.SameSite == http.SameSiteLaxMode || c.SameSite == http.SameSiteStrictMode}
		}
	}
	return e
}
