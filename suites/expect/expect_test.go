package expect

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"testing"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	"github.com/authconform/authconform/suites/profiles"
)

// answer returns an answer with a JSON body and header lines: name, value, name, value.
func answer(status int, body string, header ...string) *wire.Exchange {
	e := &wire.Exchange{Status: status, Body: body, Header: http.Header{"Content-Type": {"application/json"}}}
	for i := 0; i+1 < len(header); i += 2 {
		e.Header.Set(header[i], header[i+1])
	}
	return e
}

// cut returns an answer with an incomplete body.
func cut() *wire.Exchange { return &wire.Exchange{Status: http.StatusOK, Err: errors.New("reset")} }

type expectations map[string]struct {
	matcher judge.Matcher
	good    []any
	bad     []any
}

func (list expectations) hold(t *testing.T) {
	t.Helper()
	for name, c := range list {
		for i, g := range c.good {
			if ok, err := c.matcher.Match(g); !ok || err != nil {
				t.Errorf("%s: good answer %d does not hold: %s", name, i, c.matcher.FailureMessage(g))
			}
		}
		for i, b := range c.bad {
			if ok, _ := c.matcher.Match(b); ok {
				t.Errorf("%s: bad answer %d holds: %s", name, i, c.matcher.NegatedFailureMessage(b))
			}
		}
	}
}

func TestAnExpectationOfAnAnswerHoldsForGoodOnesAlone(t *testing.T) {
	t.Parallel()
	good, html := answer(200, `{"a":"x","n":5,"list":["p","q"]}`), answer(200, "<p>", "Content-Type", "text/html; charset=utf-8")
	token, made, empty := answer(200, `{"access_token":"x"}`), answer(200, `{"type":"create_entry"}`), answer(200, `{"a":""}`)
	form := answer(200, "access_token=x&token_type=bearer", "Content-Type", "application/x-www-form-urlencoded")
	expectations{
		"a status":    {HaveStatus(200, 201), []any{good}, []any{answer(204, ""), cut()}},
		"any answer":  {BeAnswered(), []any{good, answer(404, "")}, []any{answer(500, ""), answer(0, ""), cut()}},
		"a rejection": {BeRejected(), []any{answer(400, ""), answer(451, "x")}, []any{good, answer(302, ""), answer(500, ""), cut()}},
		"an error":    {HaveError("a", "b"), []any{answer(400, `{"error":"b"}`)}, []any{answer(400, `{"error":"c"}`), html}},
		"nothing granted": {GrantNothing(), []any{answer(400, `{"error":"x"}`), html},
			[]any{answer(400, `{"access_token":""}`), made, form}},
		"tokens": {IssueTokens(), []any{token, answer(201, token.Body)},
			[]any{answer(400, token.Body), answer(200, `{"access_token":""}`), html}},
		"all parts":         {All(HaveStatus(200), HaveText("a")), []any{good}, []any{answer(201, `{"a":"x"}`), answer(200, `{"a":5}`)}},
		"a JSON object":     {BeJSONObject(), []any{good}, []any{html, answer(200, "[]"), answer(200, "null"), cut()}},
		"a text":            {HaveText("a", "x", "y"), []any{good}, []any{answer(200, `{"a":"z"}`), empty, answer(200, `{}`)}},
		"a text of a form":  {HaveTextLike("a", regexp.MustCompile("^x$"), "x"), []any{good}, []any{answer(200, `{"a":"xx"}`), empty}},
		"a whole number":    {HaveWholeNumber("n", 5, 5), []any{good}, []any{answer(200, `{"n":"5"}`), answer(200, `{"n":5.0}`), empty}},
		"a list":            {HaveList("list", "q", "p"), []any{good}, []any{answer(200, `{"list":["p"]}`), answer(200, `{"list":"p q"}`)}},
		"members":           {HaveMembers("a", "n"), []any{good}, []any{answer(200, `{"a":null}`)}},
		"no member":         {LackMember("b"), []any{good}, []any{answer(200, `{"b":null}`), html}},
		"each member":       {EachMember("x", "_x", isText), []any{answer(200, `{"a_x":"1","b_x":true}`)}, []any{answer(200, `{"a_x":1}`), good}},
		"a page":            {BeHTML(), []any{html}, []any{good}},
		"an empty body":     {HaveEmptyBody(), []any{answer(200, "")}, []any{good, cut()}},
		"no mention":        {NotMention("evil"), []any{good}, []any{answer(200, "evil"), answer(200, "", "X", "an evil host"), cut()}},
		"a test of its own": {Hold("x", func(e *wire.Exchange) error { return e.Err }), []any{good}, []any{cut()}},
	}.hold(t)
}

