package indieauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/wire"
)

// ErrNoServer is the reason why a profile URL cannot be judged.
var ErrNoServer = errors.New("the profile URL leads to no IndieAuth server")

// Links are the absolute URLs that a profile page links to (IndieAuth §4.1); "" if there is none.
type Links struct {
	Page          string `json:"page"` // the final URL after redirects
	Metadata      string `json:"metadata,omitempty"`
	Authorization string `json:"authorization,omitempty"` // of releases before 2022
	Token         string `json:"token,omitempty"`         // the same
}

const mostRedirects = 10

// Discover follows the profile URL to the server and reads its endpoints.
func (s *Server) Discover(ctx context.Context) error {
	links, err := s.Follow(ctx, s.Me)
	if err != nil {
		return err
	}
	s.Links = links
	older := links.Authorization != "" && links.Token != ""
	if links.Metadata != "" {
		if err := s.describe(ctx, links); err == nil || !older || !errors.Is(err, ErrNoServer) {
			return err
		}
	}
	switch {
	case older: // that there are no metadata to read is what a row says
		s.AuthorizeURL, s.TokenURL = links.Authorization, links.Token
		return nil
	case links.Authorization != "":
		return fmt.Errorf("%w: %s names an authorization endpoint but no token endpoint", ErrNoServer, links.Page)
	}
	if err := s.Provider.Discover(ctx); err != nil {
		return fmt.Errorf("%w: %s has no link with rel=\"indieauth-metadata\", in its headers or its elements; "+
			"give the profile URL with --me", ErrNoServer, links.Page)
	}
	s.more()
	return nil
}

// describe reads the metadata.
func (s *Server) describe(ctx context.Context, links Links) error {
	if links.Metadata == links.Page {
		return fmt.Errorf("%w: %s names itself as its indieauth-metadata", ErrNoServer, links.Page)
	}
	s.MetadataURL = links.Metadata
	e := s.Wire.Do(ctx, wire.Request{Method: http.MethodGet, URL: links.Metadata, Public: true})
	if err := kind.Reached(e); err != nil {
		return fmt.Errorf("the indieauth-metadata of %s: %w", links.Page, err)
	}
	doc, err := e.Object() // a row judges its media type
	if err != nil || e.Status != http.StatusOK {
		return fmt.Errorf("%w: the indieauth-metadata of %s is not a JSON object: %s", ErrNoServer, links.Page, e)
	}
	s.Metadata = doc
	s.AuthorizeURL, s.TokenURL = text(doc, "authorization_endpoint"), text(doc, "token_endpoint")
	s.RevokeURL = text(doc, "revocation_endpoint")
	if s.AuthorizeURL == "" || s.TokenURL == "" {
		return fmt.Errorf("%w: %s has no authorization_endpoint or no token_endpoint", ErrNoServer, links.Metadata)
	}
	s.more()
	return nil
}

func (s *Server) more() { s.APIURL = text(s.Metadata, "userinfo_endpoint") }

// Follow fetches a profile URL, follows its redirects, and reads the page's links.
func (s *Server) Follow(ctx context.Context, at string) (Links, error) {
	var seen []string
	for range mostRedirects {
		e := s.Wire.Do(ctx, wire.Request{Method: http.MethodGet, URL: at, Public: true, Header: http.Header{"Accept": {"text/html"}}})
		if err := kind.Reached(e); err != nil {
			return Links{}, fmt.Errorf("the profile URL %s: %w", at, err)
		}
		seen = append(seen, at)
		to := e.Header.Get("Location")
		switch {
		case e.Status < 300 || e.Status >= 400 || to == "":
			if e.Status != http.StatusOK {
				return Links{}, fmt.Errorf("%w: %s answers %s", ErrNoServer, at, e)
			}
			links := read(e, at)
			if e.Cut && links == (Links{Page: at}) {
				return links, fmt.Errorf("%w: %s is larger than 1 MiB, and the part that is read contains no link", ErrNoServer, at)
			}
			return links, nil
		}
		next, err := e.Resolve(to)
		if err != nil {
			return Links{}, fmt.Errorf("%w: %s redirects to %q, which is not a URL", ErrNoServer, at, to)
		}
		if slices.Contains(seen, next) {
			return Links{}, fmt.Errorf("%w: it redirects in a loop: %s", ErrNoServer, strings.Join(append(seen, next), " → "))
		}
		at = next
	}
	return Links{}, fmt.Errorf("%w: it redirects more than %d times, finally to %s", ErrNoServer, mostRedirects, at)
}

// read reads the links of a page: those in its headers come first (§4.1).
func read(e *wire.Exchange, at string) Links {
	found := map[string]string{}
	take := func(rel, href string) {
		to, err := e.Resolve(href)
		for _, r := range strings.Fields(strings.ToLower(rel)) {
			if _, there := found[r]; !there && err == nil && href != "" {
				found[r] = to
			}
		}
	}
	for _, header := range e.Header.Values("Link") {
		for _, part := range strings.Split(header, ",") {
			target, rest, ok := strings.Cut(strings.TrimSpace(part), ">")
			if !ok || !strings.HasPrefix(target, "<") {
				continue
			}
			for _, p := range strings.Split(rest, ";") {
				if name, value, ok := strings.Cut(strings.TrimSpace(p), "="); ok && strings.EqualFold(name, "rel") {
					take(strings.Trim(value, `"`), target[1:])
				}
			}
		}
	}
	if page := e.Page(); page != nil {
		for n := range page.Descendants() {
			if n.Type == html.ElementNode && n.Data == "link" {
				take(attribute(n, "rel"), attribute(n, "href"))
			}
		}
	}
	return Links{at, found["indieauth-metadata"], found["authorization_endpoint"], found["token_endpoint"]}
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// Host is the host of a URL in lower case; "" if it has none.
func Host(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}
