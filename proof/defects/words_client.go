package defects

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/authconform/authconform/mockserver"
)

// The words for defects of those who judge client ids.

var errWrong = errors.New("refused by mistake")

// takesID lets client ids pass that must be refused; losesID refuses those that must pass.
func takesID(like func(string) bool) change { return judgesID(like, nil) }

func losesID(like func(string) bool) change { return judgesID(like, errWrong) }

func judgesID(like func(string) bool, verdict error) change {
	return func(p *mockserver.Policy) {
		strict := p.ClientID
		p.ClientID = func(raw, host string) error {
			if like(raw) {
				return verdict
			}
			return strict(raw, host)
		}
	}
}

func schemeOf(name string) func(string) bool {
	return func(s string) bool { u, err := url.Parse(s); return err == nil && u.Scheme == name }
}

// likeURL is a test of client ids that can be parsed, whatever their port.
func likeURL(like func(u *url.URL) bool) func(string) bool {
	return func(s string) bool { u, err := url.Parse(s); return err == nil && like(u) }
}

// segment is a test of the segments of a client id's path.
func segment(like func(s string, last bool) bool) func(string) bool {
	return likeURL(func(u *url.URL) bool {
		list := strings.Split(strings.TrimPrefix(u.Path, "/"), "/")
		for i, s := range list {
			if like(s, i == len(list)-1) {
				return true
			}
		}
		return false
	})
}

func port(u *url.URL) int { n, _ := strconv.Atoi(u.Port()); return n }
