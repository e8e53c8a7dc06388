package main

import (
	"fmt"
	"strings"

	"github.com/authconform/authconform/mock"
)

// exposed reports whether another machine can reach one of the servers, at its address or by its public URL.
func (f *serveFlags) exposed() bool { return mock.Exposed(f.hosts()...) }

// urls returns the URLs of the servers.
func (s *ensemble) urls() []string {
	at := []string{s.home.URL}
	if s.provider != nil {
		at = append(at, s.provider.URL)
	}
	if s.proxy != nil {
		at = append(at, s.proxy.URL)
	}
	if s.my != nil {
		at = append(at, s.my.URL)
	}
	if s.people != nil {
		at = append(at, s.people.URL)
	}
	return at
}

// reachable says which of the servers other machines can reach; "" means none.
func reachable(urls ...string) string {
	var open []string
	for _, at := range urls {
		if mock.Exposed(at) {
			open = append(open, at)
		}
	}
	if len(open) == 0 {
		return ""
	}
	return fmt.Sprintf("Reachable from other machines: %s. The passwords are random, and new with every start.", strings.Join(open, ", "))
}
