package reports

import "time"

// APIVersion names the format of report.json. It changes when a reader of the old one would misread the new one.
const APIVersion = "authconform/v1"

// Report is report.json: everything a run found. Its JSON Schema is schema/report.schema.json.
type Report struct {
	APIVersion string    `json:"apiVersion"` // always APIVersion; a reader refuses what it does not know
	Tool       Tool      `json:"tool"`       // who judged
	Target     Target    `json:"target"`     // who was judged
	Run        Run       `json:"run"`        // how
	Catalogue  Catalogue `json:"catalogue"`  // against which sentences
	Summary    Summary   `json:"summary"`    // derived from Results; for readers that want only the numbers
	Results    []Result  `json:"results"`    // one per row of the profile, in catalogue order
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
	Version string `json:"version,omitempty"`  // as the server tells it; decides since/until
	BuiltIn bool   `json:"built_in,omitempty"` // the built-in mock: each run has its own, at whatever address was free
}

// Run is how the verdicts were made.
type Run struct {
	Started    time.Time `json:"started"`
	DurationMS int64     `json:"duration_ms"`
	Seed       int64     `json:"seed"`
	Procs      int       `json:"procs"`
	Shard      string    `json:"shard,omitempty"`       // "I/N" of a sharded run; merge wants all N
	Selection  string    `json:"selection,omitempty"`   // the --select expression; empty is the whole profile
	Logins     int       `json:"logins"`                // logins the target had to answer (each costs it a password hash)
	Requests   int       `json:"requests"`              // HTTP requests sent to the target
	Cleanup    []string  `json:"cleanup,omitempty"`     // what the run could not give back to the target; empty is good
	Warnings   []string  `json:"warnings,omitempty"`    // about the run itself: no browser found, no clock given
	Interrupt  string    `json:"interrupted,omitempty"` // why the run ended before its end; results may then be missing
}

// Catalogue identifies the requirement texts the verdicts refer to.
type Catalogue struct {
	Revision string `json:"revision"`
	SHA256   string `json:"sha256"`
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

// Result is what became of one requirement.
type Result struct {
	ID         string     `json:"id"`
	Profile    string     `json:"profile"`
	Section    string     `json:"section"`
	Level      Level      `json:"level"`
	Place      int        `json:"place"` // of the row in the catalogue: the order that merge restores
	Title      string     `json:"title"` // the requirement's sentence
	Verdict    Verdict    `json:"verdict"`
	Reason     string     `json:"reason,omitempty"` // why blocked, not run, not applicable; the first failure otherwise
	Known      string     `json:"known,omitempty"`  // why it is known to fail, as the baseline says
	Spec       Spec       `json:"spec"`
	DurationMS float64    `json:"duration_ms"`
	Failures   []Failure  `json:"failures,omitempty"` // every check that did not hold, in order
	Notes      []string   `json:"notes,omitempty"`    // observations of MAY and INFO rows
	Evidence   []Evidence `json:"evidence,omitempty"` // kept for every verdict but pass and not_applicable
}

// Spec is where the sentence stands.
type Spec struct {
	Name    string `json:"name"` // "RFC 6749"
	Section string `json:"section,omitempty"`
	URL     string `json:"url"`
}

// Failure is one check that did not hold. A row with many vectors names each vector that failed.
type Failure struct {
	Vector   string `json:"vector,omitempty"` // "V17 https://app.example/a/./b"
	Expected string `json:"expected"`
	Got      string `json:"got"`
}

// Evidence is one thing that was seen. Exactly one member is set. Secrets were replaced when it was captured.
type Evidence struct {
	Exchange *Exchange    `json:"exchange,omitempty"`
	Browser  *BrowserStep `json:"browser,omitempty"`
	Note     string       `json:"note,omitempty"`
}

// Exchange is one HTTP request and what came back. WebSocket messages are exchanges with Method "WS".
type Exchange struct {
	Label           string    `json:"label,omitempty"` // the vector or step it belongs to
	Method          string    `json:"method"`
	URL             string    `json:"url"`
	RequestHeaders  []Header  `json:"request_headers,omitempty"`
	RequestBody     string    `json:"request_body,omitempty"`
	Status          int       `json:"status,omitempty"` // 0: no answer, see Error
	ResponseHeaders []Header  `json:"response_headers,omitempty"`
	ResponseBody    string    `json:"response_body,omitempty"`
	Error           string    `json:"error,omitempty"` // why there was no (whole) answer
	Started         time.Time `json:"started"`
	DurationMS      float64   `json:"duration_ms"`
}

// Header is one header line; order and repetition are kept.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// BrowserStep is one thing the browser did or showed.
type BrowserStep struct {
	Step       string `json:"step"`
	URL        string `json:"url"`
	Screenshot string `json:"screenshot,omitempty"` // file in the report folder
	DOM        string `json:"dom,omitempty"`        // file in the report folder
	// PNG and HTML travel from the worker to the parent, which writes the files and empties them.
	PNG  []byte `json:"png,omitempty"`
	HTML string `json:"html,omitempty"`
}

// Count adds up the verdicts.
func Count(results []Result) Summary {
	var s Summary
	for _, r := range results {
		switch r.Verdict {
		case Pass:
			s.Pass++
		case Fail:
			s.Fail++
		case Warn:
			s.Warn++
		case Note:
			s.Note++
		case Blocked:
			s.Blocked++
		case NotApplicable:
			s.NotApplicable++
		case NotRun:
			s.NotRun++
		case KnownFail:
			s.KnownFail++
		}
	}
	return s
}
