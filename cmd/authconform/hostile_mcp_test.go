package main

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/internal/harmless"
	"github.com/authconform/authconform/internal/hostile"
)

// TestTheDoctorOfHostileServers: whatever a server does, the doctor soon prints a short diagnosis without control characters.
func TestTheDoctorOfHostileServers(t *testing.T) {
	slow(t)
	t.Parallel()
	home, _, _ := mockHome(t, nil)
	var wg sync.WaitGroup
	defer wg.Wait()
	room := make(chan struct{}, 6)
	for _, what := range hostile.All() {
		if !slices.Contains([]hostile.Place{hostile.Door, hostile.Metadata, hostile.Resource}, what.At) {
			continue
		}
		room <- struct{}{}
		wg.Go(func() {
			defer func() { <-room }()
			t.Run(what.Name, func(t *testing.T) {
				server, err := what.Before(home.URL, func() bool { return true })
				if err != nil {
					t.Fatal(err)
				}
				defer server.Close()
				started := time.Now()
				got := invoke(t, "mcp", server.URL+"/api/mcp", "--request-timeout", "1s")
				if !slices.Contains([]int{exit.OK, exit.Failed, exit.NoTarget}, got.code) || got.err != "" {
					t.Errorf("exit %d:\n%s", got.code, got.all())
				}
				if took := time.Since(started); took > 20*time.Second {
					t.Errorf("it took %s", took)
				}
				plainWords(t, got, nil)
				lines := strings.Count(got.out, "\n")
				if lines > 50 || len(got.out) > 8<<10 || strings.ContainsFunc(got.out, harmless.Harmful) {
					t.Errorf("%d lines, %d bytes:\n%q", lines, len(got.out), got.out)
				}
				for _, secret := range server.Secrets() {
					if strings.Contains(got.all(), secret) {
						t.Errorf("it shows %q", secret)
					}
				}
			})
		})
	}
}
