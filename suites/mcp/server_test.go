package mcp

import "testing"

func TestLoopbackIsTheMachineItself(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "127.8.9.1": true, "::1": true, "10.0.0.1": false, "home.local": false, "": false,
	} {
		if loopback(host) != want {
			t.Errorf("%q: %t", host, !want)
		}
	}
}
