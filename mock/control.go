package mock

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/authconform/authconform/internal/suggest"
)

// controlPrefix is the path prefix of the control plane. No real server has it.
const controlPrefix = "/_authconform/"

// Control is a mock's control plane. Its requests are not recorded and hit no faults. Clock, history and
// faults are the same in every mock; each mock adds its own acts.
type Control struct {
	Token string // opens it

	mu      sync.RWMutex // guards the maps
	acts    map[string]act
	open    map[string]http.HandlerFunc // what needs no token: the page, its files, the description
	streams map[string]http.HandlerFunc // what writes its answer itself
	parts   [][]byte                    // of the description
	changed bell                        // rings when something was changed
}

// ControlAct is one operation. It gets the request's query and body; its result is the response's JSON.
type ControlAct func(r *http.Request, body []byte) (any, error)

type act struct {
	do    ControlAct
	query []string // the parameters that it reads
}

// Done is the result of an act that returns nothing.
type Done struct{}

func newControl(p *Plane) *Control {
	k := &Control{
		Token: Secret(16), acts: map[string]act{}, open: map[string]http.HandlerFunc{}, streams: map[string]http.HandlerFunc{},
	}
	k.Describe(commonDescription)
	k.open["GET openapi.json"] = k.describe
	k.streams["GET events"] = p.events
	k.openPage()
	k.Add("GET clock", func(*http.Request, []byte) (any, error) { return p.Time(), nil })
	k.Add("POST clock", p.setClock)
	k.Add("GET history", p.readHistory, "since", "path", "wait")
	k.Add("DELETE history", func(*http.Request, []byte) (any, error) { p.History.Clear(); return Done{}, nil })
	k.Add("GET faults", func(*http.Request, []byte) (any, error) { return p.Faults.List(), nil })
	k.Add("POST faults", p.addFault)
	k.Add("DELETE faults", p.dropFaults, "id")
	k.Add("POST reset", func(*http.Request, []byte) (any, error) { p.Reset(); return Done{}, nil })
	k.Add("POST verify", p.verify)
	k.Add("POST wait", p.wait)
	return k
}

// Add adds an act, such as "POST users", with the query parameters that it reads.
func (k *Control) Add(name string, do ControlAct, query ...string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.acts[name] = act{do, query}
}

// After runs something after an act.
func (k *Control) After(name string, more func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	before := k.acts[name]
	k.acts[name] = act{func(r *http.Request, body []byte) (any, error) {
		v, err := before.do(r, body)
		if err == nil {
			more()
		}
		return v, err
	}, before.query}
}

// find finds the handler of a call: at most one of the three is set.
func (k *Control) find(name string) (a act, stream, open http.HandlerFunc) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.acts[name], k.streams[name], k.open[name]
}

func (k *Control) serve(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, controlPrefix)
	a, stream, open := k.find(r.Method + " " + name)
	switch {
	case open != nil:
		open(w, r)
		return
	case stream != nil && k.opens(r.Header.Get("Authorization")):
		stream(w, r)
		return
	}
	status, v := k.act(r, name, a)
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

const maxControlBody = 1 << 20 // bytes

func (k *Control) act(r *http.Request, name string, a act) (int, any) {
	if !k.opens(r.Header.Get("Authorization")) {
		return http.StatusUnauthorized, problem{
			"the control plane requires its token", "Authorization: Bearer TOKEN; `serve` prints it, and writes it into --ready-file",
		}
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxControlBody+1))
	switch {
	case err != nil:
		return http.StatusBadRequest, problem{Error: "the body broke off"}
	case len(body) > maxControlBody:
		return http.StatusRequestEntityTooLarge, problem{Error: "the body is longer than 1 MiB"}
	}
	if a.do == nil {
		return k.unknown(r.Method, name)
	}
	if err := queries(r, a.query); err != nil {
		return http.StatusBadRequest, problem{Error: err.Error()}
	}
	v, err := a.do(r, body)
	if err != nil {
		return http.StatusBadRequest, problem{Error: err.Error()}
	}
	if r.Method != http.MethodGet && name != "wait" && name != "verify" {
		k.changed.ring()
	}
	return http.StatusOK, v
}

// unknown is the answer to an unknown act: it suggests the nearest one and lists all.
func (k *Control) unknown(method, name string) (int, any) {
	names := k.names()
	var methods []string
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
		if a, stream, open := k.find(m + " " + name); a.do != nil || stream != nil || open != nil {
			methods = append(methods, m)
		}
	}
	if methods != nil {
		return http.StatusMethodNotAllowed, problem{"no such control: " + method + " " + name, name + " takes " + strings.Join(methods, ", ")}
	}
	hint := strings.Join(names, ", ") + "; docs/mock.md"
	if near := suggest.Nearest(name, names); near != "" {
		hint = "did you mean " + near + "? There are: " + hint
	}
	return http.StatusNotFound, problem{"no such control: " + method + " " + name, hint}
}

// opens reports whether an Authorization header contains the token, with the scheme Bearer in any case (RFC 6750 §2.1). A blank token
// opens nothing.
func (k *Control) opens(header string) bool {
	scheme, token, _ := strings.Cut(header, " ")
	return CheckControlToken(k.Token) == nil && strings.EqualFold(scheme, "Bearer") &&
		subtle.ConstantTimeCompare([]byte(strings.TrimSpace(token)), []byte(k.Token)) == 1
}

// CheckControlToken says what is wrong with a token chosen for the control plane.
func CheckControlToken(token string) error {
	switch {
	case strings.TrimSpace(token) == "":
		return errors.New("the control plane's token is empty, so anyone could use it; leave it out for a random one")
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return errors.New("the control plane's token contains characters that no header can carry: give ASCII letters and digits, without spaces")
	}
	return nil
}

func (k *Control) names() []string {
	k.mu.RLock()
	defer k.mu.RUnlock()
	seen := map[string]bool{}
	for name := range k.acts {
		_, noun, _ := strings.Cut(name, " ")
		seen[noun] = true
	}
	return slices.Sorted(maps.Keys(seen))
}
