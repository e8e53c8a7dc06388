package judge

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/wire"
)

// truth matches true; it cannot judge values that are no bool.
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

// spec runs a body as the runner does, and returns the result.
func spec(t *testing.T, level evidence.Level, body func(context.Context)) evidence.Result {
	t.Helper()
	r := NewRecord()
	ctx := With(t.Context(), r)
	Run(func() { body(ctx) })
	r.End(ctx)
	return r.Outcome(level, false)
}

// The bodies of simple specs.
func holds(ctx context.Context)   { Expect(ctx, true).To(yes()) }
func fails(ctx context.Context)   { Expect(ctx, false).To(yes()) }
func blocks(ctx context.Context)  { Block(ctx, "no") }
func remarks(ctx context.Context) { Note(ctx, "it does that") }
func lacks(ctx context.Context)   { NotApplicable(ctx, "no PKCE") }

// both runs two bodies in sequence.
func both(first, second func(context.Context)) func(context.Context) {
	return func(ctx context.Context) { first(ctx); second(ctx) }
}

func TestAVerdictIsWhatTheSpecSaw(t *testing.T) {
	control := func(held bool) func(context.Context) {
		return func(ctx context.Context) { Control(ctx, held).To(yes()) }
	}
	for name, c := range map[string]struct {
		level evidence.Level
		body  func(context.Context)
		want  evidence.Verdict
	}{
		"a check that holds":           {evidence.Must, holds, evidence.Pass},
		"a must that fails":            {evidence.Must, fails, evidence.Fail},
		"a should that fails":          {evidence.Should, fails, evidence.Warn},
		"a may that fails":             {evidence.May, fails, evidence.Note},
		"a failure, and then a block":  {evidence.Must, both(fails, blocks), evidence.Fail},
		"a block ends the spec":        {evidence.Must, both(blocks, fails), evidence.Blocked},
		"a control that fails":         {evidence.Must, both(control(false), fails), evidence.Blocked},
		"controls and no check":        {evidence.Must, control(true), evidence.Blocked},
		"nothing at all":               {evidence.Must, func(context.Context) {}, evidence.Blocked},
		"what the harness lacks":       {evidence.Must, func(ctx context.Context) { NotRun(ctx, "no clock") }, evidence.NotRun},
		"what the target has not":      {evidence.Must, lacks, evidence.NotApplicable},
		"a failure before that":        {evidence.Must, both(fails, lacks), evidence.Fail},
		"a note where all is right":    {evidence.Info, remarks, evidence.Note},
		"a note beside a demand":       {evidence.Must, both(remarks, Held), evidence.Pass},
		"a failure in words":           {evidence.Must, func(ctx context.Context) { Violated(ctx, "one", "two") }, evidence.Fail},
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

func TestVectorsOneByOne(t *testing.T) {
	var under, most atomic.Int64
	var order []string
	names := []string{"a", "b", "c", "d", "e", "f"}
	spec(t, evidence.Must, func(ctx context.Context) {
		Each(OneByOne(ctx), names, func(s string) string { return s }, func(ctx context.Context, s string) {
			most.Store(max(most.Load(), under.Add(1)))
			defer under.Add(-1)
			order = append(order, s)
			Expect(ctx, true).To(yes())
		})
	})
	if most.Load() != 1 || !slices.Equal(order, names) {
		t.Errorf("%v, %d at once; want %v, one after the other", order, most.Load(), names)
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
