package evidence

import (
	"time"
)

// Version names the format of run.jsonl. It changes when a reader of the old one would misread the new one.
const Version = "authconform/run/v1"

// Head is the first line: what is judged, by whom, how.
type Head struct {
	Version   string    `json:"version"` // always Version; readers reject any other
	Tool      Tool      `json:"tool"`
	Target    Target    `json:"target"`
	Catalogue Catalogue `json:"catalogue"`
	Started   time.Time `json:"started"`
	Seed      int64     `json:"seed"`
	Procs     int       `json:"procs"`
	Shard     string    `json:"shard,omitempty"`     // "I/N" of a sharded run; merge wants all N
	Selection string    `json:"selection,omitempty"` // the --select expression; empty is the whole profile
	Require   []string  `json:"require,omitempty"`   // conditions whose absence is a failure
	Rows      []string  `json:"rows"`                // ids of the rows to judge, in catalogue order
}

// Tool is the build that judged.
type Tool struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
}

// Target is the server that was judged.
type Target struct {
	URL     string `json:"url"`
	Profile string `json:"profile"`
	Product string `json:"product,omitempty"`  // as far as the server tells, "Home Assistant"
	Version string `json:"version,omitempty"`  // as reported by the server; decides since/until
	BuiltIn bool   `json:"built_in,omitempty"` // the built-in mock: each run has its own, at a free address
}

// Catalogue identifies the requirement texts the verdicts refer to.
type Catalogue struct {
	Revision string `json:"revision"`
	SHA256   string `json:"sha256"`
}

// End is the last line of a run that came to its end, in whatever way. A run that was killed has none.
type End struct {
	DurationMS int64    `json:"duration_ms"`
	Logins     int      `json:"logins"`             // logins that the target had to answer (each costs it a password hash)
	Requests   int      `json:"requests"`           // HTTP requests sent to the target
	Cleanup    []string `json:"cleanup,omitempty"`  // what the run could not give back to the target; normally empty
	Warnings   []string `json:"warnings,omitempty"` // about the run itself
	Refused    string   `json:"refused,omitempty"`  // why the run ended before its first row
	Lost       string   `json:"lost,omitempty"`     // why the target could not be judged to the end
	Banned     bool     `json:"banned,omitempty"`   // Lost, because the target has banned us
	Interrupt  string   `json:"interrupt,omitempty"`
	Broken     []string `json:"broken,omitempty"` // bugs in authconform
}

// line is one line of run.jsonl. Exactly one member is set.
type line struct {
	Head   *Head   `json:"head,omitempty"`
	Result *Result `json:"result,omitempty"`
	End    *End    `json:"end,omitempty"`
}

// Set is a run as it was recorded, in catalogue order.
type Set struct {
	Head    Head
	Results []Result
	End     *End   // nil: the run was killed
	Dir     string // the folder of its pictures; "": there are none

	Problems []string // of the baseline that was applied: entries that are stale or have expired
}

// Unfinished lists the rows that the run was to judge and has no verdict of.
func (s *Set) Unfinished() []string {
	have := map[string]bool{}
	for _, r := range s.Results {
		have[r.ID] = true
	}
	var rows []string
	for _, id := range s.Head.Rows {
		if !have[id] {
			rows = append(rows, id)
		}
	}
	return rows
}

// Summary counts the results by verdict.
type Summary struct {
	Pass          int `json:"pass"`
	Fail          int `json:"fail"`
	Warn          int `json:"warn"`
	Note          int `json:"note"`
	Blocked       int `json:"blocked"`
	NotApplicable int `json:"not_applicable"`
	NotRun        int `json:"not_run"`
	KnownFail     int `json:"known_fail"`
}

// Count adds up the verdicts.
func Count(results []Result) Summary {
	n := map[Verdict]int{}
	for _, r := range results {
		n[r.Verdict]++
	}
	return Summary{n[Pass], n[Fail], n[Warn], n[Note], n[Blocked], n[NotApplicable], n[NotRun], n[KnownFail]}
}
