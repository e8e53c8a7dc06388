package home

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash"
	"maps"
	"regexp"
	"strings"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

// jwt is a token taken apart, to forge others from. The parts are written by hand: a library would refuse to.
type jwt struct {
	header, claims map[string]any
	signature      string
}

// parseJWT takes a token apart. The spec is not applicable where access tokens are no JWTs.
func parseJWT(ctx Ctx, token string) jwt {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		judge.NotApplicable(ctx, "the target's access tokens are no JWTs")
	}
	t := jwt{signature: parts[2]}
	for i, into := range []*map[string]any{&t.header, &t.claims} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(raw, into) != nil {
			judge.NotApplicable(ctx, "the target's access tokens are no JWTs")
		}
	}
	return t
}

func (t jwt) with(name string, value any) jwt {
	t.header = maps.Clone(t.header)
	t.header[name] = value
	return t
}

func (t jwt) claim(name string, value any) jwt {
	t.claims = maps.Clone(t.claims)
	t.claims[name] = value
	return t
}

// unsigned is header and claims, each followed by a dot.
func (t jwt) unsigned() string {
	header, _ := json.Marshal(t.header)
	claims, _ := json.Marshal(t.claims)
	return base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(claims) + "."
}

func (t jwt) signed(key string) string {
	kind := sha256.New
	if t.header["alg"] == "HS512" {
		kind = sha512.New
	}
	body := strings.TrimSuffix(t.unsigned(), ".")
	mac := hmac.New(func() hash.Hash { return kind() }, []byte(key))
	mac.Write([]byte(body))
	return body + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// tamperJWT changes a token where it matters: never only in the padding bits of base64's last character.
func tamperJWT(token string) []tampered {
	var list []tampered
	for _, t := range tamper(token) {
		if t.name != "last character changed" {
			list = append(list, t)
		}
	}
	return list
}

var (
	bearerChallenge = regexp.MustCompile(`(?i)^bearer\b`)
	releaseNumber   = regexp.MustCompile(`^\d{4}\.\d{1,2}\.`)
)

func hideIf(hide bool, word, value string) string {
	if hide {
		return word
	}
	return value
}

// HaveMembers holds for a JSON object with all of the members.
func HaveMembers(names ...string) Expectation {
	return Hold("members "+strings.Join(names, ", "), func(e *wire.Exchange) error {
		v, err := e.JSON()
		if err != nil {
			return err
		}
		for _, name := range names {
			if _, there := v[name]; !there {
				return fmt.Errorf("no member %s", name)
			}
		}
		return nil
	})
}

// BeStates holds for a list of objects with entity_id and state.
func BeStates() Expectation {
	return Hold("a list of states", func(e *wire.Exchange) error {
		var list []struct {
			EntityID *string `json:"entity_id"`
			State    *string `json:"state"`
		}
		if err := e.Decode(&list); err != nil {
			return err
		}
		for _, s := range list {
			if s.EntityID == nil || s.State == nil {
				return fmt.Errorf("an entry without entity_id or state")
			}
		}
		return nil
	})
}
