package home

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/home/hometest"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/harness/wire"
)

// stay returns a Home at a new fake, and a context with a record.
func stay(t *testing.T) (*hometest.Home, *Home, context.Context) {
	t.Helper()
	f := hometest.Start(t)
	h := New(Options{
		Wire: wire.Options{Base: f.URL}, Site: site(t), Clock: clock.None(), Mark: "run",
		Account: oauth.Account{Username: hometest.Username, Password: hometest.Password},
	})
	return f, h, judge.With(t.Context(), judge.NewRecord())
}

var started struct {
	sync.Once
	*clientsite.Site
}

// site is shared by all tests, because it has no state that matters to them.
func site(t *testing.T) *clientsite.Site {
	t.Helper()
	started.Do(func() {
		ca, err := clientsite.NewCA()
		if err != nil {
			t.Fatal(err)
		}
		if started.Site, err = clientsite.Start(clientsite.Options{CA: ca}); err != nil {
			t.Fatal(err)
		}
	})
	return started.Site
}

// outcome returns the result of a spec with these steps, including its cleanups.
func outcome(t *testing.T, steps func(context.Context)) evidence.Result {
	t.Helper()
	record := judge.NewRecord()
	ctx := judge.With(t.Context(), record)
	judge.Run(func() {
		steps(ctx)
		judge.Held(ctx)
	})
	record.End(ctx)
	return record.Outcome(evidence.Must, true)
}

// same compares a list with the expected one.
func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// equal compares values by their JSON.
func equal(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

// cut splits a recorded request into its path and JSON body.
func cut(heard string) (path string, body map[string]any, err error) {
	path, raw, _ := strings.Cut(heard, " ")
	err = json.Unmarshal([]byte(raw), &body)
	return path, body, err
}
