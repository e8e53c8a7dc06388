package expect

import (
	"fmt"
	"strings"

	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

func challenges(e *wire.Exchange) []oauth.AuthChallenge {
	return oauth.Challenges(e.Header.Values("WWW-Authenticate"))
}

// Challenge holds for a WWW-Authenticate with the scheme, ignoring case, that contains the word; every challenge contains "" (RFC
// 9110 §11.6.1).
func Challenge(scheme, word string) Expectation {
	return Hold(strings.TrimSpace("WWW-Authenticate: "+scheme+" "+word), func(e *wire.Exchange) error {
		for _, c := range challenges(e) {
			if e.Err == nil && strings.EqualFold(c.Scheme, scheme) && strings.Contains(c.Text, word) {
				return nil
			}
		}
		return fmt.Errorf("WWW-Authenticate is %q", strings.Join(e.Header.Values("WWW-Authenticate"), ", "))
	})
}

// ChallengeParameter returns a parameter of the answer's challenge with the scheme, or "".
func ChallengeParameter(e *wire.Exchange, scheme, name string) string {
	for _, c := range challenges(e) {
		if value := c.Parameters.Get(name); strings.EqualFold(c.Scheme, scheme) && value != "" {
			return value
		}
	}
	return ""
}

// RepeatedParameter returns the name of a parameter that occurs twice in one of the answer's challenges, or "".
func RepeatedParameter(e *wire.Exchange) string {
	for _, c := range challenges(e) {
		seen := map[string]bool{}
		for _, p := range c.Parameters {
			if seen[p.Name] {
				return p.Name
			}
			seen[p.Name] = true
		}
	}
	return ""
}
