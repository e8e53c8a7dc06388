package reports

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"io"
	"time"

	"github.com/authconform/authconform/evidence"
)

// APIVersion is the format version of report.json and baselines. It changes when a reader of the old format would misread the
// new one.
const APIVersion = "authconform/v1"

//go:embed schema/report.schema.json
var schema []byte

// Schema is the JSON Schema of report.json (2020-12).
func Schema() []byte { return bytes.Clone(schema) }

// report is report.json.
type report struct {
	APIVersion string             `json:"apiVersion"`
	Tool       evidence.Tool      `json:"tool"`
	Target     evidence.Target    `json:"target"`
	Run        jsonRun            `json:"run"`
	Catalogue  evidence.Catalogue `json:"catalogue"`
	Summary    evidence.Summary   `json:"summary"`
	Unfinished []string           `json:"unfinished,omitempty"`
	Baseline   []string           `json:"baseline_problems,omitempty"`
	Results    []evidence.Result  `json:"results"`
}

// jsonRun is how the run made its verdicts, and how it ended.
type jsonRun struct {
	Started    time.Time `json:"started"`
	DurationMS int64     `json:"duration_ms"`
	Seed       int64     `json:"seed"`
	Procs      int       `json:"procs"`
	Shard      string    `json:"shard,omitempty"`
	Selection  string    `json:"selection,omitempty"`
	Require    []string  `json:"require,omitempty"`
	Logins     int       `json:"logins"`
	Requests   int       `json:"requests"`
	Cleanup    []string  `json:"cleanup,omitempty"`
	Warnings   []string  `json:"warnings,omitempty"`
	Interrupt  string    `json:"interrupted,omitempty"`
	Killed     bool      `json:"killed,omitempty"`
	Refused    string    `json:"refused,omitempty"`
	Lost       string    `json:"lost,omitempty"`
	Banned     bool      `json:"banned,omitempty"`
	Broken     []string  `json:"broken,omitempty"`
}

// JSON writes report.json. It omits the evidence of rows that passed or do not apply: run.jsonl has it.
func JSON(w io.Writer, s *evidence.Set, _ Options) error {
	h, e := s.Head, end(s)
	return encode(w, report{
		APIVersion: APIVersion, Tool: h.Tool, Target: h.Target, Catalogue: h.Catalogue, Summary: evidence.Count(s.Results),
		Run: jsonRun{
			Started: h.Started, DurationMS: e.DurationMS, Seed: h.Seed, Procs: h.Procs, Shard: h.Shard, Selection: h.Selection,
			Require: h.Require, Logins: e.Logins, Requests: e.Requests, Cleanup: e.Cleanup, Warnings: e.Warnings,
			Interrupt: e.Interrupt, Killed: s.End == nil, Refused: e.Refused, Lost: e.Lost, Banned: e.Banned, Broken: e.Broken,
		},
		Unfinished: s.Unfinished(), Baseline: s.Problems, Results: trimmed(s.Results),
	})
}

// trimmed removes the evidence that readers do not need.
func trimmed(results []evidence.Result) []evidence.Result {
	out := make([]evidence.Result, len(results))
	for i, r := range results {
		if r.Verdict == evidence.Pass || r.Verdict == evidence.NotApplicable {
			r.Evidence = nil
		}
		out[i] = r
	}
	return out
}

// encode writes a value as JSON. It escapes characters that harm a terminal, which does not change the JSON's value.
func encode(w io.Writer, v any) error { return indented(w, v, " ") }

// compact is encode without indentation, for programs.
func compact(w io.Writer, v any) error { return indented(w, v, "") }

func indented(w io.Writer, v any, indent string) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(w, clean(b.String()))
	return err
}
