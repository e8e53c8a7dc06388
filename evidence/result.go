package evidence

import "time"

// Result is the result of one requirement.
type Result struct {
	ID         string   `json:"id"`
	Profile    string   `json:"profile"`
	Section    string   `json:"section"`
	Level      Level    `json:"level"`
	Place      int      `json:"place"` // of the row in the catalogue: the order that readers restore
	Title      string   `json:"title"` // the requirement's sentence
	Verdict    Verdict  `json:"verdict"`
	Reason     string   `json:"reason,omitempty"`  // why blocked, not run, not applicable; the first failure otherwise
	Need       string   `json:"need,omitempty"`    // the condition that not_run and not_applicable rows lack
	Fix        string   `json:"fix,omitempty"`     // what to change in the target, for rows that failed or warned
	Cause      string   `json:"cause,omitempty"`   // shared by all rows that the same problem blocks
	Known      string   `json:"known,omitempty"`   // the baseline's reason; set by readers
	Vectors    []string `json:"vectors,omitempty"` // stable names of the inputs that failed, for baselines and programs
	Spec       Spec     `json:"spec"`
	DurationMS float64  `json:"duration_ms"`

	Failures []Failure `json:"failures,omitempty"` // every failed check, in order
	Notes    []string  `json:"notes,omitempty"`    // observations of MAY and INFO rows
	Evidence []Item    `json:"evidence,omitempty"` // everything observed, in order
}

// Spec says where a requirement is specified.
type Spec struct {
	Name    string `json:"name"` // "RFC 6749"
	Section string `json:"section,omitempty"`
	URL     string `json:"url"`
}

// Failure is a check that did not hold.
type Failure struct {
	Vector   string `json:"vector,omitempty"` // stable name of the input: "RM12 other port"
	Value    string `json:"value,omitempty"`  // the input itself
	Expected string `json:"expected"`
	Got      string `json:"got"`
}

// Item is one observation. Exactly one of its first three members is set.
type Item struct {
	Exchange *Exchange    `json:"exchange,omitempty"`
	Browser  *BrowserStep `json:"browser,omitempty"`
	Note     string       `json:"note,omitempty"`

	Rank   int    `json:"rank,omitempty"`   // position of its vector in the row's list, from 1; 0: no vector
	Vector string `json:"vector,omitempty"` // stable name of the vector
	Step   string `json:"step,omitempty"`   // the step of the spec
}

// Exchange is an HTTP request and its response. WebSocket messages are exchanges with Method "WS".
type Exchange struct {
	Method          string    `json:"method"`
	URL             string    `json:"url"`
	RequestHeaders  []Header  `json:"request_headers,omitempty"`
	RequestBody     string    `json:"request_body,omitempty"`
	RequestCut      int       `json:"request_cut,omitempty"` // bytes of the request's body beyond BodyLimit, which are dropped
	Status          int       `json:"status,omitempty"`      // 0: no answer, see Error
	ResponseHeaders []Header  `json:"response_headers,omitempty"`
	ResponseBody    string    `json:"response_body,omitempty"`
	ResponseCut     int       `json:"response_cut,omitempty"` // the same for the answer's body
	Error           string    `json:"error,omitempty"`        // why there was no (whole) answer
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
	Doing      string `json:"doing"`
	URL        string `json:"url"`
	Screenshot string `json:"screenshot,omitempty"` // a file of the run's folder: "screenshots/ID-1.png"
	DOM        string `json:"dom,omitempty"`        // the same, as text
}

// File is a picture or a page on its way to the run's folder.
type File struct {
	Name    string `json:"name"` // "screenshots/ID-1.png"
	Content []byte `json:"content"`
}
