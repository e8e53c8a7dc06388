package store

import (
	"slices"
	"sync"
	"time"
)

// Movable is a Store whose contents can move to another one while it is used.
type Movable struct {
	mu   sync.RWMutex
	in   Store
	gone Evicted // by earlier stores
}

// NewMovable returns a Movable that uses a store until Move.
func NewMovable(in Store) *Movable { return &Movable{in: in} }

// Move makes another store the one in use, and copies the codes and these users' refresh tokens to it, oldest first.
func (m *Movable) Move(to Store, users []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	codes := slices.SortedFunc(slices.Values(m.in.Codes()), func(a, b Code) int { return a.Issued.Compare(b.Issued) })
	for _, c := range codes {
		to.PutCode(c)
	}
	var tokens []Refresh
	for _, id := range users {
		tokens = append(tokens, m.in.OfUser(id)...)
	}
	slices.SortStableFunc(tokens, func(a, b Refresh) int { return a.Created.Compare(b.Created) })
	for _, r := range tokens {
		to.PutRefresh(r)
	}
	m.gone = m.gone.and(m.in.Evicted())
	m.in = to
}

func (e Evicted) and(more Evicted) Evicted {
	return Evicted{Codes: e.Codes + more.Codes, Refresh: e.Refresh + more.Refresh}
}

// held calls a method of the store in use.
func held[T any](m *Movable, verb func(Store) T) T {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return verb(m.in)
}

// found calls a method that may find nothing.
func found[T any](m *Movable, verb func(Store) (T, bool)) (T, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return verb(m.in)
}

// PutCode implements Store.
func (m *Movable) PutCode(c Code) { held(m, func(s Store) bool { s.PutCode(c); return true }) }

// Code implements Store.
func (m *Movable) Code(value string) (Code, bool) {
	return found(m, func(s Store) (Code, bool) { return s.Code(value) })
}

// Codes implements Store.
func (m *Movable) Codes() []Code { return held(m, Store.Codes) }

// TakeCode implements Store.
func (m *Movable) TakeCode(value string) (Code, bool) {
	return found(m, func(s Store) (Code, bool) { return s.TakeCode(value) })
}

// PutRefresh implements Store.
func (m *Movable) PutRefresh(r Refresh) { held(m, func(s Store) bool { s.PutRefresh(r); return true }) }

// Refresh implements Store.
func (m *Movable) Refresh(token string) (Refresh, bool) {
	return found(m, func(s Store) (Refresh, bool) { return s.Refresh(token) })
}

// RefreshByID implements Store.
func (m *Movable) RefreshByID(id string) (Refresh, bool) {
	return found(m, func(s Store) (Refresh, bool) { return s.RefreshByID(id) })
}

// Touch implements Store.
func (m *Movable) Touch(id string, at time.Time, ip string) {
	held(m, func(s Store) bool { s.Touch(id, at, ip); return true })
}

// Delete implements Store.
func (m *Movable) Delete(id string) bool { return held(m, func(s Store) bool { return s.Delete(id) }) }

// OfUser implements Store.
func (m *Movable) OfUser(userID string) []Refresh {
	return held(m, func(s Store) []Refresh { return s.OfUser(userID) })
}

// Evicted implements Store.
func (m *Movable) Evicted() Evicted {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.gone.and(m.in.Evicted())
}

// Clear implements Store.
func (m *Movable) Clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.gone = Evicted{}
	m.in.Clear()
}
