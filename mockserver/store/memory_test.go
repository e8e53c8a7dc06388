package store_test

import (
	"testing"

	"github.com/authconform/authconform/mockserver/store"
	"github.com/authconform/authconform/mockserver/store/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func() store.Store { return store.NewMemory() })
}
