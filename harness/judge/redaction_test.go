package judge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/evidence/redact"
	"github.com/authconform/authconform/harness/wire"
)

// whole runs a body and returns everything that it leaves, including files.
func whole(t *testing.T, run *redact.Table, level evidence.Level, body func(context.Context)) (evidence.Result, string) {
	t.Helper()
	ctx := InRun(t.Context(), run)
	r := StartRecord(ctx)
	ctx = With(ctx, r)
	Run(func() { body(ctx) })
	r.End(ctx)
	got := r.Outcome(level, false)
	got.ID = "a.row"
	files := r.Files(&got)
	raw, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	return got, fmt.Sprintf("%s %s %q", raw, files, r.Warnings())
}

func TestNothingThatIsLeftHoldsASecret(t *testing.T) {
	const secret = "s3cret-of-the-user"
	wrapped := errors.New("tcp says " + secret)
	for name, body := range map[string]func(context.Context){
		"a failure": func(ctx context.Context) { Violated(ctx, "not "+secret, secret) },
		"a vector's name": func(ctx context.Context) {
			Violated(wire.At(ctx, wire.Place{Rank: 1, Vector: secret, Step: secret}), "a", "b")
		},
		"a block":             func(ctx context.Context) { Block(ctx, "got %s", secret) },
		"what the run lacks":  func(ctx context.Context) { Lacks(ctx, "clock", "got %s", secret) },
		"what does not apply": func(ctx context.Context) { NotApplicable(ctx, "got %s", secret) },
		"a note":              func(ctx context.Context) { Note(ctx, "it says %s", secret) },
		"a remark":            func(ctx context.Context) { Held(ctx); Remark(ctx, secret) },
		"a page": func(ctx context.Context) {
			Held(ctx)
			From(ctx).Shot(ctx, evidence.BrowserStep{Doing: secret, URL: "http://a/?" + secret}, nil, "<p>"+secret)
		},
		"an exchange": func(ctx context.Context) {
			Held(ctx)
			header := http.Header{"X-" + secret: {secret}}
			wire.Note(ctx, &wire.Exchange{
				Request: wire.Request{Method: "POST", URL: "http://a/" + secret, Header: header, Body: secret, Host: secret},
				Header:  http.Header{"Location": {secret}}, Body: secret, Err: wrapped,
			})
		},
		"frames that part it": func(ctx context.Context) {
			Held(ctx)
			for _, part := range []string{"s3cret-of", "-the-", "user"} {
				wire.Note(ctx, &wire.Exchange{Request: wire.Request{Method: "WS", Body: part}, Body: part})
			}
		},
	} {
		_, text := whole(t, redact.New(nil), evidence.Info, func(ctx context.Context) { Secret(ctx, "password", secret); body(ctx) })
		if strings.Contains(text, secret) || strings.Contains(text, "s3cret") || !strings.Contains(text, "‹password 1›") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

func TestASecretOfAnotherRowIsHiddenToo(t *testing.T) {
	run := redact.New(nil)
	whole(t, run, evidence.Must, func(ctx context.Context) { Secret(ctx, "access_token", "token-of-row-one") })
	_, text := whole(t, run, evidence.Must, func(ctx context.Context) { Violated(ctx, "none", "token-of-row-one") })
	if strings.Contains(text, "row-one") {
		t.Error(text)
	}
}

func TestTheNameOfAVectorIsTheSameWhateverWasJudgedBefore(t *testing.T) {
	const invented = "0123456789abcdef0123456789abcdef" // a code of one row, a flow of the other
	run := redact.New(nil)
	whole(t, run, evidence.Must, func(ctx context.Context) { Secret(ctx, "code", invented) })
	got, _ := whole(t, run, evidence.Must, func(ctx context.Context) {
		Each(ctx, []string{"GET /flow/" + invented}, func(s string) string { return s }, func(ctx context.Context, _ string) { fails(ctx) })
	})
	if got.Vectors[0] != "GET /flow/"+invented {
		t.Errorf("the name depends on another row: %q", got.Vectors)
	}
}

func TestTheNameOfAVectorIsTheSameOnAnotherPort(t *testing.T) {
	names := map[string]bool{}
	for _, origin := range []string{"http://127.0.0.1:21001", "http://127.0.0.1:34567"} {
		got, _ := whole(t, nil, evidence.Must, func(ctx context.Context) {
			Alias(ctx, origin, "{site}")
			itself := func(s string) string { return s }
			Each(ctx, []string{origin + "/cb"}, itself, func(ctx context.Context, _ string) { fails(ctx) })
		})
		names[got.Vectors[0]] = true
		if f := got.Failures[0]; f.Vector != "{site}/cb" || f.Value != origin+"/cb" {
			t.Errorf("%+v", f)
		}
	}
	if len(names) != 1 {
		t.Errorf("%v", names)
	}
}

func TestRowsThatLackTheSameThingSaySoInAField(t *testing.T) {
	got, _ := whole(t, nil, evidence.Must, func(ctx context.Context) { Lacks(ctx, "browser", "there is none") })
	if got.Verdict != evidence.NotRun || got.Need != "browser" || got.Reason != "needs browser: there is none" {
		t.Errorf("%+v", got)
	}
	blocked := func(vector string) string {
		got, _ := whole(t, nil, evidence.Must, func(ctx context.Context) {
			Block(wire.At(ctx, wire.Place{Rank: 1, Vector: vector}), "no login flow starts")
		})
		return got.Cause
	}
	if one, two := blocked("a"), blocked("b"); one != two || one == "" {
		t.Errorf("causes %q and %q", one, two)
	}
}

func TestSecretsOfAnAttemptAreHiddenAfterwards(t *testing.T) {
	record := NewRecord()
	ctx := With(t.Context(), record)
	const answer = `{"access_token":"0123456789abcdef"}`
	err := Attempt(ctx, func(ctx context.Context) {
		wire.Note(ctx, &wire.Exchange{Status: 200, Body: answer})
		Held(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := record.Hide("no tokens: " + answer); strings.Contains(got, "0123456789abcdef") {
		t.Errorf("a secret shows: %s", got)
	}
}
