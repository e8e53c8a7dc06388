package mockprovider

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/authconform/authconform/mock"
)

// The developer console: apps, their secrets and redirect URLs, as pages and over REST.

const (
	maxRedirects = 20
	maxName      = 80
)

// console mounts it.
func (p *Provider) console() {
	p.plane.Handle("/console", methods{get: p.asDeveloper(p.appsPage)})
	p.plane.Handle("/console/login", methods{post: p.consoleLogin})
	p.plane.Handle("/console/logout", methods{post: p.consoleLogout})
	p.plane.Handle("/console/links", methods{get: p.asDeveloper(p.linksPage)})
	p.plane.Handle("/console/links/{id}/revoke", methods{post: p.form(p.unlink)})
	p.plane.Handle("/console/apps", methods{post: p.form(p.postApp)})
	p.plane.Handle("/console/apps/{id}", methods{get: p.asDeveloper(p.showApp)})
	p.plane.Handle("/console/apps/{id}/{act}", methods{post: p.form(p.postAct)})
	p.plane.Handle("/console/api/apps", methods{get: p.rest(p.listApps), post: p.rest(p.createApp)})
	p.plane.Handle("/console/api/apps/{id}", methods{get: p.rest(p.readApp), del: p.rest(p.deleteApp)})
	p.plane.Handle("/console/api/apps/{id}/redirects", methods{post: p.rest(p.addRedirect), del: p.rest(p.dropRedirect)})
	p.plane.Handle("/console/api/apps/{id}/secret", methods{post: p.rest(p.rotate)})
}

// advice is a refusal that helps: what is wrong, and what would be right.
type advice struct{ Problem, Hint string }

func (a *advice) Error() string { return strings.TrimSpace(a.Problem + " " + a.Hint) }

var errNoApp = errors.New("you have no such app")

// The verbs of the console, the same for pages and REST.

func (p *Provider) makeApp(owner, name string, redirects []string, public bool) (App, error) {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return App{}, &advice{"The app has no name.", "Choose one that users will recognise when they are asked to allow it."}
	case utf8.RuneCountInString(name) > maxName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return App{}, &advice{"That name is not allowed.", "Up to 80 characters, without control characters."}
	case len(redirects) > maxRedirects:
		return App{}, &advice{"There are too many redirect URLs.", "Up to 20."}
	}
	for i, r := range redirects {
		if err := checkRedirect(redirects[:i], r); err != nil {
			return App{}, err
		}
	}
	return p.store.putApp(App{Name: name, Owner: owner, Redirects: redirects, Public: public})
}

func checkRedirect(have []string, raw string) error {
	if len(raw) > 2048 {
		return &advice{"That URL is too long.", "Up to 2048 characters."}
	}
	if problem, hint := adviseRedirect(raw); problem != "" {
		return &advice{problem, hint}
	}
	if slices.Contains(have, raw) {
		return &advice{"That URL is registered already.", ""}
	}
	return nil
}

func (p *Provider) appOf(owner, id string) (App, error) {
	a, ok := p.store.app(id)
	if !ok || a.Owner != owner {
		return a, errNoApp
	}
	return a, nil
}

// editApp edits an app of an owner; an error of edit leaves it as it is. Where others edit it, too, edit is called again.
func (p *Provider) editApp(owner, id string, edit func(*App) error) (App, error) {
	for {
		a, err := p.appOf(owner, id)
		if err != nil {
			return a, err
		}
		if err := edit(&a); err != nil {
			return a, err
		}
		if p.store.swapApp(a) {
			return a, nil
		}
	}
}

func (p *Provider) addURL(owner, id, raw string) (App, error) {
	return p.editApp(owner, id, func(a *App) error {
		if err := checkRedirect(a.Redirects, raw); err != nil {
			return err
		}
		if len(a.Redirects) >= maxRedirects {
			return &advice{"There are too many redirect URLs.", "Remove one first."}
		}
		a.Redirects = append(a.Redirects, raw)
		return nil
	})
}

