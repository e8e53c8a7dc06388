package linking

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/home/linking"
	"github.com/authconform/authconform/harness/played/thirdparty"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

func answer(body string) *wire.Exchange {
	return &wire.Exchange{Status: http.StatusOK, Body: body, Header: http.Header{"Content-Type": {"application/json"}}}
}

func TestAFlowsEndIsReadFromItsLastAnswer(t *testing.T) {
	t.Parallel()
	const external = `{"type":"external","step_id":"auth","flow_id":"f","url":"https://x.example/"}`
	for name, c := range map[string]struct {
		of   Expectation
		body string
		want bool
	}{
		"an abort":                     {abort("a", "b"), `{"type":"abort","reason":"b"}`, true},
		"an abort for something else":  {abort("a", "b"), `{"type":"abort","reason":"c"}`, false},
		"an abort whatever the reason": {anyAbort(), `{"type":"abort","reason":"c"}`, true},
		"an abort without a reason":    {anyAbort(), `{"type":"abort"}`, false},
		"an entry":                     {makeEntry(), `{"type":"create_entry"}`, true},
		"no entry":                     {makeEntry(), `{"type":"form"}`, false},
		"sent away":                    {sendAway(), external, true},
		"sent nowhere":                 {sendAway(), `{"type":"external","step_id":"auth","flow_id":"f","url":""}`, false},
		"no secret":                    {secretFree("s3cret", ""), `{"a":"b"}`, true},
		"a secret":                     {secretFree("s3cret"), `{"a":"my s3cret"}`, false},
	} {
		if got, err := c.of.Match(answer(c.body)); got != c.want || err != nil {
			t.Errorf("%s: %v, %v, want %v", name, got, err, c.want)
		}
	}
	if got := ended(answer(`{"type":"abort","reason":"user_rejected_authorize"}`)); got != "abort user_rejected_authorize" {
		t.Error(got)
	}
}

func TestWordsOfALinkAreCounted(t *testing.T) {
	t.Parallel()
	if a, r := tokens(thirdparty.Reply{Body: `{"access_token":"a","refresh_token":"r"}`}); a != "a" || r != "r" {
		t.Errorf("tokens %q and %q", a, r)
	}
	used := []linking.Used{{Status: 200}, {Status: 200, Error: "x"}, {Status: 401}}
	if n := usedWell(used); n != 1 {
		t.Errorf("%d uses went well, want 1", n)
	}
	list := answer(`[{"entry_id":"1","title":"a"},{"entry_id":"2","title":"b"},{"entry_id":"3","title":"a"}]`)
	if got := entryIDs(list, "a"); !slices.Equal(got, []string{"1", "3"}) {
		t.Errorf("entries %v", got)
	}
	if one, two := plural(1, "flow"), plural(2, "flow"); one != "1 flow" || two != "2 flows" {
		t.Errorf("%s, %s", one, two)
	}
	for err, want := range map[error]string{
		nil: "", &home.CommandError{Code: "unauthorized"}: "unauthorized", errors.New("reset"): "no answer",
	} {
		if got := code(err); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}
