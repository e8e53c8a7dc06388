package home

import (
	"net/http"
	"testing"

	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

// answer returns an answer with a JSON body and header lines: name, value, name, value.
func answer(body string, header ...string) *wire.Exchange {
	e := &wire.Exchange{Status: http.StatusOK, Body: body, Header: http.Header{"Content-Type": {"application/json"}}}
	for i := 0; i+1 < len(header); i += 2 {
		e.Header.Add(header[i], header[i+1])
	}
	return e
}

func TestAnExpectationHoldsForGoodAnswersAlone(t *testing.T) {
	t.Parallel()
	const cors, allowed = "Access-Control-Allow-Origin", "Access-Control-Allow-Headers"
	local := `[{"name":"Home","type":"homeassistant"}]`
	for name, c := range map[string]struct {
		of        Expectation
		good, bad []*wire.Exchange
	}{
		"refused": {
			Refused(), []*wire.Exchange{{Status: 200, Body: `{"type":"form"}`}, {Status: 400}, {Status: 404}},
			[]*wire.Exchange{{Status: 500}, answer(`{"access_token":"x"}`), answer(`{"type":"create_entry"}`)},
		},
		"unopened": {
			Unopened(), []*wire.Exchange{{Status: 401}, {Status: 403}, {Status: 404}, {Status: 307}},
			[]*wire.Exchange{{Status: 200}, {Status: 204}, {Status: 500}, {}},
		},
		"no version": {
			NameNoVersion(), []*wire.Exchange{answer(""), answer("", "Server", "home")}, []*wire.Exchange{answer("", "Server", "aiohttp/3")},
		},
		"a media type": {HaveMediaType("application/json"), []*wire.Exchange{answer("")}, []*wire.Exchange{{Status: 200}}},
		"let read": {
			LetRead("https://a.example"), []*wire.Exchange{answer("", cors, "*"), answer("", cors, "https://a.example")},
			[]*wire.Exchange{answer(""), answer("", cors, "https://b.example"), answer("", cors, "*", cors, "*")},
		},
		"not let read": {NotLetRead(), []*wire.Exchange{answer("")}, []*wire.Exchange{answer("", cors, "*"), {}}},
		"an allowed header": {
			AllowHeader("content-type"), []*wire.Exchange{answer("", allowed, "X, Content-Type"), answer("", allowed, "*")},
			[]*wire.Exchange{answer(""), answer("", allowed, "content-types")},
		},
		"no step": {LackStep(), []*wire.Exchange{answer("{}"), answer("<p>")}, []*wire.Exchange{answer(`{"flow_id":"x"}`)}},
		"login providers": {
			ListProviders("", "homeassistant"), []*wire.Exchange{answer(local)},
			[]*wire.Exchange{answer("[]"), answer(`[{"name":"","type":"homeassistant"}]`), answer(`{"providers":` + local + `}`)},
		},
		"login providers of a member": {
			ListProviders("providers", "homeassistant"), []*wire.Exchange{answer(`{"providers":` + local + `}`)},
			[]*wire.Exchange{answer(local), answer("{}")},
		},
		"states": {
			BeStates(), []*wire.Exchange{answer(`[{"entity_id":"a.b","state":""}]`), answer("[]")},
			[]*wire.Exchange{answer(`[{"entity_id":"a.b"}]`), answer("{}")},
		},
	} {
		for i, e := range c.good {
			if ok, err := c.of.Match(e); !ok || err != nil {
				t.Errorf("%s: good answer %d does not hold: %s", name, i, c.of.FailureMessage(e))
			}
		}
		for i, e := range c.bad {
			if ok, _ := c.of.Match(e); ok {
				t.Errorf("%s: bad answer %d holds", name, i)
			}
		}
	}
}
