package run

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/runner"
	"github.com/authconform/authconform/suites/expect"
	"github.com/authconform/authconform/suites/profiles"
)

// WorkerSetup is sent to a worker with its rows.
type WorkerSetup struct {
	Session kind.Setup        `json:"session"`
	Profile *profiles.Profile `json:"profile"`
	Procs   int               `json:"procs"`  // workers that run side by side
	Number  int               `json:"number"` // from 1; 0 is the parent's own visit

	OneByOne bool `json:"one_by_one"` // vectors too
}

// Work runs a worker process. It reads its job from in and writes its events to out.
func Work(in io.Reader, out io.Writer, kinds kind.Registry) error {
	return runner.Work(in, out, func(_ context.Context, job runner.Job, wait func(string)) (runner.Environment, error) {
		var setup WorkerSetup
		if err := json.Unmarshal(job.Setup, &setup); err != nil {
			return nil, err
		}
		k := kinds.Find(setup.Profile.Kind)
		if k == nil {
			return nil, fmt.Errorf("unknown kind %q", setup.Profile.Kind)
		}
		flags := k.Flags()
		if err := json.Unmarshal(setup.Session.Flags, flags); err != nil {
			return nil, err
		}
		options := flags.Tools()
		options.Sharers = setup.Procs
		tools, err := kind.OpenTools(setup.Session.Target, options, setup.Number, wait)
		if err != nil {
			return nil, err
		}
		session, err := k.Open(setup.Session, tools)
		if err != nil {
			_ = tools.Close(context.Background())
			return nil, err
		}
		return Environment{session, tools, setup.Profile, job.Seed, setup.OneByOne}, nil
	})
}

// Environment is a session, its tools, and the profile's settings.
type Environment struct {
	kind.Session
	Tools   kind.Tools
	Profile *profiles.Profile
	Seed    int64

	OneByOne bool // vectors too
}

// With implements runner.Environment.
func (e Environment) With(ctx context.Context) context.Context {
	if e.OneByOne {
		ctx = judge.OneByOne(ctx)
	}
	return expect.Under(e.Session.With(ctx), e.Profile, e.Seed)
}

// Leave implements runner.Environment.
func (e Environment) Leave(ctx context.Context) (totals kind.Totals) {
	defer func() {
		if err := e.Tools.Close(ctx); err != nil {
			totals.Left = err.Error()
		}
	}()
	totals = e.Session.Leave(ctx)
	totals.Slowed = e.Tools.Slow.Why()
	return totals
}
