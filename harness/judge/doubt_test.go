package judge

import (
	"context"
	"net/http"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/wire"
)

func TestANoteFailsAtAServerError(t *testing.T) {
	for status, want := range map[int]evidence.Verdict{
		200: evidence.Note, 404: evidence.Note, 500: evidence.Fail, 507: evidence.Fail, 502: evidence.Blocked,
	} {
		r := NewRecord()
		ctx := With(context.Background(), r)
		r.Record(wire.Place{}, &wire.Exchange{Request: wire.Request{Method: "GET", URL: "http://home/"}, Status: status})
		Note(ctx, "the answer: %d", status)
		if got := r.Outcome(evidence.Info, false); got.Verdict != want {
			t.Errorf("%d: %s, want %s", status, got.Verdict, want)
		}
		if got := r.Outcome(evidence.Info, true); got.Verdict != want {
			t.Errorf("%d, in brief: %s, want %s", status, got.Verdict, want)
		}
	}
}

func TestAPassThatRestsOnAcceptanceAloneIsBlocked(t *testing.T) {
	request := func(body string) wire.Request { return wire.Request{Method: "POST", Body: body, Header: http.Header{}} }
	with := func(body, answer string) *wire.Exchange {
		return &wire.Exchange{Request: request(body), Status: 200, Body: answer}
	}
	header := func(value, url string) *wire.Exchange {
		return &wire.Exchange{Request: wire.Request{URL: url, Header: http.Header{"Authorization": {value}}}}
	}
	for name, c := range map[string]struct {
		taken []Credulity
		seen  []*wire.Exchange
		want  evidence.Verdict
	}{
		"nothing is taken":       {nil, []*wire.Exchange{with("code=x", "")}, evidence.Pass},
		"a code that shows it":   {[]Credulity{AnyCode}, []*wire.Exchange{with("code=x", "")}, evidence.Blocked},
		"nothing was shown":      {[]Credulity{AnyCode}, []*wire.Exchange{with("", "")}, evidence.Pass},
		"another credential":     {[]Credulity{AnyPassword}, []*wire.Exchange{with("code=x", "")}, evidence.Pass},
		"a refusal beside it":    {[]Credulity{AnyCode}, []*wire.Exchange{with("code=x", ""), {Status: 400}}, evidence.Pass},
		"a refusal inside a 200": {[]Credulity{AnyCode}, []*wire.Exchange{with("code=x", `{"error":"x"}`)}, evidence.Pass},
		"a form shown once more": {[]Credulity{AnyCode}, []*wire.Exchange{with("code=x", `{"errors":{"base":"x"}}`)}, evidence.Pass},
		"a bearer token":         {[]Credulity{AnyBearer}, []*wire.Exchange{header("bearer x", "http://api.example/me")}, evidence.Blocked},
		"a bearer token elsewhere": {
			[]Credulity{AnyBearer}, []*wire.Exchange{header("Bearer x", "http://api.example/introspect")}, evidence.Pass,
		},
		"a client's secret":       {[]Credulity{AnyBearer}, []*wire.Exchange{header("Basic eDp4", "http://api.example/me")}, evidence.Pass},
		"a password, and nothing": {[]Credulity{AnyPassword}, []*wire.Exchange{with(`{"password":"x"}`, "")}, evidence.Blocked},
	} {
		r := NewRecord()
		ctx := With(context.Background(), r)
		Doubt(ctx, c.taken...)
		DoubtBearersAt(ctx, "http://api.example/me")
		for _, e := range c.seen {
			r.Record(wire.Place{}, e)
		}
		Held(ctx)
		for _, brief := range []bool{false, true} {
			if got := r.Outcome(evidence.Must, brief); got.Verdict != c.want {
				t.Errorf("%s: %s (%s), want %s", name, got.Verdict, got.Reason, c.want)
			}
		}
	}
}
