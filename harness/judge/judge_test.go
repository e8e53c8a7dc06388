package judge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/evidence/redact"
	"github.com/authconform/authconform/harness/wire"
)

// truth is a matcher of what is true; of what is no bool it cannot say.
type truth struct{}

func (truth) Match(actual any) (bool, error) {
	b, ok := actual.(bool)
	if !ok {
		return false, fmt.Errorf("%T is no bool", actual)
	}
	return b, nil
}
func (truth) FailureMessage(any) string        { return "expected true" }
func (truth) NegatedFailureMessage(any) string { return "expected false" }

func yes() Matcher { return truth{} }

// spec runs a body as the runner does, and gives what came of it.
func spec(t *testing.T, level evidence.Level, body func(context.Context)) evidence.Result {
	t.Helper()
	r := NewRecord()
	ctx := With(t.Context(), r)
	Run(func() { body(ctx) })
	r.End(ctx)
	return r.Outcome(level, false)
}

// The bodies of specs that say one thing.
func holds(ctx context.Context)   { Expect(ctx, true).To(yes()) }
func fails(ctx context.Context)   { Expect(ctx, false).To(yes()) }
func blocks(ctx context.Context)  { Block(ctx, "no") }
func remarks(ctx context.Context) { Note(ctx, "it does that") }
func lacks(ctx context.Context)   { NotApplicable(ctx, "no PKCE") }

// both is one body after the other.
func both(first, second func(context.Context)) func(context.Context) {
	return func(ctx context.Context) { first(ctx); second(ctx) }
}

func TestVerdicts(t *testing.T) {
	for name, c := range map[string]struct {
		level evidence.Level
		body  func(context.Context)
		want  evidence.Verdict
	}{
		"a check that holds":           {evidence.Must, func(ctx context.Context) { Expect(ctx, true).To(yes()) }, evidence.Pass},
		"a must that fails":            {evidence.Must, func(ctx context.Context) { Expect(ctx, false).To(yes()) }, evidence.Fail},
		"a should that fails":          {evidence.Should, func(ctx context.Context) { Expect(ctx, false).To(yes()) }, evidence.Warn},
		"a failure, and then a block":  {evidence.Must, func(ctx context.Context) { Expect(ctx, false).To(yes()); Block(ctx, "no") }, evidence.Fail},
		"a control that fails":         {evidence.Must, func(ctx context.Context) { Control(ctx, false).To(yes()); Violated(ctx, "to end", "more") }, evidence.Blocked},
		"controls and no check":        {evidence.Must, func(ctx context.Context) { Control(ctx, true).To(yes()) }, evidence.Blocked},
		"nothing at all":               {evidence.Must, func(context.Context) {}, evidence.Blocked},
		"what the harness lacks":       {evidence.Must, func(ctx context.Context) { NotRun(ctx, "no clock") }, evidence.NotRun},
		"what the target has not":      {evidence.Must, func(ctx context.Context) { NotApplicable(ctx, "no PKCE") }, evidence.NotApplicable},
		"a failure before that":        {evidence.Must, func(ctx context.Context) { Expect(ctx, false).To(yes()); NotApplicable(ctx, "no PKCE") }, evidence.Fail},
		"a note where all is right":    {evidence.Info, func(ctx context.Context) { Note(ctx, "it does that") }, evidence.Note},
		"a note beside a demand":       {evidence.Must, func(ctx context.Context) { Note(ctx, "it does that"); Held(ctx) }, evidence.Pass},
		"NotTo, of what is not so":     {evidence.Must, func(ctx context.Context) { Expect(ctx, false).NotTo(yes()) }, evidence.Pass},
		"NotTo, of what is so":         {evidence.Must, func(ctx context.Context) { Expect(ctx, true).NotTo(yes()) }, evidence.Fail},
		"a matcher that cannot judge":  {evidence.Must, func(ctx context.Context) { Expect(ctx, "text").To(yes()) }, evidence.Fail},
		"NotTo, of what it cannot say": {evidence.Must, func(ctx context.Context) { Expect(ctx, "text").NotTo(yes()) }, evidence.Fail},
	} {
		if got := spec(t, c.level, c.body); got.Verdict != c.want {
			t.Errorf("%s: %s (%s), want %s", name, got.Verdict, got.Reason, c.want)
		}
	}
}

func TestVectorsAreReportedInTheirOrder(t *testing.T) {
	var under, most atomic.Int64
	names := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"}
	got := spec(t, evidence.Must, func(ctx context.Context) {
		Each(ctx, names, func(s string) string { return s }, func(ctx context.Context, s string) {
			if n := under.Add(1); n > most.Load() {
				most.Store(n)
			}
			defer under.Add(-1)
			if s == "b" {
				Block(ctx, "not %s", s)
			}
			Expect(ctx, false).To(yes())
		})
	})
	var failed []string
	for _, f := range got.Failures {
		failed = append(failed, f.Vector)
	}
	if want := slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == "b" }); !slices.Equal(failed, want) {
		t.Errorf("failures of %v, want %v: one that is blocked takes none of the others along", failed, want)
	}
	if most.Load() > parallel {
		t.Errorf("%d at once, want at most %d", most.Load(), parallel)
	}
}

