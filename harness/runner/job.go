package runner

import (
	"encoding/json"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/kind"
)

// Row is what the runner knows of a requirement.
type Row struct {
	ID      string         `json:"id"`
	Level   evidence.Level `json:"level"`
	Timeout time.Duration  `json:"timeout"` // 0: SpecTimeout
}

func (r Row) limit() time.Duration {
	if r.Timeout == 0 {
		return SpecTimeout
	}
	return r.Timeout
}

// Job is what a worker is told, as one JSON line on its standard input; secrets in it reach neither argv nor the
// environment. When the input ends, the worker gives everything back and stops.
type Job struct {
	Worker   int             `json:"worker"` // 0, 1, …
	Rows     []Row           `json:"rows"`
	Seed     int64           `json:"seed"`
	Evidence bool            `json:"evidence"` // also send the exchanges of green rows
	Setup    json.RawMessage `json:"setup"`    // for the Environment
}

// Event is one JSON line of a worker's standard output. One member is set; Files come with a Result.
type Event struct {
	Traces  []string         `json:"traces,omitempty"`  // in the first event: what the worker can be recognised by at the target
	Started string           `json:"started,omitempty"` // id of a row whose spec starts
	Result  *evidence.Result `json:"result,omitempty"`  // the result of a row
	Files   []evidence.File  `json:"files,omitempty"`   // that the result names
	Wait    string           `json:"wait,omitempty"`    // the reason for a wait, for the progress line
	Totals  *Totals          `json:"totals,omitempty"`  // the last event of a worker that ended normally
	Broken  *Broken          `json:"broken,omitempty"`  // a bug in authconform: a panic, a row without a spec
}

// Totals are what a worker's target had to do.
type Totals struct {
	kind.Totals
	Lost *kind.Loss `json:"lost,omitempty"` // why the target could not be judged to the end
}

// Broken is a bug in authconform that a row revealed.
type Broken struct {
	ID   string `json:"id"`
	What string `json:"what"`
}

func (b Broken) String() string { return b.ID + ": " + b.What }
