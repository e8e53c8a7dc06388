package judge

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/harness/wire"
)

// Outcome turns the record into a result. Level decides the verdict of a broken row. Brief omits the evidence.
func (r *Record) Outcome(level evidence.Level, brief bool) evidence.Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out evidence.Result
	clean := len(r.failures) == 0 && r.blocked+r.notRun+r.notApplicable+r.kept == "" && len(r.notes) == 0 && r.checks > 0
	if clean && brief && len(r.credulous) == 0 {
		out.Verdict = evidence.Pass
		return out
	}
	r.learn()
	byRank(r.failures)
	byRank(r.notes)
	for _, f := range r.failures {
		stable := r.stable(f.at.Vector)
		shown := evidence.Failure{Vector: stable, Expected: r.shown(f.value.expected), Got: r.shown(f.value.got)}
		if f.at.Step != "" {
			shown.Vector = strings.TrimPrefix(stable+", "+r.stable(f.at.Step), ", ")
		}
		if value := r.hide(f.at.Name()); value != shown.Vector {
			shown.Value = value
		}
		out.Failures = append(out.Failures, shown)
		if shown.Vector != "" && !slices.Contains(out.Vectors, shown.Vector) {
			out.Vectors = append(out.Vectors, shown.Vector)
		}
	}
	if r.unsaid > 0 && len(out.Failures) >= wire.RowFindings { // a baseline that lists the others must not explain these
		out.Vectors = append(out.Vectors, fmt.Sprintf("more than %d failures", wire.RowFindings))
	}
	for _, n := range r.notes {
		out.Notes = append(out.Notes, r.shown(n.value))
	}
	r.judge(level, &out)
	if !brief {
		out.Evidence = r.items()
	}
	return out
}

// judge decides the verdict.
func (r *Record) judge(level evidence.Level, out *evidence.Result) {
	switch {
	case len(r.failures) > 0:
		out.Verdict, out.Reason = level.Broken(), first(out.Failures)
	case r.kept != "":
		need := string(condition.Origin)
		out.Verdict, out.Need, out.Reason = evidence.NotRun, need, "needs "+need+": "+r.hide(r.kept)
	case r.blocked != "":
		out.Verdict, out.Reason, out.Cause = evidence.Blocked, r.hide(r.blocked), r.stable(r.cause)
	case r.notRun != "":
		out.Verdict, out.Reason, out.Need = evidence.NotRun, r.hide(r.notRun), r.need
	case r.notApplicable != "":
		out.Verdict, out.Reason = evidence.NotApplicable, r.hide(r.notApplicable)
	case r.checks == 0:
		out.Verdict, out.Reason = evidence.Blocked, "the spec ended without a check"
	case len(out.Notes) > 0 && (level == evidence.May || level == evidence.Info):
		r.note(out)
	default:
		out.Verdict = evidence.Pass
		if why := r.worthless(); why != "" {
			out.Verdict, out.Reason, out.Cause = evidence.Blocked, why, why
		}
	}
}

// note returns the verdict of a row that leaves the target's behaviour open. A server error is never open; a gateway's error is
// not the target's.
func (r *Record) note(out *evidence.Result) {
	out.Verdict, out.Reason = evidence.Note, out.Notes[0]
	for _, s := range r.seen {
		e := s.value.exchange
		if e == nil || e.Status < http.StatusInternalServerError {
			continue
		}
		what := r.hide(fmt.Sprintf("%s %s answers %s", e.Request.Method, e.Request.URL, e))
		switch e.Status {
		case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			out.Verdict, out.Reason, out.Cause = evidence.Blocked, what, what
		default:
			out.Verdict, out.Reason = evidence.Fail, "expected no server error, got: "+what
			out.Failures = append(out.Failures, evidence.Failure{Expected: "no server error", Got: what})
		}
		return
	}
}

// items returns the evidence, redacted, in the order of the vectors.
func (r *Record) items() []evidence.Item {
	byRank(r.seen)
	var exchanges []*wire.Exchange
	for _, s := range r.seen {
		if s.value.exchange != nil {
			exchanges = append(exchanges, s.value.exchange)
		}
	}
	shown := wire.Evidence(exchanges, r.secrets)
	var list []evidence.Item
	for _, s := range r.seen {
		item := evidence.Item{Rank: s.at.Rank, Vector: r.stable(s.at.Vector), Step: r.hide(s.at.Step)}
		switch {
		case s.value.exchange != nil:
			x := shown[0]
			item.Exchange, shown = &x, shown[1:]
		case s.value.step != nil:
			item.Browser = &evidence.BrowserStep{Doing: r.secrets.Hide(s.value.step.Doing), URL: r.secrets.Hide(s.value.step.URL)}
		default:
			item.Note = r.secrets.Hide(s.value.note)
		}
		list = append(list, item)
	}
	if r.unsaid > 0 {
		list = append(list, evidence.Item{Note: fmt.Sprintf("cut after %d failures or notes: %d more are not kept", wire.RowFindings, r.unsaid)})
	}
	if r.beyond > 0 {
		list = append(list, evidence.Item{Note: fmt.Sprintf("cut after %d exchanges: %d more are not kept", len(r.seen), r.beyond)})
	}
	return list
}

// Files returns the record's pictures and pages, and names them in the result that Outcome made.
func (r *Record) Files(result *evidence.Result) []evidence.File {
	r.mu.Lock()
	defer r.mu.Unlock()
	var files []evidence.File
	for i, s := range r.seen {
		if s.value.step == nil || i >= len(result.Evidence) || result.Evidence[i].Browser == nil {
			continue
		}
		step, n := result.Evidence[i].Browser, len(files)+1
		if len(s.value.png) > 0 {
			step.Screenshot = evidence.Shot(result.ID, n, ".png")
			files = append(files, evidence.File{Name: step.Screenshot, Content: s.value.png})
		}
		if s.value.html != "" {
			step.DOM = evidence.Shot(result.ID, n, ".html.txt") // text: a browser must not run it
			files = append(files, evidence.File{Name: step.DOM, Content: []byte(r.secrets.Hide(s.value.html))})
		}
	}
	return files
}

// longest is how many bytes of a failure's text are kept, and longestName of a vector's name.
const (
	longest     = 2000
	longestName = 160
)

// hide replaces secrets in a text and shortens it.
func (r *Record) hide(text string) string { return r.shown(said{text, 0}) }

// stable removes from a name what differs between runs. It ignores the secrets of other rows: an invented code of another row may
// be an invented flow of this one, and then the name would depend on the rows that the worker has judged before.
func (r *Record) stable(name string) string {
	if name == "" {
		return ""
	}
	aliases := strings.NewReplacer(r.aliases...)
	return shortened(said{name, 0}, longestName, func(text string) string { return r.secrets.HideOwn(aliases.Replace(text)) })
}

func first(fs []evidence.Failure) string {
	f := fs[0]
	text := "expected " + f.Expected + ", got " + f.Got
	if f.Vector != "" {
		text = f.Vector + ": " + text
	}
	if len(fs) > 1 {
		text += fmt.Sprintf(" (and %d more)", len(fs)-1)
	}
	return text
}

func byRank[T any](list []placed[T]) {
	slices.SortStableFunc(list, func(a, b placed[T]) int { return a.at.Rank - b.at.Rank })
}
