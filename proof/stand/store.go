package stand

import (
	"time"

	"github.com/authconform/authconform/mockserver/store"
	"github.com/authconform/authconform/proof/shadow"
)

// watchedStore is a home's store with those of its rivals.
type watchedStore struct{ *shadow.Split[store.Store] }

func watched(s *shadow.Split[store.Store]) store.Store { return watchedStore{s} }

// found is the result of a lookup in a store.
type found[T any] struct {
	it T
	ok bool
}

func find[T any](s watchedStore, in func(store.Store) (T, bool)) (T, bool) {
	f := shadow.Ask(s.Split, func(one store.Store) found[T] {
		it, ok := in(one)
		return found[T]{it, ok}
	})
	return f.it, f.ok
}

// PutCode implements store.Store.
func (s watchedStore) PutCode(c store.Code) {
	shadow.Do(s.Split, func(one store.Store) { one.PutCode(c) })
}

// Code implements store.Store.
func (s watchedStore) Code(value string) (store.Code, bool) {
	return find(s, func(one store.Store) (store.Code, bool) { return one.Code(value) })
}

// Codes implements store.Store.
func (s watchedStore) Codes() []store.Code { return shadow.Ask(s.Split, store.Store.Codes) }

// TakeCode implements store.Store.
func (s watchedStore) TakeCode(value string) (store.Code, bool) {
	return find(s, func(one store.Store) (store.Code, bool) { return one.TakeCode(value) })
}

// PutRefresh implements store.Store.
func (s watchedStore) PutRefresh(r store.Refresh) {
	shadow.Do(s.Split, func(one store.Store) { one.PutRefresh(r) })
}

// Refresh implements store.Store.
func (s watchedStore) Refresh(token string) (store.Refresh, bool) {
	return find(s, func(one store.Store) (store.Refresh, bool) { return one.Refresh(token) })
}

// RefreshByID implements store.Store.
func (s watchedStore) RefreshByID(id string) (store.Refresh, bool) {
	return find(s, func(one store.Store) (store.Refresh, bool) { return one.RefreshByID(id) })
}

// Evicted implements store.Store.
func (s watchedStore) Evicted() store.Evicted { return shadow.Ask(s.Split, store.Store.Evicted) }

// Touch implements store.Store.
func (s watchedStore) Touch(id string, at time.Time, ip string) {
	shadow.Do(s.Split, func(one store.Store) { one.Touch(id, at, ip) })
}

// Delete implements store.Store.
func (s watchedStore) Delete(id string) bool {
	return shadow.Ask(s.Split, func(one store.Store) bool { return one.Delete(id) })
}

// OfUser implements store.Store.
func (s watchedStore) OfUser(userID string) []store.Refresh {
	return shadow.Ask(s.Split, func(one store.Store) []store.Refresh { return one.OfUser(userID) })
}

// Clear implements store.Store.
func (s watchedStore) Clear() { shadow.Do(s.Split, store.Store.Clear) }
