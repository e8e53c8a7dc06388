package mockserver

import (
	"net/http"
	"strings"
	"sync"

	"github.com/authconform/authconform/mock"
)

// The reasons for a response that decide whether it counts towards a ban.
const (
	wrongPassword = "the user name or the password is wrong"
	wrongCode     = "the code of the second factor is wrong"
	tooManyCodes  = "too_many_retry" // of a second factor; the flow ends

	refusedByCommand = "the command refuses the login: " // goes on

	flowUnknown    = "Invalid flow specified"
	flowBusy       = "Flow request already in progress"
	flowElsewhere  = "IP address changed"
	inputMalformed = "User input malformed"
)

// counting counts the responses to possible guesses, for a ban.
func (h *Home) counting(next handler) handler {
	return func(c *call) *mock.Answer {
		a := next(c)
		if guessed(a) {
			h.bans.count(c.IP)
		}
		return a
	}
}

// guessed tells whether an answer is to somebody who may be guessing: a refusal, if it is not about the flow alone, and a
// form that comes back because a secret was wrong.
func guessed(a *mock.Answer) bool {
	switch a.Why {
	case wrongPassword, wrongCode, tooManyCodes:
		return true
	case flowUnknown, flowBusy, flowElsewhere, inputMalformed:
		return false
	}
	return a.Status >= http.StatusBadRequest || strings.HasPrefix(a.Why, refusedByCommand)
}

// bans counts refused logins by address, and bans an address at the threshold. It is safe for concurrent use.
type bans struct {
	mu        sync.Mutex
	threshold int // 0: never
	failed    map[string]int
	banned    map[string]bool
}

func (b *bans) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failed, b.banned = map[string]int{}, map[string]bool{}
}

func (b *bans) has(ip string) bool {
	if b.threshold == 0 {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.banned[ip]
}

func (b *bans) count(ip string) {
	if b.threshold == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed[ip]++; b.failed[ip] >= b.threshold {
		b.banned[ip] = true
	}
}

func (b *bans) forgive(ip string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.failed, ip)
}
