package judge

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/onsi/gomega/types"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/wire"
)

// parallel bounds how many vectors of one row run at once.
const parallel = 4

// Matcher is gomega's: what Expect and Control hold a value against.
type Matcher = types.GomegaMatcher

// Assertion is something that was seen and is about to be judged.
type Assertion struct {
	ctx     context.Context
	actual  any
	control bool
}

// Expect judges what the row demands. A mismatch is a failure of the row; the spec goes on, to collect all of them.
func Expect(ctx context.Context, actual any) Assertion { return Assertion{ctx, actual, false} }

// Control judges what must work for the row's checks to mean anything. A mismatch ends the spec as blocked.
func Control(ctx context.Context, actual any) Assertion { return Assertion{ctx, actual, true} }

// To compares the actual value with a matcher and reports whether it matched.
func (a Assertion) To(m Matcher) bool {
	if a.weak() {
		m = anything{m}
	}
	return a.judge(m, true)
}

// NotTo is the opposite.
func (a Assertion) NotTo(m Matcher) bool { return a.judge(m, false) }

func (a Assertion) judge(m Matcher, want bool) bool {
	if e := answerOf(a.actual); e != nil && noAnswer(e) && !ofAnswering(m) {
		Block(a.ctx, "%s", e)
	}
	ok, err := m.Match(a.actual)
	good := err == nil && ok == want
	r := From(a.ctx)
	r.mu.Lock()
	if a.control {
		r.controls++
	} else {
		r.checks++
	}
	r.mu.Unlock()
	if good {
		return true
	}
	f := failure(m, a.actual, want, err)
	if a.control {
		Block(a.ctx, "expected %s, got %s", f.Expected, f.Got)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fail(a.ctx, f)
	return false
}

// fail adds a failure; the caller holds the lock. Once a request was not sent, it adds none: the target was not asked.
func (r *Record) fail(ctx context.Context, f evidence.Failure) {
	if r.kept != "" {
		panic(aborted{})
	}
	if r.full(len(r.failures)) {
		return
	}
	r.failures = append(r.failures, placed[finding]{wire.PlaceOf(ctx), finding{r.hold(f.Expected), r.hold(f.Got)}})
}

// Violated adds a failure in words, where no matcher says it.
func Violated(ctx context.Context, expected, got string) {
	r := From(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.checks++
	r.fail(ctx, evidence.Failure{Expected: expected, Got: got})
}

// Held counts a check that held, where no matcher says it.
func Held(ctx context.Context) {
	r := From(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.checks++
}

// Described is a matcher that says what it expects and how it reads what it got.
type Described interface {
	Expected() string
	Got(actual any) string
}

func failure(m Matcher, actual any, want bool, err error) evidence.Failure {
	var f evidence.Failure
	if d, ok := m.(Described); ok {
		f.Expected, f.Got = d.Expected(), d.Got(actual)
	} else {
		message := m.FailureMessage(actual)
		if !want {
			message = m.NegatedFailureMessage(actual)
		}
		lines := strings.Fields(message)
		f.Expected, f.Got = strings.Join(lines, " "), fmt.Sprint(word(actual))
	}
	if !want {
		f.Expected = "not " + f.Expected
	}
	if err != nil {
		f.Got += " (" + wire.Why(err) + ")"
	}
	return f
}

// aborted ends a spec from within; the record has the reason.
type aborted struct{}

// Block ends the spec: a prerequisite failed, so the check never ran.
func Block(ctx context.Context, format string, args ...any) {
	stop(ctx, func(r *Record) {
		if r.blocked == "" {
			r.cause = say(format, args...)
			r.blocked = prefix(ctx) + r.cause
		}
	})
}

// NotRun ends the spec: the harness lacks something.
func NotRun(ctx context.Context, format string, args ...any) {
	stop(ctx, func(r *Record) {
		if r.notRun == "" {
			r.notRun = say(format, args...)
		}
	})
}

// Lacks ends the spec as NotRun does, and names the condition that is lacking (package condition).
func Lacks(ctx context.Context, need string, format string, args ...any) {
	stop(ctx, func(r *Record) {
		if r.notRun == "" {
			r.need, r.notRun = need, "needs "+need+": "+say(format, args...)
		}
	})
}

// NotApplicable ends the spec: the row says nothing about this target, and the reason was checked.
func NotApplicable(ctx context.Context, format string, args ...any) {
	stop(ctx, func(r *Record) {
		if r.notApplicable == "" {
			r.notApplicable = say(format, args...)
		}
	})
}

func prefix(ctx context.Context) string {
	if name := wire.PlaceOf(ctx).Name(); name != "" {
		return name + ": "
	}
	return ""
}

func stop(ctx context.Context, say func(*Record)) {
	r := From(ctx)
	r.mu.Lock()
	say(r)
	r.mu.Unlock()
	panic(aborted{})
}

// Note records what the target does, for rows whose text leaves it open. It counts as a check.
func Note(ctx context.Context, format string, args ...any) {
	r := From(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.checks++
	if !r.full(len(r.notes)) {
		r.notes = append(r.notes, placed[said]{wire.PlaceOf(ctx), r.hold(prefix(ctx) + say(format, args...))})
	}
}

// Run runs a spec's body and reports whether it ended by itself or by Block, NotRun or NotApplicable. Any other panic
// passes through: it is a bug in authconform.
func Run(body func()) {
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(aborted); !ok {
				panic(p)
			}
		}
	}()
	body()
}

// OneByOne makes Each take the vectors under ctx one after the other: the proof wants the same outcome each time, also of a
// target whose defect shows only where two requests meet.
func OneByOne(ctx context.Context) context.Context { return context.WithValue(ctx, slotsKey{}, 1) }

type slotsKey struct{}

// Each judges every vector under its own name, several at once. Failures and evidence are reported in the order of the
// list. A Control that fails blocks only after all vectors have ended.
func Each[T any](ctx context.Context, list []T, name func(T) string, check func(context.Context, T)) {
	room := parallel
	if n, ok := ctx.Value(slotsKey{}).(int); ok {
		room = n
	}
	slots := make(chan struct{}, room)
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		ended any
	)
	for i, item := range list {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					mu.Lock()
					if _, mere := ended.(aborted); mere || ended == nil { // a bug in authconform outweighs the target's fault
						ended = p
					}
					mu.Unlock()
				}
				<-slots
			}()
			check(wire.At(ctx, wire.Place{Rank: i + 1, Vector: name(item)}), item)
		})
	}
	wg.Wait()
	if ended != nil {
		panic(ended)
	}
}

// Step names a step of a spec for the evidence.
func Step(ctx context.Context, name string) context.Context {
	at := wire.PlaceOf(ctx)
	at.Step = name
	return wire.At(ctx, at)
}
