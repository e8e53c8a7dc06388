package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/authconform/authconform/harness/runner"
	"github.com/authconform/authconform/harness/stage"
	"github.com/authconform/authconform/run"
	_ "github.com/authconform/authconform/suites/all" // the specs
	"github.com/authconform/authconform/suites/expect"
	"github.com/authconform/authconform/suites/profiles"
)

// workerWord makes this program a worker of a run. It is no subcommand: nobody calls it.
const workerWord = "worker-of-a-run"

// worker is the life of a worker process. Its job comes on standard input, its events go to standard output.
func worker() int {
	rest()
	out := os.Stdout
	os.Stdout = os.Stderr // whoever prints must not spoil the events
	err := runner.Work(os.Stdin, out, func(_ context.Context, job runner.Job, wait func(string)) (runner.Environment, error) {
		var setup run.WorkerSetup
		if err := json.Unmarshal(job.Setup, &setup); err != nil {
			return nil, err
		}
		profile, err := profiles.Load(setup.Profile)
		if err != nil {
			return nil, err
		}
		s, err := stage.Open(setup.Stage, setup.Number, wait)
		if err != nil {
			return nil, err
		}
		return environment{s, profile, job.Seed}, nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return run.ExitBroken
	}
	return run.ExitOK
}

// environment is the stage and what the profile allows on it.
type environment struct {
	*stage.Stage
	profile *profiles.Profile
	seed    int64
}

func (e environment) With(ctx context.Context) context.Context {
	return expect.Under(e.Stage.With(ctx), e.profile, e.seed)
}
