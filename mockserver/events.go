package mockserver

import "sync"

// events tells sockets what happens. It is safe for concurrent use; the zero value has no listener.
type events struct {
	mu   sync.Mutex
	subs map[*socket]map[int64]string // by socket and subscription: the event, "" for all
}

func (e *events) add(k *socket, id int64, kind string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.subs == nil {
		e.subs = map[*socket]map[int64]string{}
	}
	if e.subs[k] == nil {
		e.subs[k] = map[int64]string{}
	}
	e.subs[k][id] = kind
}

func (e *events) drop(k *socket, id int64) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, there := e.subs[k][id]
	delete(e.subs[k], id)
	return there
}

func (e *events) leave(k *socket) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.subs, k)
}

// fire tells the listeners of an event.
func (e *events) fire(kind string, data map[string]any) {
	type listener struct {
		k  *socket
		id int64
	}
	var list []listener
	e.mu.Lock()
	for k, subs := range e.subs {
		for id, want := range subs {
			if want == "" || want == kind {
				list = append(list, listener{k, id})
			}
		}
	}
	e.mu.Unlock()
	for _, l := range list {
		l.k.send(map[string]any{"id": l.id, "type": "event", "event": map[string]any{"event_type": kind, "data": data, "origin": "LOCAL"}})
	}
}

// maxSubscriptions is how many one socket may have.
const maxSubscriptions = 1000

func (e *events) count(k *socket) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.subs[k])
}

func subscribe(k *socket, m map[string]any) (any, *commandError) {
	kind, _ := m["event_type"].(string)
	if k.home.events.count(k) >= maxSubscriptions {
		return nil, &commandError{"unknown_error", "Too many subscriptions on this connection"}
	}
	return followUp{func() { k.home.events.add(k, k.last, kind) }}, nil
}

func unsubscribe(k *socket, m map[string]any) (any, *commandError) {
	id, _ := m["subscription"].(float64)
	if !k.home.events.drop(k, int64(id)) {
		return nil, &commandError{"not_found", "Subscription not found."}
	}
	return nil, nil
}
