package runner

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/formatter"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/wire"
)

// Spec is a registered spec: the function that judges one row.
type Spec struct{ body func(ginkgo.SpecContext) }

// Specs returns the registered specs by row, for callers that run them themselves, in parallel.
// A process may call it only once, and not with Work: Ginkgo builds its tree once.
func Specs() map[string]Spec {
	found := map[string]Spec{}
	find := func(kind types.NodeType, _ ginkgo.Offset, text string, args []any) (string, []any, []error) {
		for _, arg := range args {
			if body, ok := arg.(func(ginkgo.SpecContext)); ok && kind.Is(types.NodeTypeIt) {
				found[text] = Spec{body}
			}
		}
		return text, args, nil
	}
	ginkgo.AddTreeConstructionNodeArgsTransformer(find)
	formatter.ColorableStdOut = io.Discard
	suite, reporter := ginkgo.GinkgoConfiguration()
	ginkgo.PreviewSpecs("authconform", suite, reporter)
	return found
}

// Judge runs the spec for its row and returns the result. broken describes a panic, which is a bug in authconform. Brief
// omits the evidence.
func (s Spec) Judge(ctx context.Context, row Row, env Environment, brief bool) (result evidence.Result, broken string) {
	seen := s.see(ctx, row, env, brief)
	return seen.result, seen.broken
}

// judged is the outcome of a row: its result, the files that it names, and possibly a bug in authconform.
type judged struct {
	result evidence.Result
	files  []evidence.File
	broken string
}

func (s Spec) see(ctx context.Context, row Row, env Environment, brief bool) (out judged) {
	started := time.Now()
	record := judge.StartRecord(ctx)
	late := fmt.Errorf("the spec's time limit of %s", row.limit())
	under, cancel := context.WithTimeoutCause(env.With(judge.With(ctx, record)), row.limit(), late)
	defer cancel()
	out.broken = guarded(func() { s.body(specContext{under}) })

	after, cancelAfter := wire.After(under, leaveTimeout)
	defer cancelAfter()
	tidying := judge.NewRecord()
	quiet := judge.With(after, tidying)
	_ = guarded(func() { record.End(quiet) })
	_ = guarded(func() { env.GiveBack(quiet) })
	_ = guarded(func() { tidying.End(quiet) }) // sockets that the cleanups opened

	result := record.Outcome(row.Level, brief)
	if under.Err() != nil && len(result.Failures) == 0 && result.Verdict != evidence.Blocked {
		result.Verdict, result.Reason = evidence.Blocked, fmt.Sprintf("not finished within %s", row.limit())
		result.Cause = result.Reason
	}
	result.ID, result.Level = row.ID, row.Level
	result.DurationMS = float64(time.Since(started).Microseconds()) / 1000
	if !brief {
		out.files = record.Files(&result)
		result.Evidence = evidence.Fit(result.Evidence)
	}
	out.result = result
	return out
}

// guarded runs a spec and describes a panic of authconform.
func guarded(body func()) (broken string) {
	defer func() {
		if p := recover(); p != nil {
			broken = fmt.Sprintf("panic: %v at %s", p, place(debug.Stack()))
		}
	}()
	judge.Run(body)
	return ""
}

// specContext adapts a context to Ginkgo's specs, without Ginkgo's report.
type specContext struct{ context.Context }

// SpecReport implements ginkgo.SpecContext.
func (specContext) SpecReport() types.SpecReport { return types.SpecReport{} }

// AttachProgressReporter implements ginkgo.SpecContext.
func (specContext) AttachProgressReporter(func() string) func() { return func() {} }

// WrappedContext implements ginkgo.SpecContext.
func (c specContext) WrappedContext() context.Context { return c.Context }
