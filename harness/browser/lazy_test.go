package browser

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/judge"
)

// spec runs a body as a spec, and returns its verdict and reason.
func spec(t *testing.T, l *Lazy, body func(ctx context.Context)) (evidence.Verdict, string) {
	t.Helper()
	r := judge.NewRecord()
	ctx := With(judge.With(t.Context(), r), l)
	judge.Run(func() { body(ctx); judge.Held(ctx) })
	r.End(ctx)
	out := r.Outcome(evidence.Must, false)
	return out.Verdict, out.Reason
}

// crash kills a lazy browser, as an out-of-memory killer does.
func crash(t *testing.T, l *Lazy) {
	t.Helper()
	b := l.b
	ok(t, chromedp.FromContext(b.root).Browser.Process().Kill())
	for end := time.Now().Add(LaunchLimit); !b.died(); time.Sleep(pollEvery) {
		if time.Now().After(end) {
			t.Fatal("nobody sees that it died")
		}
	}
}

func TestABrowserThatDiesIsStartedAgainOnce(t *testing.T) {
	newPage(t) // there is one
	server := site(t, map[string]any{"/": `<p>here`})
	l := Later(os.Getenv("AUTHCONFORM_BROWSER"))
	l.Reach(server.URL)
	defer l.Close()
	visit := func(ctx context.Context) {
		if err := Open(ctx).Open(ctx, server.URL); err != nil {
			judge.Block(ctx, "%v", err)
		}
	}
	for n, want := range []evidence.Verdict{evidence.Pass, evidence.Pass, evidence.Blocked} {
		verdict, why := spec(t, l, visit)
		if verdict != want || want == evidence.Blocked && !strings.Contains(why, errDied.Error()) {
			t.Fatalf("after %d deaths: %s, %s", n, verdict, why)
		}
		if want == evidence.Pass {
			crash(t, l)
		}
	}
}

func TestABrowserThatIsFoundButDoesNotStartBlocks(t *testing.T) {
	for program, want := range map[string]evidence.Verdict{
		"off": evidence.NotRun, "/bin/false": evidence.Blocked, "/bin/ls": evidence.Blocked, "ws://127.0.0.1:1": evidence.Blocked,
	} {
		l := Later(program)
		for range 2 { // every row, not only the first
			if verdict, why := spec(t, l, func(ctx context.Context) { Open(ctx) }); verdict != want || strings.Contains(why, "\n") {
				t.Errorf("%s: %s, %q, want %s", program, verdict, why, want)
			}
		}
	}
}
