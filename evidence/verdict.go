package evidence

// Verdict is the one word a requirement ends in.
type Verdict string

// The verdicts, worst first.
const (
	// Fail: a MUST was broken, with recorded evidence.
	Fail Verdict = "fail"
	// Blocked: the target did not get the spec to its check; its positive control failed.
	Blocked Verdict = "blocked"
	// Warn: a SHOULD was broken.
	Warn Verdict = "warn"
	// KnownFail: it fails and the baseline says so.
	KnownFail Verdict = "known_fail"
	// NotRun: the harness lacks something (browser, clock, client site, permission).
	NotRun Verdict = "not_run"
	// Note: a MAY or INFO row; what the target does.
	Note Verdict = "note"
	// NotApplicable: a machine-checked reason why the row says nothing about this target.
	NotApplicable Verdict = "not_applicable"
	// Pass: the positive control and every check held.
	Pass Verdict = "pass"
)

// Verdicts lists every verdict, worst first: the order of tables and filters.
var Verdicts = []Verdict{Fail, Blocked, Warn, KnownFail, NotRun, Note, NotApplicable, Pass}

// Red reports whether the verdict makes a run exit with 1. A warning does only in a strict run.
func (v Verdict) Red(strict bool) bool {
	return v == Fail || v == Blocked || (strict && v == Warn)
}

// Level is how strongly the sentence behind a requirement speaks (RFC 2119), or INFO where the text is silent.
type Level string

// The levels.
const (
	Must   Level = "must"
	Should Level = "should"
	May    Level = "may"
	Info   Level = "info"
)

// Broken is the verdict of a row of this level whose checks did not hold.
func (l Level) Broken() Verdict {
	switch l {
	case Must:
		return Fail
	case Should:
		return Warn
	default:
		return Note
	}
}
