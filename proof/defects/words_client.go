package defects

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/authconform/authconform/mockserver"
)

// Helpers for defects of judging client ids.

var errWrong = errors.New("refused by mistake")

// takesID accepts client ids that must be refused; losesID refuses ids that must be accepted.
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

// likeURL tests client ids that parse as URLs, whatever their port.
func likeURL(like func(u *url.URL) bool) func(string) bool {
	return func(s string) bool { u, err := url.Parse(s); return err == nil && like(u) }
}

// segment tests the path segments of a client id.
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
