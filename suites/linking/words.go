package linking

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/home/linking"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/thirdparty"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

// party returns a third party for the spec, at which the home has a client.
func party(ctx context.Context) *thirdparty.App { return thirdparty.New(ctx, home.From(ctx).Site) }

// abort holds for a flow that ended without an entry, for one of the reasons.
func abort(reasons ...string) Expectation {
	return All(HaveStatus(http.StatusOK), HaveText("type", "abort"), HaveText("reason", reasons...))
}

// anyAbort holds for a flow that ended without an entry, for any reason.
func anyAbort() Expectation {
	return All(HaveStatus(http.StatusOK), HaveText("type", "abort"), HaveText("reason"))
}

// makeEntry holds for a flow that ended with an entry.
func makeEntry() Expectation { return All(HaveStatus(http.StatusOK), HaveText("type", "create_entry")) }

// sendAway holds for a flow that sends the person to a third party.
func sendAway() Expectation {
	return All(HaveStatus(http.StatusOK), HaveText("type", "external"), HaveText("step_id", "auth"), HaveText("flow_id"), HaveText("url"))
}

// ended describes the end of a flow, for a note.
func ended(e *wire.Exchange) string {
	if e.Text("type") == "abort" {
		return "abort " + e.Text("reason")
	}
	return Outcome(e)
}

// code returns the error code of a command, or "".
func code(err error) string {
	var refused *home.CommandError
	if errors.As(err, &refused) {
		return refused.Code
	}
	if err != nil {
		return "no answer"
	}
	return ""
}

// listed reports whether the home lists a credential.
func listed(ctx context.Context, id string) bool {
	return slices.ContainsFunc(linking.Credentials(ctx), func(c linking.Credential) bool { return c.ID == id })
}

// query returns the query of a URL.
func query(raw string) url.Values {
	u, err := url.Parse(raw)
	if err != nil {
		return url.Values{}
	}
	return u.Query()
}

// tokens returns the tokens in an answer of the harness.
func tokens(r thirdparty.Reply) (access, refresh string) {
	var v struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
	}
	_ = json.Unmarshal([]byte(r.Body), &v)
	return v.Access, v.Refresh
}

// answering makes the app answer every token request with the members, after the strict check.
func answering(ctx context.Context, app *thirdparty.App, members map[string]any) {
	app.Token = func(_ int, r thirdparty.Request) thirdparty.Reply {
		if strict := app.Grant(ctx, r, 3600); strict.Status != http.StatusOK {
			return strict
		}
		return app.Issue(ctx, members)
	}
}

// refreshing makes the app issue a token of 10 seconds for the code, and answer refreshes by a function of their number.
func refreshing(ctx context.Context, app *thirdparty.App, answer func(n int, r thirdparty.Request) thirdparty.Reply) {
	refreshes := 0
	app.Token = func(_ int, r thirdparty.Request) thirdparty.Reply {
		if r.Form.Get("grant_type") != "refresh_token" {
			return app.Grant(ctx, r, 10)
		}
		refreshes++
		return answer(refreshes, r)
	}
}

// each judges vectors in sequence: they share a home, whose flows and credentials would mix.
func each[T any](ctx context.Context, list []T, name func(T) string, check func(context.Context, T)) {
	for _, item := range list {
		check(judge.Step(ctx, name(item)), item)
	}
}

// last returns the last request. A control checks that there is one.
func last(ctx context.Context, list []thirdparty.Request) thirdparty.Request {
	if len(list) == 0 {
		judge.Block(ctx, "the third party got no such request")
	}
	return list[len(list)-1]
}

// refreshes returns the refresh requests that the app received.
func refreshes(app *thirdparty.App) []thirdparty.Request {
	return slices.DeleteFunc(app.Requests("token"), func(r thirdparty.Request) bool { return r.Form.Get("grant_type") != "refresh_token" })
}

// reply is an answer with a status and a JSON body.
func reply(status int, body string) thirdparty.Reply {
	return thirdparty.Reply{Status: status, Body: body}
}

// attempt runs a whole flow with the app and returns its last answer.
func attempt(ctx context.Context, app *thirdparty.App, s linking.Settings) *wire.Exchange {
	c := linking.Enter(ctx, app, s)
	return linking.Finish(ctx, app, linking.Begin(ctx, c.ID)).Exchange
}

// plainUser returns a socket and an access token of a new user without admin rights.
func plainUser(ctx context.Context) (*home.Socket, string) {
	h := home.From(ctx)
	user := h.NewUser(ctx, "plain")
	access := h.Tokens(ctx, home.Login{Account: &user.Account}).Access
	return h.Open(ctx, access), access
}

// secretFree holds for an answer that contains none of the secrets.
func secretFree(secrets ...string) Expectation {
	return Hold("no token and no secret", func(e *wire.Exchange) error {
		for _, s := range secrets {
			if s != "" && strings.Contains(e.Body, s) {
				return errors.New("a secret stands in the body")
			}
		}
		return nil
	})
}

// once holds for parameters that each have exactly one value.
func once(ctx context.Context, values url.Values, names ...string) {
	for _, name := range names {
		judge.Expect(ctx, len(values[name])).To(Be("values of "+name, 1))
	}
}

// usedWell counts the uses that the API answered with 200.
func usedWell(list []linking.Used) int {
	n := 0
	for _, u := range list {
		if u.Status == http.StatusOK && u.Error == "" {
			n++
		}
	}
	return n
}

// plural formats a number of things, for a note.
func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// s256 returns the challenge of a verifier (RFC 7636 §4.2).
func s256(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// entryIDs returns the ids of the entries with a title in the home's list.
func entryIDs(e *wire.Exchange, title string) []string {
	var list []struct {
		ID    string `json:"entry_id"`
		Title string `json:"title"`
	}
	_ = e.Decode(&list)
	var out []string
	for _, one := range list {
		if one.Title == title {
			out = append(out, one.ID)
		}
	}
	return out
}

// awaitState polls an entry until it reaches a state or time runs out: a home sets entries up in the background.
func awaitState(ctx context.Context, id, state string) linking.Entry {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(5 * time.Second); ; <-tick.C {
		e, err := linking.Find(ctx, id)
		if err != nil || e.State == state || time.Now().After(deadline) || ctx.Err() != nil {
			return e
		}
	}
}
