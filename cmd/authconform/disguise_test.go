package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

// TestATargetThatKnowsTheJudgeIsFoundOutByASecondRun: a home accepts a code twice, except from authconform. It passes while it
// recognises authconform, and fails when it does not.
func TestATargetThatKnowsTheJudgeIsFoundOutByASecondRun(t *testing.T) {
	t.Parallel()
	honest, user, password := mockHome(t, nil)
	liar, _, _ := mockHome(t, func(o *mockserver.Options) {
		o.Policy = mockserver.Strict()
		o.Policy.SingleUse = mock.Is(false)
	})
	var ours, others atomic.Int64
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.UserAgent(), "authconform") {
			ours.Add(1)
			honest.ServeHTTP(w, r)
			return
		}
		others.Add(1)
		liar.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	const row = "oauth2.code.single-use"
	for _, c := range []struct {
		args    []string
		code    int
		verdict evidence.Verdict
		knows   bool
	}{{nil, exit.OK, evidence.Pass, true}, {[]string{"--disguise"}, exit.Failed, evidence.Fail, false}} {
		ours.Store(0)
		others.Store(0)
		o, set := judge(t, front.URL, user, password, append(c.args, "--select", row)...)
		if o.code != c.code || set == nil || len(set.Results) != 1 || set.Results[0].Verdict != c.verdict {
			t.Errorf("%v: exit %d, want %d with %s:\n%s", c.args, o.code, c.code, c.verdict, o.all())
		}
		if ours.Load() > 0 != c.knows || others.Load() > 0 == c.knows {
			t.Errorf("%v: %d requests name us, %d do not", c.args, ours.Load(), others.Load())
		}
	}
}
