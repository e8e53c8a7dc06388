package defects

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/store"
)

// The words for defects of the token endpoint.

// redeem changes how a code is redeemed: better is called first, and nil leaves it to the strict rule.
func redeem(looser func(c *store.Code, clientID *string, verifier **string, now *time.Time)) change {
	return func(p *mockserver.Policy) {
		strict := p.Redeem
		p.Redeem = func(c store.Code, clientID string, verifier *string, now time.Time) *mock.Refusal {
			looser(&c, &clientID, &verifier, &now)
			return strict(c, clientID, verifier, now)
		}
	}
}

// sameClient accepts client ids that a careless comparison takes for equal.
func sameClient(like func(a, b string) bool) change {
	return redeem(func(c *store.Code, clientID *string, _ **string, _ *time.Time) {
		if like(c.ClientID, *clientID) {
			c.ClientID = *clientID
		}
	})
}

func tokenIs(like func(token string) bool) when {
	return func(r mock.Request) bool { return like(fields(r).Get("refresh_token")) }
}

var tokenEndpoint = at("POST /auth/token")

// form turns a body into a plain form.
func form(r mock.Request) mock.Request {
	return withHeader("Content-Type", "application/x-www-form-urlencoded")(r)
}

func sent(kind string) when {
	return func(r mock.Request) bool { return strings.HasPrefix(r.Header.Get("Content-Type"), kind) }
}

// refused turns an answer into a refusal.
func refused(with string) func(mock.Answer) mock.Answer {
	return all(status(400), header("Content-Type", "application/json"), body(`{"error":"`+with+`"}`))
}

// fits accepts verifiers that a careless comparison takes for the right one.
func fits(like func(challenge, verifier string) bool) change {
	return redeem(func(c *store.Code, _ *string, verifier **string, _ *time.Time) {
		if c.Challenge != "" && *verifier != nil && like(c.Challenge, **verifier) {
			c.Challenge, *verifier = "", nil
		}
	})
}

// s256 returns the challenge of a verifier.
func s256(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// granted edits successful token answers of one grant, or of both.
func granted(with func(mock.Answer) mock.Answer, grants ...when) change {
	w := tokenEndpoint
	if len(grants) > 0 {
		w = grants[0]
	}
	return answers(w, with, 200)
}

// oneLetterOff reports whether a text equals the right one except for the case of at most one letter.
func oneLetterOff(s string, right func(string) bool) bool {
	if right(s) {
		return true
	}
	for i, r := range s {
		other := unicode.ToUpper(r)
		if other == r {
			other = unicode.ToLower(r)
		}
		if other != r && right(s[:i]+string(other)+s[i+utf8.RuneLen(r):]) {
			return true
		}
	}
	return false
}

// otherThan picks requests whose form has a parameter besides these.
func otherThan(known ...string) when {
	return func(r mock.Request) bool {
		for name := range fields(r) {
			if !slices.Contains(known, name) {
				return true
			}
		}
		return false
	}
}

// tokenParameters are the parameters of token requests that every server knows.
var tokenParameters = []string{
	"grant_type",
	"code",
	"client_id",
	"client_secret",
	"redirect_uri",
	"code_verifier",
	"refresh_token",
	"action",
	"token",
}

// tokenRequest picks token requests of a grant.
func tokenRequest(grant string) when { return at("POST /auth/token").and(field("grant_type", grant)) }

var (
	codeGrant    = tokenRequest("authorization_code")
	refreshGrant = tokenRequest("refresh_token")
)
