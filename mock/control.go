package mock

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// controlPrefix starts the control plane: what no real server has.
const controlPrefix = "/_authconform/"

// Control is the control plane of a mock. It is not part of the protocol: no history, no faults. Clock, history and
// faults are everywhere the same; a mock adds its own.
type Control struct {
	Token string // opens it
	acts  map[string]ControlAct
}

// ControlAct does one thing. The query and the body are the request's; what it returns is the answer's JSON.
type ControlAct func(r *http.Request, body []byte) (any, error)

// Done is the answer of an act that has nothing to tell.
type Done struct{}

func newControl(p *Plane) *Control {
	return &Control{Token: Secret(16), acts: map[string]ControlAct{
		"GET clock":      func(*http.Request, []byte) (any, error) { return p.Time(), nil },
		"POST clock":     p.setClock,
		"GET history":    p.readHistory,
		"DELETE history": func(*http.Request, []byte) (any, error) { p.History.Clear(); return Done{}, nil },
		"GET faults":     func(*http.Request, []byte) (any, error) { return p.Faults.List(), nil },
		"POST faults":    p.addFault,
		"DELETE faults":  p.dropFaults,
	}}
}

// Add adds an act: "POST users".
func (k *Control) Add(name string, act ControlAct) { k.acts[name] = act }

func (k *Control) serve(w http.ResponseWriter, r *http.Request) {
	status, v := k.act(r)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	soon(w)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

type problem struct {
	Error string `json:"error"`
	Hint  string `json:"hint,omitempty"`
}

func (k *Control) act(r *http.Request) (int, any) {
	if !k.opens(r.Header.Get("Authorization")) {
		return http.StatusUnauthorized, problem{
			"the control plane requires its token", "Authorization: Bearer TOKEN; `serve` prints it, and writes it into --ready-file",
		}
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return http.StatusBadRequest, problem{Error: err.Error()}
	}
	name := strings.TrimPrefix(r.URL.Path, controlPrefix)
	act, ok := k.acts[r.Method+" "+name]
	if !ok {
		return http.StatusNotFound, problem{"no such control: " + r.Method + " " + name, strings.Join(k.names(), ", ") + "; docs/mock.md"}
	}
	v, err := act(r, body)
	if err != nil {
		return http.StatusBadRequest, problem{Error: err.Error()}
	}
	return http.StatusOK, v
}

// opens tells whether an Authorization header holds the token, with the scheme Bearer (RFC 6750 §2.1), in any case. A token
// that is blank opens nothing.
func (k *Control) opens(header string) bool {
	scheme, token, _ := strings.Cut(header, " ")
	return CheckControlToken(k.Token) == nil && strings.EqualFold(scheme, "Bearer") &&
		subtle.ConstantTimeCompare([]byte(strings.TrimSpace(token)), []byte(k.Token)) == 1
}

// CheckControlToken tells what is wrong with a token that was chosen for the control plane.
func CheckControlToken(token string) error {
	switch {
	case strings.TrimSpace(token) == "":
		return errors.New("the token of the control plane is empty: anybody could open it; leave it out for a random one")
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return errors.New("the token of the control plane holds what no header does: give ASCII letters and digits, without spaces")
	}
	return nil
}

func (k *Control) names() []string {
	seen := map[string]bool{}
	for name := range k.acts {
		_, noun, _ := strings.Cut(name, " ")
		seen[noun] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// Strict decodes the body of an act; unknown members are errors.
func Strict(body []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// Time is the mock's time for its control plane.
func (p *Plane) Time() any {
	return map[string]string{
		"now":    p.Clock.Now().UTC().Format(time.RFC3339Nano),
		"offset": "+" + strconv.FormatInt(int64(p.Clock.Offset().Seconds()), 10) + "s",
	}
}

func (p *Plane) setClock(_ *http.Request, body []byte) (any, error) {
	var b struct{ Advance, Offset string }
	if err := Strict(body, &b); err != nil {
		return nil, err
	}
	switch {
	case (b.Advance == "") == (b.Offset == ""):
		return nil, errors.New(`give either advance ("11m") or offset ("+660s")`)
	case b.Advance != "":
		d, err := time.ParseDuration(b.Advance)
		if err != nil {
			return nil, err
		}
		p.Clock.Advance(d)
	default:
		d, err := time.ParseDuration(strings.TrimPrefix(b.Offset, "+"))
		if err != nil {
			return nil, err
		}
		p.Clock.Set(d)
	}
	return p.Time(), nil
}

func (p *Plane) readHistory(r *http.Request, _ []byte) (any, error) {
	q := r.URL.Query()
	since, _ := strconv.ParseInt(q.Get("since"), 10, 64)
	if wait := q.Get("wait"); wait != "" {
		d, err := time.ParseDuration(wait)
		if err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(r.Context(), min(d, time.Minute))
		defer cancel()
		return p.History.Await(ctx, since, q.Get("path")), nil
	}
	return p.History.Since(since, q.Get("path")), nil
}

func (p *Plane) addFault(_ *http.Request, body []byte) (any, error) {
	var f Fault
	if err := Strict(body, &f); err != nil {
		return nil, err
	}
	return p.Faults.Add(f)
}

func (p *Plane) dropFaults(r *http.Request, _ []byte) (any, error) {
	id, err := strconv.Atoi(r.URL.Query().Get("id"))
	if r.URL.Query().Has("id") && err != nil {
		return nil, errors.New("id is a number")
	}
	p.Faults.Clear(id)
	return Done{}, nil
}
