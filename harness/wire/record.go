package wire

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/evidence/redact"
)

// Place says where an exchange belongs: to a vector of the row's list, and a step of its spec.
type Place struct {
	Rank   int    // of the vector in its list, from 1; 0: none
	Vector string // its name
	Step   string
}

// Name is the place in words.
func (p Place) Name() string {
	switch {
	case p.Vector == "":
		return p.Step
	case p.Step == "":
		return p.Vector
	}
	return p.Vector + ", " + p.Step
}

// Recorder keeps a spec's exchanges. Package judge implements it.
type Recorder interface {
	Record(at Place, e *Exchange)
}

type (
	recorderKey struct{}
	placeKey    struct{}
)

// WithRecorder records every exchange under ctx.
func WithRecorder(ctx context.Context, r Recorder) context.Context {
	return context.WithValue(ctx, recorderKey{}, r)
}

// At is a context whose exchanges belong to a place.
func At(ctx context.Context, p Place) context.Context { return context.WithValue(ctx, placeKey{}, p) }

// PlaceOf is the place of exchanges under ctx.
func PlaceOf(ctx context.Context) Place {
	p, _ := ctx.Value(placeKey{}).(Place)
	return p
}

// Note records an exchange of another client, such as a WebSocket message.
func Note(ctx context.Context, e *Exchange) { record(ctx, e) }

func record(ctx context.Context, e *Exchange) {
	if r, ok := ctx.Value(recorderKey{}).(Recorder); ok {
		r.Record(PlaceOf(ctx), e)
	}
}

// Learn adds an exchange's secrets to a table.
func (e *Exchange) Learn(t *redact.Table) {
	t.LearnHeader(e.Request.Header)
	for _, values := range e.pass {
		for _, v := range values {
			t.Learn("header", v)
		}
	}
	t.LearnHeader(e.Header)
	if _, query, ok := strings.Cut(e.Request.URL, "?"); ok {
		t.LearnText(query)
	}
	t.LearnText(e.Request.Body)
	t.LearnText(e.Body)
}

// Evidence returns a row's exchanges as a report may contain them: secrets replaced, long bodies cut. The table must have
// learned all of them before. A secret that is split over WebSocket frames of one direction is found too.
func Evidence(list []*Exchange, t *redact.Table) []evidence.Exchange {
	out := make([]evidence.Exchange, len(list))
	var sent, got []string
	for i, e := range list {
		out[i] = e.shown(t)
		if e.Request.Method == frame {
			sent, got = append(sent, within(e.Request.Body)), append(got, within(e.Body))
		}
	}
	sent, got = t.HideAll(sent), t.HideAll(got)
	for i, n := 0, 0; i < len(out); i++ {
		if list[i].Request.Method == frame {
			out[i].RequestBody, out[i].ResponseBody = sent[n], got[n]
			n++
		}
		out[i].RequestBody, out[i].RequestCut = limited(out[i].RequestBody, list[i].Request.Body)
		out[i].ResponseBody, out[i].ResponseCut = limited(out[i].ResponseBody, list[i].Body)
		if list[i].gone > 0 {
			out[i].ResponseCut += list[i].gone
		}
	}
	return out
}

// frame is the method of WebSocket messages.
const frame = "WS"

func (e *Exchange) shown(t *redact.Table) evidence.Exchange {
	out := evidence.Exchange{
		Method: e.Request.Method, URL: t.Hide(e.Request.URL), RequestHeaders: headers(e.Request.Header, t),
		Status: e.Status, ResponseHeaders: few(headers(e.Header, t)),
		Started: e.Started, DurationMS: float64(e.Duration.Microseconds()) / 1000,
	}
	if e.Request.Method != frame {
		out.RequestBody, out.ResponseBody = t.Hide(within(e.Request.Body)), t.Hide(within(e.Body))
	}
	if e.Request.Host != "" {
		out.RequestHeaders = append([]evidence.Header{{Name: "Host", Value: t.Hide(e.Request.Host)}}, out.RequestHeaders...)
	}
	if e.Err != nil {
		out.Error = t.Hide(e.why())
	}
	return out
}

// Margin is how far beyond the kept bytes of a text secrets are searched for, to find one that begins before the cut.
const Margin = 8 << 10

// within returns the part of a body that may be kept, and its margin.
func within(body string) string { return body[:min(len(body), evidence.BodyLimit+Margin)] }

// limited cuts a body to what evidence keeps, after its secrets were replaced, and returns how many bytes are missing.
func limited(shown, whole string) (string, int) {
	if len(shown) <= evidence.BodyLimit && len(whole) <= evidence.BodyLimit+Margin {
		return shown, 0
	}
	kept := evidence.Start(shown, evidence.BodyLimit)
	return kept, max(1, len(whole)-len(kept))
}

// few returns headers up to evidence's limit. The last one says what is missing.
func few(list []evidence.Header) []evidence.Header {
	left := evidence.HeaderLimit
	for i, h := range list {
		if left -= len(h.Name) + len(h.Value); left >= 0 {
			continue
		}
		rest := 0
		for _, more := range list[i+1:] {
			rest += len(more.Name) + len(more.Value)
		}
		kept := evidence.Start(h.Value, max(0, len(h.Value)+left))
		rest += len(h.Value) - len(kept)
		list[i].Name = evidence.Start(h.Name, evidence.HeaderLimit)
		list[i].Value = fmt.Sprintf("%s… (cut after %d KiB: %d more bytes of headers)", kept, evidence.HeaderLimit>>10, rest)
		return list[:i+1]
	}
	return list
}

// Size is roughly how many bytes an exchange occupies in memory.
func (e *Exchange) Size() int {
	n := 500 + len(e.Request.URL) + len(e.Request.Body) + len(e.Body)
	for _, h := range []http.Header{e.Request.Header, e.Header} {
		for name, values := range h {
			n += len(name)
			for _, v := range values {
				n += len(v)
			}
		}
	}
	return n
}

// Brief is the exchange with as much of the answer as evidence shows. Whoever needs the secrets in the rest has learned them.
func (e *Exchange) Brief() *Exchange {
	short := *e
	if len(e.Body) > evidence.BodyLimit+Margin {
		short.Body = strings.Clone(within(e.Body))
		short.gone = len(e.Body) - len(short.Body)
	}
	return &short
}

func headers(h http.Header, t *redact.Table) []evidence.Header {
	var out []evidence.Header
	for name, values := range h {
		for _, v := range values {
			out = append(out, evidence.Header{Name: t.Hide(name), Value: t.Hide(v)})
		}
	}
	slices.SortStableFunc(out, func(a, b evidence.Header) int { return strings.Compare(a.Name, b.Name) })
	return out
}
