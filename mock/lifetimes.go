package mock

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/authconform/authconform/internal/suggest"
)

// Lifetimes are the lifetimes of what a mock issues; 0 means the strict mock's default.
type Lifetimes struct {
	Code         time.Duration // authorization code
	AccessToken  time.Duration
	RefreshToken time.Duration // since its last use
	LoginFlow    time.Duration // login page, from its beginning
}

// longestLife keeps dates within four digits.
const longestLife = 10 * 365 * 24 * time.Hour

// ReadLifetimes reads a list like code=30s, access-token=1m.
func ReadLifetimes(list []string) (l Lifetimes, err error) {
	into := map[string]*time.Duration{
		"code": &l.Code, "access-token": &l.AccessToken, "refresh-token": &l.RefreshToken, "login-flow": &l.LoginFlow,
	}
	for _, one := range list {
		name, text, ok := strings.Cut(one, "=")
		field := into[name]
		switch d, bad := time.ParseDuration(text); {
		case !ok:
			return l, fmt.Errorf("%q is not NAME=DURATION, like access-token=1m", one)
		case field == nil:
			return l, fmt.Errorf("unknown lifetime %q%s", name, suggest.Hint(name, []string{"code", "access-token", "refresh-token", "login-flow"}))
		case bad != nil:
			return l, fmt.Errorf("%s: %q is not a duration like 90s or 5m", name, text)
		case d < time.Second || d > longestLife:
			return l, errors.New(name + ": give one second to ten years")
		default:
			*field = d
		}
	}
	return l, nil
}
