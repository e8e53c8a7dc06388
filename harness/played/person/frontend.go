package person

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// isFrontend reports whether a page is Home Assistant's, whose script asks for name and password (frontend, authorize.html).
func isFrontend(e *wire.Exchange) bool {
	return e.Status == http.StatusOK && e.MediaType() == "text/html" && strings.Contains(e.Body, "<ha-authorize")
}

// frontend imitates the script of Home Assistant's page (frontend, ha-authorize and ha-auth-flow): it reads the last value of
// each parameter in the page's query. Its API reports errors; the page shows refusals with status 200 and its own text, so the
// API's answer counts.
type frontend struct {
	who   *Person
	v     *Visitor
	page  *url.URL
	query map[string]string
}

// atHome walks from the page to the URL where its script would send the person. The page has no way to deny.
func (who *Person) atHome(ctx context.Context, v *Visitor, page *wire.Exchange, w Walk, r *Trail) {
	at, err := url.Parse(page.Request.URL)
	if err != nil || w.Refuse {
		return
	}
	f := &frontend{who: who, v: v, page: at, query: map[string]string{}}
	for name, values := range at.Query() {
		f.query[name] = values[len(values)-1]
	}
	r.Asked = true
	for r.Last = f.begin(ctx); ; {
		step := stepOf(r.Last)
		if step.Type == "create_entry" && step.Code != "" {
			judge.Secret(ctx, "code", step.Code)
			where := f.back(step.Code)
			if r.Went = append(r.Went, where); w.Ends(where) {
				r.End = where
			}
			return
		}
		fields := f.fields(step)
		if fields == nil || step.FlowID == "" || step.Errors["base"] != "" {
			r.Why = "the login flow of the home goes no further"
			return
		}
		_, asked := fields["password"]
		r.Password = r.Password || asked
		fields["client_id"] = f.query["client_id"]
		r.Last = f.send(ctx, "/auth/login_flow/"+url.PathEscape(step.FlowID), fields)
	}
}

// flowStep is an answer of the login flow.
type flowStep struct {
	Type   string            `json:"type"`
	FlowID string            `json:"flow_id"`
	StepID string            `json:"step_id"`
	Errors map[string]string `json:"errors"`
	Result any               `json:"result"`
	Code   string            `json:"-"`
}

func stepOf(e *wire.Exchange) (s flowStep) {
	if e.Status == http.StatusOK {
		_ = json.Unmarshal([]byte(e.Body), &s) // any other body has no type
		s.Code, _ = s.Result.(string)
	}
	return s
}

// fields returns the answer to a form, or nil if the person has none.
func (f *frontend) fields(s flowStep) map[string]any {
	switch {
	case s.Type == "form" && s.StepID == "init":
		return map[string]any{"username": f.who.Account.Username, "password": f.who.Account.Password}
	case s.Type == "form" && s.StepID == "mfa" && f.who.Account.TOTPSecret != "":
		return map[string]any{"code": oauth.TOTP(f.who.Account.TOTPSecret, time.Now())}
	}
	return nil
}

// begin opens a flow. Pages before 2026 send neither a challenge nor a response_type, and their homes know neither.
func (f *frontend) begin(ctx context.Context) *wire.Exchange {
	body := map[string]any{"handler": f.handler(ctx)}
	for _, name := range []string{"client_id", "redirect_uri"} {
		if value, there := f.query[name]; there {
			body[name] = value
		}
	}
	newer := maps.Clone(body)
	for _, name := range []string{"code_challenge", "code_challenge_method", "response_type"} {
		if value, there := f.query[name]; there {
			newer[name] = value
		}
	}
	e := f.send(ctx, "/auth/login_flow", newer)
	if e.Status == http.StatusBadRequest && strings.Contains(e.Body, "extra keys not allowed") {
		e = f.send(ctx, "/auth/login_flow", body)
	}
	return e
}

// handler returns the login provider that asks for name and password, or the first one. Homes before 2024.2 answer with a bare
// list.
func (f *frontend) handler(ctx context.Context) []any {
	e := f.v.Open(ctx, f.at("/auth/providers"))
	type provider struct {
		Type string `json:"type"`
		ID   any    `json:"id"`
	}
	var newer struct{ Providers []provider }
	var list []provider
	if json.Unmarshal([]byte(e.Body), &newer) == nil {
		list = newer.Providers
	} else {
		_ = json.Unmarshal([]byte(e.Body), &list)
	}
	for _, p := range list {
		if p.Type == "homeassistant" {
			return []any{p.Type, p.ID}
		}
	}
	if len(list) > 0 {
		return []any{list[0].Type, list[0].ID}
	}
	return []any{"homeassistant", nil}
}

func (f *frontend) at(path string) string { return f.page.Scheme + "://" + f.page.Host + path }

// send posts as fetch does with a string: without its own media type.
func (f *frontend) send(ctx context.Context, path string, body map[string]any) *wire.Exchange {
	raw, err := json.Marshal(body)
	if err != nil {
		return &wire.Exchange{Err: err}
	}
	header := http.Header{
		"Accept": {"*/*"}, "Content-Type": {"text/plain;charset=UTF-8"}, "Origin": {f.at("")},
		"Sec-Fetch-Site": {"same-origin"}, "Sec-Fetch-Mode": {"cors"}, "Sec-Fetch-Dest": {"empty"},
	}
	return f.v.send(ctx, wire.Request{Method: http.MethodPost, URL: f.at(path), Header: header, Body: string(raw)}, false)
}

// back returns the URL where the script sends the person: redirect_uri with code and state appended.
func (f *frontend) back(code string) string {
	to := f.query["redirect_uri"]
	switch {
	case !strings.Contains(to, "?"):
		to += "?"
	case !strings.HasSuffix(to, "&"):
		to += "&"
	}
	to += "code=" + url.QueryEscape(code)
	if state := f.query["state"]; state != "" {
		to += "&state=" + url.QueryEscape(state)
	}
	return to
}
