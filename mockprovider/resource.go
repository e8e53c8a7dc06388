package mockprovider

import (
	"encoding/json"
	"net/http"
	"sync"

	"github.com/authconform/authconform/mock"
)

// guarded guards an endpoint of the API by a scope (RFC 6750 §3).
func (p *Provider) guarded(scope string, next func(*mock.Call, Access) *mock.Answer) mock.Handler {
	return func(c *mock.Call) *mock.Answer {
		token := p.Policy().Bearer(c.Heard)
		if token == "" {
			return p.challenge(http.StatusUnauthorized, "", "")
		}
		t, ok := p.store.accessToken(token)
		switch {
		case !ok || !p.Policy().Access(t, p.now()):
			return p.challenge(http.StatusUnauthorized, "invalid_token", "the access token is unknown, revoked or expired")
		case !p.Policy().Allows(t.Scope, scope):
			return p.challenge(http.StatusForbidden, "insufficient_scope", scope+" is wanted")
		}
		c.User = t.Username
		return next(c, t)
	}
}

func (p *Provider) challenge(status int, word, text string) *mock.Answer {
	head := `Bearer realm="` + p.Name + `"`
	body := map[string]string{}
	if word != "" {
		head += `, error="` + word + `", error_description="` + text + `"`
		body["error"], body["error_description"] = word, text
	}
	a := mock.JSON(status, body)
	a.Header.Set("WWW-Authenticate", head)
	a.Why = text
	return a
}

// me tells whose token it is: what a home asks first.
func (p *Provider) me(_ *mock.Call, t Access) *mock.Answer {
	name := t.Username
	for _, u := range p.Users {
		if u.Username == t.Username {
			name = u.Name
		}
	}
	return noStore(mock.JSON(http.StatusOK, map[string]string{"id": t.Username, "name": name}))
}

func noStore(a *mock.Answer) *mock.Answer {
	a.Header.Set("Cache-Control", "no-store")
	return a
}

// devices are the thermostats, one a person. It is safe for concurrent use.
type devices struct {
	mu     sync.Mutex
	target map[string]float64
}

func (d *devices) clear() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.target = map[string]float64{}
}

const mild = 20.5 // degrees Celsius

func (d *devices) get(user string) float64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if t, ok := d.target[user]; ok {
		return t
	}
	return mild
}

func (d *devices) set(user string, t float64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.target[user] = t
}

func (p *Provider) readDevice(_ *mock.Call, t Access) *mock.Answer {
	return noStore(mock.JSON(http.StatusOK, map[string]any{
		"name": "Hall", "unit": "°C", "temperature": 19.8, "target": p.devices.get(t.Username),
	}))
}

// setDevice sets the target, from 5 to 35 °C.
func (p *Provider) setDevice(c *mock.Call, t Access) *mock.Answer {
	var b struct {
		Target *float64 `json:"target"`
	}
	if json.Unmarshal(c.Bytes, &b) != nil || b.Target == nil || *b.Target < 5 || *b.Target > 35 {
		return mock.Message(http.StatusBadRequest, "target is required: a number of degrees Celsius from 5 to 35")
	}
	p.devices.set(t.Username, *b.Target)
	return p.readDevice(c, t)
}
