package mockserver

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// ClientPage is the page fetched from a client id.
type ClientPage struct {
	ClientID   string
	Status     int
	Header     http.Header
	Redirected bool   // the page was reached by HTTP redirects
	Body       []byte // at most the policy's limit
	Whole      bool   // the body ended below the limit
}

// published fetches the redirect URIs that a client publishes: link tags, else a metadata document. On failure there are none.
func (h *Home) published(ctx context.Context, clientID string) *look {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer h.clock.AfterFunc(h.Policy().PageTTL(), cancel)()
	page, err := h.fetch(ctx, clientID)
	seen := &look{page: page, err: err, limit: h.Policy().PageLimit()}
	if err != nil {
		seen.uris = h.Policy().Unreadable(clientID, err)
		return seen
	}
	if h.Policy().FetchesAll() {
		h.fetchAll(ctx, page)
	}
	if seen.uris = h.Policy().LinkedRedirects(page); len(seen.uris) == 0 {
		seen.uris = h.Policy().DocumentRedirects(clientID, page)
	}
	return seen
}

var (
	errRedirects = errors.New("more than ten redirects")
	errBrokenOff = errors.New("the client page broke off before its end")
)

// fetch gets a client page: one GET without cookies, redirects followed, the first bytes read.
func (h *Home) fetch(ctx context.Context, clientID string) (ClientPage, error) {
	page := ClientPage{ClientID: clientID}
	client := *h.Fetch
	client.Jar = nil
	client.CheckRedirect = func(_ *http.Request, via []*http.Request) error {
		page.Redirected = true
		if len(via) >= 10 {
			return errRedirects
		}
		return nil
	}
	method, header := h.Policy().FetchRequest(clientID)
	req, err := http.NewRequestWithContext(ctx, method, clientID, nil)
	if err != nil {
		return page, err
	}
	maps.Copy(req.Header, header)
	req.Header.Set("Accept", "*/*")
	req.Header.Set("User-Agent", "authconform-mock/"+h.Version)
	resp, err := client.Do(req)
	if err != nil {
		return page, err
	}
	defer resp.Body.Close()
	page.Status, page.Header = resp.StatusCode, resp.Header
	limit := h.Policy().PageLimit()
	page.Body, err = io.ReadAll(io.LimitReader(&reads{resp.Body, h.Policy().PageReads()}, int64(limit)))
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return page, errBrokenOff
	}
	page.Whole = err == nil && len(page.Body) < limit // what fills the limit may have been cut
	return page, nil
}

// reads is a body that is read so many times at most; 0: to its end.
type reads struct {
	io.Reader
	left int
}

// Read implements io.Reader.
func (r *reads) Read(b []byte) (int, error) {
	if r.left == 0 {
		return r.Reader.Read(b)
	}
	if r.left--; r.left == 0 {
		return 0, io.EOF
	}
	return r.Reader.Read(b[:min(len(b), 1024)])
}

// linkedRedirects reads <link rel="redirect_uri" href> elements, where a browser would see elements.
func linkedRedirects(page ClientPage) []string {
	base, err := url.Parse(page.ClientID)
	if err != nil {
		return nil
	}
	var out []string
	inert := 0 // depth of elements whose content is no part of the page
	z := html.NewTokenizer(strings.NewReader(string(page.Body)))
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return out
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			t := z.Token()
			if t.DataAtom == atom.Template {
				switch kind {
				case html.StartTagToken:
					inert++
				case html.EndTagToken:
					inert = max(0, inert-1)
				}
			}
			if kind != html.EndTagToken && t.DataAtom == atom.Link && inert == 0 {
				if href := redirectLink(t.Attr); href != "" {
					if ref, err := base.Parse(href); err == nil {
						out = append(out, resolved(href, ref))
					}
				}
			}
		}
	}
}

// resolved resolves a link; an absolute one stays unchanged.
func resolved(href string, ref *url.URL) string {
	if u, err := url.Parse(href); err == nil && u.IsAbs() {
		return href
	}
	return ref.String()
}

func redirectLink(attrs []html.Attribute) string {
	var rel, href string
	for _, a := range attrs {
		switch a.Key {
		case "rel":
			rel = a.Val
		case "href":
			href = a.Val
		}
	}
	if rel != "redirect_uri" {
		return ""
	}
	return href
}

// documentRedirects reads a client id metadata document (draft-ietf-oauth-client-id-metadata-document §4).
func documentRedirects(clientID string, page ClientPage) []string {
	id, err := url.Parse(clientID)
	if err != nil || id.Scheme != "https" || id.Path == "" || strings.Contains(clientID, "#") {
		return nil
	}
	if page.Status != http.StatusOK || page.Redirected || !page.Whole || !utf8.Valid(page.Body) {
		return nil
	}
	var doc struct {
		ClientID     string    `json:"client_id"`
		RedirectURIs *[]string `json:"redirect_uris"`
		Method       string    `json:"token_endpoint_auth_method"`
		Secret       *string   `json:"client_secret"`
	}
	if json.Unmarshal(page.Body, &doc) != nil || doc.ClientID != clientID || doc.RedirectURIs == nil || doc.Secret != nil {
		return nil
	}
	if strings.HasPrefix(doc.Method, "client_secret_") {
		return nil
	}
	if slices.ContainsFunc(*doc.RedirectURIs, func(s string) bool {
		u, err := url.Parse(s)
		return err != nil || !u.IsAbs() || strings.Contains(s, "#")
	}) {
		return nil
	}
	return *doc.RedirectURIs
}

// fetchAll fetches the addresses that a metadata document names: what a home must not do before anybody has looked.
func (h *Home) fetchAll(ctx context.Context, page ClientPage) {
	var doc map[string]any
	if json.Unmarshal(page.Body, &doc) != nil {
		return
	}
	for name, value := range doc {
		if address, ok := value.(string); ok && strings.HasSuffix(name, "_uri") {
			_, _ = h.fetch(ctx, address) // what comes of it does not matter
		}
	}
}
