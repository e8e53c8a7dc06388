package wire

import (
	"context"

	"github.com/authconform/authconform/reports"
)

// Recorder keeps what a spec sent and got. Package judge has the one that specs use.
type Recorder interface {
	Record(label string, e *Exchange)
}

type recorderKey struct{}
type labelKey struct{}

// WithRecorder lets every exchange under ctx be recorded.
func WithRecorder(ctx context.Context, r Recorder) context.Context {
	return context.WithValue(ctx, recorderKey{}, r)
}

// WithLabel names the vector or step that exchanges under ctx belong to.
func WithLabel(ctx context.Context, label string) context.Context {
	return context.WithValue(ctx, labelKey{}, label)
}

// Label is the name given by WithLabel, or "".
func Label(ctx context.Context) string {
	s, _ := ctx.Value(labelKey{}).(string)
	return s
}

func record(ctx context.Context, e *Exchange) {
	if r, ok := ctx.Value(recorderKey{}).(Recorder); ok {
		r.Record(Label(ctx), e)
	}
}

// Evidence is the exchange as a report may carry it: secrets replaced, long bodies cut.
func (e *Exchange) Evidence(label string, s *Secrets) reports.Exchange {
	e.teach(s)
	out := reports.Exchange{
		Label:           s.Hide(label),
		Method:          e.Request.Method,
		URL:             s.Hide(e.Request.URL),
		RequestHeaders:  hideAll(s, headers(e.Request.Header)),
		RequestBody:     hideBody(s, e.Request.Body),
		Status:          e.Status,
		ResponseHeaders: hideAll(s, headers(e.Header)),
		ResponseBody:    hideBody(s, e.Body),
		Started:         e.Started,
		DurationMS:      float64(e.Duration.Microseconds()) / 1000,
	}
	if e.Request.Host != "" {
		out.RequestHeaders = append([]reports.Header{{Name: "Host", Value: e.Request.Host}}, out.RequestHeaders...)
	}
	if e.Err != nil {
		out.Error = s.Hide(e.failure())
	}
	return out
}

// teach lets s learn the secrets of the exchange. What lies far back in a long body is not kept, and only learned where
// String would show it.
func (e *Exchange) teach(s *Secrets) {
	short := *e
	short.Request.Body, short.Body = scannable(e.Request.Body), scannable(e.Body)
	s.LearnExchange(&short)
	if len(short.Body) == len(e.Body) {
		return
	}
	if brief, ok := e.brief(); ok {
		s.LearnText(brief)
	}
}

func scannable(body string) string { return body[:min(len(body), scanBody)] }

// hideBody hides before it cuts: half a secret would not be recognised.
func hideBody(s *Secrets, body string) string { return Cut(s.Hide(scannable(body)), keepBody) }

func hideAll(s *Secrets, hs []reports.Header) []reports.Header {
	for i := range hs {
		hs[i].Value = s.Hide(hs[i].Value)
	}
	return hs
}

// Note records an exchange that another client made, a WebSocket message for one.
func Note(ctx context.Context, e *Exchange) { record(ctx, e) }
