package defects

import (
	"slices"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

// The words for defects of the second factor.

// totp reports whether a code is right for a secret, as mockserver.Policy.TOTP does.
type totp func(secret, code string, enrol bool, now time.Time) bool

// codes accepts wrong codes of a second factor at login.
func codes(like func(strict totp, secret, code string, now time.Time) bool) change {
	return func(p *mockserver.Policy) {
		strict := p.TOTP
		p.TOTP = func(secret, code string, enrol bool, now time.Time) bool {
			return strict(secret, code, enrol, now) || !enrol && like(strict, secret, code, now)
		}
	}
}

func codeIs(like func(code string) bool) change {
	return codes(func(_ totp, _, code string, _ time.Time) bool {
		return like(code)
	})
}

// within accepts codes that are right at another time.
func within(shift time.Duration) change {
	return codes(func(strict totp, secret, code string, now time.Time) bool {
		return strict(secret, code, false, now.Add(shift))
	})
}

func stepHas(name string) when {
	return func(r mock.Request) bool { _, there := decoded(r.Body)[name]; return there && flowStep(r) }
}

// passes replaces a code that a defect accepts.
const passes = "let-through"

// telltale changes the answer to a wrong password of a user with a second factor.
func telltale(with func(mock.Answer) mock.Answer) change {
	return func(p *mockserver.Policy) {
		guarded := usersWithTwoFactors(p)
		answersBy(steps(func(m map[string]any) bool { return guarded(textOf(m["username"])) }), func(_ mock.Request, a mock.Answer) mock.Answer {
			if base(a) == "invalid_auth" {
				return with(a)
			}
			return a
		}, 200)(p)
	}
}

// usersWithTwoFactors knows who has a second factor: initial users, users who were asked for one, and users who set one up, who
// have logged in just before.
func usersWithTwoFactors(p *mockserver.Policy) func(name string) bool {
	var guarded, last idSecrets
	for _, u := range mockserver.DefaultUsers() {
		if u.TOTP != "" {
			guarded.add(u.Username)
		}
	}
	asks, right := p.SecondFactor, p.TOTP
	p.SecondFactor = func(u mockserver.User) bool {
		if last.replace(u.Username); asks(u) {
			guarded.add(u.Username)
		}
		return asks(u)
	}
	p.TOTP = func(secret, code string, enrol bool, now time.Time) bool {
		ok := right(secret, code, enrol, now)
		for _, name := range last.list() {
			if ok && enrol {
				guarded.add(name)
			}
		}
		return ok
	}
	return func(name string) bool { return slices.Contains(guarded.list(), name) }
}