func TestADefectOfOursIsNoVerdict(t *testing.T) {
	caught := func(body func(context.Context)) (p any) {
		defer func() { p = recover() }()
		spec(t, evidence.Must, body)
		return nil
	}
	if p := caught(func(context.Context) { panic("ours") }); p != "ours" {
		t.Errorf("%v", p)
	}
	if p := caught(func(ctx context.Context) {
		Each(ctx, []int{1, 2, 3}, func(i int) string { return fmt.Sprint(i) }, func(ctx context.Context, i int) {
			if i == 1 {
				panic("ours")
			}
			Block(ctx, "theirs")
		})
	}); p != "ours" {
		t.Errorf("beside two that are blocked: %v", p)
	}
}

// whole runs a body and gives everything that is left of it, files too.
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
			wire.Note(ctx, &wire.Exchange{
				Request: wire.Request{Method: "POST", URL: "http://a/" + secret, Header: http.Header{"X-" + secret: {secret}}, Body: secret, Host: secret},
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
	if _, text := whole(t, run, evidence.Must, func(ctx context.Context) { Violated(ctx, "none", "token-of-row-one") }); strings.Contains(text, "row-one") {
		t.Error(text)
	}
}

func TestTheNameOfAVectorIsTheSameOnAnotherPort(t *testing.T) {
	names := map[string]bool{}
	for _, origin := range []string{"http://127.0.0.1:21001", "http://127.0.0.1:34567"} {
		got, _ := whole(t, nil, evidence.Must, func(ctx context.Context) {
			Alias(ctx, origin, "{site}")
			Each(ctx, []string{origin + "/cb"}, func(s string) string { return s }, func(ctx context.Context, _ string) { Expect(ctx, false).To(yes()) })
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
			Block(wire.At(ctx, wire.Place{Rank: 1, Vector: vector}), "no login flow opens")
		})
		return got.Cause
	}
	if one, two := blocked("a"), blocked("b"); one != two || one == "" {
		t.Errorf("causes %q and %q", one, two)
	}
}

func TestCleanupsRunLastFirst(t *testing.T) {
	var order []int
	spec(t, evidence.Must, func(ctx context.Context) {
		for i := range 3 {
			From(ctx).Cleanup(func(context.Context) { order = append(order, i) })
		}
		Block(ctx, "halfway")
	})
	if !slices.Equal(order, []int{2, 1, 0}) {
		t.Errorf("%v", order)
	}
}

func TestACleanupThatEndsEarlyKeepsNoOtherFromItsWork(t *testing.T) {
	for name, early := range map[string]func(context.Context){
		"one that is blocked":  func(ctx context.Context) { Block(ctx, "the target is gone") },
		"one that is broken":   func(context.Context) { panic("ours") },
		"one that makes a new": func(ctx context.Context) { From(ctx).Cleanup(blocks) },
	} {
		ran := 0
		r := NewRecord()
		ctx := With(t.Context(), r)
		count := func(context.Context) { ran++ }
		r.Cleanup(count)
		r.Cleanup(early)
		r.Cleanup(count)
		func() {
			defer func() { _ = recover() }()
			r.End(ctx)
		}()
		if ran != 2 {
			t.Errorf("%s: %d of 2 others ran", name, ran)
		}
	}
}

func TestAnAttemptThatIsBlockedIsAnError(t *testing.T) {
	leaks := func(ctx context.Context) {
		Secret(ctx, "code", "c0de-c0de")
		Block(ctx, "c0de-c0de is refused")
	}
	for name, c := range map[string]struct {
		body func(context.Context)
		want string
	}{
		"all went well":          {func(context.Context) {}, ""},
		"a step was blocked":     {func(ctx context.Context) { Block(ctx, "no tokens: %d", 500) }, "no tokens: 500"},
		"a secret in the reason": {leaks, "‹code 1› is refused"},
		"something is lacking":   {func(ctx context.Context) { NotRun(ctx, "no browser") }, "no browser"},
		"a check failed":         {func(ctx context.Context) { Violated(ctx, "one", "two") }, "expected one, got two"},
	} {
		err := Attempt(t.Context(), c.body)
		if got := fmt.Sprint(err); c.want == "" && err != nil || c.want != "" && got != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestAnAttemptCleansUpAndLeavesTheSpecItsEvidence(t *testing.T) {
	cleaned := 0
	got := spec(t, evidence.Must, func(ctx context.Context) {
		for _, body := range []func(context.Context){holds, blocks, func(context.Context) { panic("ours") }} {
			func() {
				defer func() { _ = recover() }()
				_ = Attempt(ctx, func(ctx context.Context) {
					From(ctx).Cleanup(func(context.Context) { cleaned++ })
					wire.Note(ctx, &wire.Exchange{})
					body(ctx)
				})
			}()
		}
		fails(ctx)
	})
	if cleaned != 3 || len(got.Failures) != 1 || len(got.Evidence) != 0 {
		t.Errorf("%d of 3 cleaned up, %+v", cleaned, got)
	}
}
