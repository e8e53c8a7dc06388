package linking

import (
	"net/http"
	"net/url"

	"github.com/authconform/authconform/mock"
)

// Callback handles a browser that returns from a third party, and returns the page that it shows.
func (l *Linker) Callback(query url.Values) *mock.Answer {
	if !query.Has("state") {
		return mock.Text(http.StatusOK, "Missing state parameter")
	}
	id, redirect, ok := l.Policy().ReadState(query.Get("state"), l.stateKey(), l.Clock.Now())
	f := l.awaited(id)
	if !ok || f == nil {
		return mock.Text(http.StatusBadRequest, "Invalid state. Is My Home Assistant configured to go to the right instance?")
	}
	ret := l.Policy().Callback(query)
	ret.Redirect = redirect
	if !ret.HasCode && !ret.HasErr {
		return mock.Text(http.StatusOK, "Missing code or error parameter")
	}
	l.comesBack(f, ret, l.Policy().CallbackOnce())
	l.Fire("data_entry_flow_progressed", map[string]any{"handler": f.handler, "flow_id": f.id, "refresh": true})
	body, kind := l.Policy().Finished(query)
	a := mock.Text(http.StatusOK, body)
	a.Header.Set("Content-Type", kind)
	return a
}

// awaited is the flow of an id, if a browser may come back to it.
func (l *Linker) awaited(id string) *flow {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f := l.flows[id]; f != nil && f.awaits {
		return f
	}
	return nil
}

// comesBack notes what a browser brought; once: of several returns the first counts.
func (l *Linker) comesBack(f *flow, ret Return, once bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !f.back || !once {
		f.ret, f.back = ret, true
	}
}