func isText(v any) bool { _, ok := v.(string); return ok }

func TestAnExpectationOfAHeaderHoldsForGoodOnesAlone(t *testing.T) {
	t.Parallel()
	with := func(name, value string) *wire.Exchange { return answer(401, "", name, value) }
	expectations{
		"a header":  {HaveHeader("X", "a", "b"), []any{with("X", "A"), with("X", "b")}, []any{with("X", "a, b"), with("Y", "a"), cut()}},
		"no header": {HaveNoHeader("X"), []any{with("Y", "a")}, []any{with("X", ""), cut()}},
		"a directive": {HaveDirective("Cache-Control", "no-store"), []any{with("Cache-Control", "private, No-Store")},
			[]any{with("Cache-Control", "no-storey"), with("Pragma", "no-store"), cut()}},
	}.hold(t)
}

func under(t *testing.T) context.Context {
	t.Helper()
	return Under(t.Context(), &profiles.Profile{
		Name: "mine", Inputs: map[string][]string{"odd": {"a", "b"}},
		Answers: map[string]profiles.Answer{
			"refused": {Status: []int{400, 401}, Error: []string{"invalid_grant"}}, "page": {Status: []int{400}}, "any": {Any: true},
		},
	}, 7)
}

func TestARefusalIsWhatTheProfileSays(t *testing.T) {
	t.Parallel()
	ctx := under(t)
	expectations{
		"with an error": {BeRefused(ctx, "refused"), []any{answer(401, `{"error":"invalid_grant"}`)},
			[]any{answer(403, `{"error":"invalid_grant"}`), answer(400, `{"error":"x"}`), answer(400, `{"error":"invalid_grant","auth_code":"x"}`)}},
		"without one": {BeRefused(ctx, "page"), []any{answer(400, "no")}, []any{answer(401, "no"), answer(400, `{"refresh_token":"x"}`)}},
	}.hold(t)
	if got := Inputs(ctx, "odd"); !slices.Equal(got, []string{"a", "b"}) || Inputs(ctx, "even") != nil {
		t.Errorf("inputs %v and %v", got, Inputs(ctx, "even"))
	}
}

func TestAnAuthorizationIsReadFromWhereItEnded(t *testing.T) {
	t.Parallel()
	ctx := under(t)
	back := func(query string) oauth.Return {
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		return oauth.Return{Query: q, Code: q.Get("code"), Error: q.Get("error")}
	}
	page := func(e *wire.Exchange) oauth.Return { return oauth.Return{Last: e} }
	code, refused := back("code=c&state=s"), back("error=invalid_grant")
	expectations{
		"a code": {BringCode(), []any{code}, []any{refused, page(answer(400, "")), "code"}},
		"no code": {
			BringNoCode(), []any{refused, page(answer(200, "")), back("error=x&error_description=no+token")}, []any{code, back("access_token=x")},
		},
		"a refusal": {RefuseAuthorization(ctx, "refused"), []any{refused, page(answer(401, ""))},
			[]any{code, back("error=x"), back("error=invalid_grant&code=c"), page(answer(200, "")), page(answer(400, `{"type":"create_entry"}`))}},
		"a refusal of any kind": {RefuseAuthorization(ctx, "any"), []any{refused, back("error=x"), page(answer(400, ""))},
			[]any{code, back("error=x&code=c"), back("state=s"), page(answer(500, ""))}},
		"a refusal that only a page tells": {RefuseAuthorization(ctx, "page"), []any{page(answer(400, ""))}, []any{refused, code}},
	}.hold(t)
}
