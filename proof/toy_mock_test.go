package proof_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/proof/defects"
	"github.com/authconform/authconform/proof/shadow"
	"github.com/authconform/authconform/proof/stand"
)

// toyPolicy is every decision of the mock toy.
type toyPolicy struct {
	NewCode func() string
	Codes   func() toyCodes
	Refuse  func(code string) (status int, word string)
	Door    func(tokenURL string) map[string]string
}

// toyCodes stores codes.
type toyCodes interface {
	Put(code string)
	Take(code string) bool
}

func strictToy() *toyPolicy {
	return &toyPolicy{
		NewCode: func() string { return mock.Secret(32) },
		Codes:   func() toyCodes { return &onceCodes{kept: map[string]bool{}} },
		Refuse:  func(string) (int, string) { return http.StatusBadRequest, "invalid_grant" },
		Door:    func(tokenURL string) map[string]string { return map[string]string{"token_endpoint": tokenURL} },
	}
}

type onceCodes struct {
	mu   sync.Mutex
	kept map[string]bool
}

func (c *onceCodes) Put(code string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept[code] = true
}

func (c *onceCodes) Take(code string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	ok := c.kept[code]
	delete(c.kept, code)
	return ok
}

// everCodes keeps a code after it was taken.
type everCodes struct{ onceCodes }

func (c *everCodes) Take(code string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kept[code]
}

// toyTee lets defects watch the codes.
type toyTee struct{ *shadow.Split[toyCodes] }

func (t toyTee) Put(code string) { shadow.Do(t.Split, func(c toyCodes) { c.Put(code) }) }
func (t toyTee) Take(code string) bool {
	return shadow.Ask(t.Split, func(c toyCodes) bool { return c.Take(code) })
}

func toyStand() stand.Stand[toyPolicy] {
	return stand.Stand[toyPolicy]{
		Kind: toyKind(), Strict: strictToy, Start: startToy,
		Flavour: func(p *toyPolicy, seed uint64) {
			p.NewCode = func() string { return fmt.Sprintf("%s-%d", mock.Secret(40), seed) }
		},
		Tees: []shadow.Tee{shadow.For(func(s *shadow.Split[toyCodes]) toyCodes { return toyTee{s} })},
	}
}

func startToy(p *toyPolicy, flags kind.Flags, _ string) (*stand.Server, error) {
	l, url, err := mock.Bind("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	flags.(*toyFlags).ClientID = "toy-client"
	server := mock.Serve(l, url, serveToy(p, url))
	return &stand.Server{Target: url, Clock: &mock.Clock{}, Kill: server.Kill}, nil
}

func serveToy(p *toyPolicy, url string) http.Handler {
	codes, mux := p.Codes(), http.NewServeMux()
	answer := func(w http.ResponseWriter, status int, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, p.Door(url+"/token")) })
	mux.HandleFunc("GET /code", func(w http.ResponseWriter, _ *http.Request) {
		code := p.NewCode()
		codes.Put(code)
		answer(w, http.StatusOK, map[string]string{"code": code})
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		if code := r.FormValue("code"); codes.Take(code) {
			answer(w, http.StatusOK, map[string]any{"access_token": mock.Secret(32), "token_type": "Bearer", "expires_in": 60})
		} else {
			status, word := p.Refuse(code)
			answer(w, status, map[string]string{"error": word})
		}
	})
	return mux
}

var toyDefects = []defects.Defect[toyPolicy]{
	{
		ID: "toy.reusable", Story: "A code works as often as it is handed in.",
		Aims: []string{"oauth2.code.single-use", "oauth2.code.single-use-parallel"},
		Change: func(p *toyPolicy) {
			p.Codes = func() toyCodes { return &everCodes{onceCodes{kept: map[string]bool{}}} }
		},
	},
	{
		ID: "toy.short", Story: "Codes are short.",
		Aims: []string{"oauth2.code.entropy"},
		Change: func(p *toyPolicy) {
			make := p.NewCode
			p.NewCode = func() string { return make()[:6] }
		},
	},
}
