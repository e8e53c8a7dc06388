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
	if len(e.Request.Body) > scanBody || len(e.Body) > scanBody {
		short := *e
		short.Request.Body, short.Body = short.Request.Body[:min(len(e.Request.Body), scanBody)], short.Body[:min(len(e.Body), scanBody)]
		e = &short
	}
	s.LearnExchange(e)
	out := reports.Exchange{
		Label: label, Method: e.Request.Method, URL: s.Hide(e.Request.URL),
		RequestHeaders: hideAll(s, headers(e.Request.Header)), RequestBody: Cut(s.Hide(e.Request.Body), keepBody),
		Status: e.Status, ResponseHeaders: hideAll(s, headers(e.Header)), ResponseBody: Cut(s.Hide(e.Body), keepBody),
		Started: e.Started, DurationMS: float64(e.Duration.Microseconds()) / 1000,
	}
	if e.Request.Host != "" {
		out.RequestHeaders = append([]reports.Header{{Name: "Host", Value: e.Request.Host}}, out.RequestHeaders...)
	}
	if e.Err != nil {
		out.Error = s.Hide(e.why())
	}
	return out
}

func hideAll(s *Secrets, hs []reports.Header) []reports.Header {
	for i := range hs {
		hs[i].Value = s.Hide(hs[i].Value)
	}
	return hs
}

// Note records an exchange that another client made, a WebSocket message for one.
func Note(ctx context.Context, e *Exchange) { record(ctx, e) }