func (p *Provider) dropURL(owner, id, raw string) (App, error) {
	return p.editApp(owner, id, func(a *App) error {
		i := slices.Index(a.Redirects, raw)
		if i < 0 {
			return &advice{"That URL is not registered.", ""}
		}
		a.Redirects = slices.Delete(a.Redirects, i, i+1)
		return nil
	})
}

// newSecret replaces the secret; the old one is dead at once.
func (p *Provider) newSecret(owner, id string) (App, error) {
	secret := mock.Secret(24)
	a, err := p.editApp(owner, id, func(a *App) error {
		if a.Public {
			return &advice{"This app has no secret: it is public.", ""}
		}
		a.hash = key(secret)
		return nil
	})
	if err == nil {
		a.Secret = secret
	}
	return a, err
}

// rest guards the console's REST: HTTP Basic with the developer's name and password.
func (p *Provider) rest(next func(*mock.Call, User) (int, any, error)) mock.Handler {
	return func(c *mock.Call) *mock.Answer {
		name, password, _ := c.BasicAuth()
		u, ok := p.store.login(name, password)
		if !ok {
			a := mock.Message(http.StatusUnauthorized, "Use HTTP Basic with your user name and password")
			a.Header.Set("WWW-Authenticate", `Basic realm="developer console"`)
			return a
		}
		c.User = u.Username
		status, v, err := next(c, u)
		var help *advice
		switch {
		case errors.As(err, &help):
			a := mock.JSON(http.StatusBadRequest, map[string]string{"message": help.Problem, "hint": help.Hint})
			a.Why = help.Problem
			return a
		case errors.Is(err, errNoApp):
			return mock.Message(http.StatusNotFound, err.Error())
		case err != nil:
			return mock.Message(http.StatusBadRequest, err.Error())
		}
		return noStore(mock.JSON(status, v))
	}
}

func (p *Provider) listApps(_ *mock.Call, u User) (int, any, error) {
	return http.StatusOK, p.store.appsOf(u.Username), nil
}

func (p *Provider) createApp(c *mock.Call, u User) (int, any, error) {
	var b struct {
		Name      string   `json:"name"`
		Redirects []string `json:"redirect_uris"`
		Public    bool     `json:"public"`
	}
	if err := mock.Strict(c.Bytes, &b); err != nil {
		return 0, nil, &advice{"The request is malformed: " + err.Error() + ".", `{"name":"…","redirect_uris":["…"],"public":false}`}
	}
	a, err := p.makeApp(u.Username, b.Name, b.Redirects, b.Public)
	return http.StatusCreated, a, err
}

func (p *Provider) readApp(c *mock.Call, u User) (int, any, error) {
	a, err := p.appOf(u.Username, c.PathValue("id"))
	return http.StatusOK, a, err
}

func (p *Provider) deleteApp(c *mock.Call, u User) (int, any, error) {
	if !p.store.dropApp(c.PathValue("id"), u.Username) {
		return 0, nil, errNoApp
	}
	return http.StatusOK, mock.Done{}, nil
}

func urlOf(c *mock.Call) (string, error) {
	var b struct {
		URL string `json:"url"`
	}
	if json.Unmarshal(c.Bytes, &b) != nil {
		return "", &advice{"The request is malformed.", `{"url":"…"}`}
	}
	return b.URL, nil
}

func (p *Provider) addRedirect(c *mock.Call, u User) (int, any, error) {
	raw, err := urlOf(c)
	if err != nil {
		return 0, nil, err
	}
	a, err := p.addURL(u.Username, c.PathValue("id"), raw)
	return http.StatusOK, a, err
}

func (p *Provider) dropRedirect(c *mock.Call, u User) (int, any, error) {
	raw, err := urlOf(c)
	if err != nil {
		return 0, nil, err
	}
	a, err := p.dropURL(u.Username, c.PathValue("id"), raw)
	return http.StatusOK, a, err
}

func (p *Provider) rotate(c *mock.Call, u User) (int, any, error) {
	a, err := p.newSecret(u.Username, c.PathValue("id"))
	return http.StatusOK, a, err
}
