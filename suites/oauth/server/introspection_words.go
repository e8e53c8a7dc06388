package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

// optional is a target that lists its optional endpoints.
type optional interface {
	// Offers reports whether the target has an endpoint: revocation, introspection, registration.
	Offers(endpoint string) bool
}

// offers reports whether the target has an endpoint, for specs that can do without it.
func offers(ctx Ctx, endpoint string) bool { return oauth.Get[optional](ctx).Offers(endpoint) }

// beActive holds for an introspection answer whose active is that boolean (RFC 7662 §2.2).
func beActive(want bool) Expectation {
	return All(HaveStatus(http.StatusOK), BeJSONObject(), Hold(fmt.Sprintf("active %v", want), func(e *wire.Exchange) error {
		v, err := e.Object()
		if err != nil {
			return err
		}
		if said, ok := v["active"].(bool); !ok || said != want {
			raw, _ := json.Marshal(v["active"]) // it came as JSON
			return fmt.Errorf("active is %s", raw)
		}
		return nil
	}))
}

// tellNothing holds for an answer that does not say that a token is active.
func tellNothing() Expectation {
	return Hold("nothing told of the token", func(e *wire.Exchange) error {
		v, err := e.Object()
		if err != nil {
			return nil //nolint:nilerr // what is no object tells nothing
		}
		if said, there := v["active"]; there && said != false {
			return fmt.Errorf("active is %v", said)
		}
		return nil
	})
}

// beBare holds for an answer that says of a token only that it is not active. Other rows judge its status and the presence of
// active.
func beBare() Expectation {
	return Hold("no member beside active", func(e *wire.Exchange) error {
		v, err := e.Object()
		if err != nil {
			return err
		}
		for name := range Sorted(v) {
			if name != "active" && !strings.HasPrefix(name, "error") {
				return fmt.Errorf("it carries %s", name)
			}
		}
		return nil
	})
}

// kinds are the JSON types of the members of an introspection answer (RFC 7662 §2.2).
var kinds = map[string]string{
	"scope": "string", "client_id": "string", "username": "string", "token_type": "string", "exp": "number", "iat": "number",
	"nbf": "number", "sub": "string", "iss": "string", "jti": "string",
}

// haveTypes holds for an introspection answer whose members have their types.
func haveTypes() Expectation {
	return All(beActive(true), Hold("members of the specified types", func(e *wire.Exchange) error {
		v, err := e.Object()
		if err != nil {
			return err
		}
		for name, kind := range Sorted(kinds) {
			value, there := v[name]
			number, isNumber := value.(float64)
			if there && (KindOf(value) != kind || isNumber && number != float64(int64(number))) {
				return fmt.Errorf("%s is not a %s", name, map[string]string{"string": "string", "number": "whole number"}[kind])
			}
		}
		if aud, there := v["aud"]; there && KindOf(aud) != "string" && !allText(aud) {
			return fmt.Errorf("aud is neither a string nor a list of strings")
		}
		return nil
	}))
}

func allText(v any) bool {
	list, ok := v.([]any)
	for _, item := range list {
		_, isText := item.(string)
		ok = ok && isText
	}
	return ok
}

// expireIn holds for an introspection answer whose exp is this many seconds after the server's Date, within a minute. An answer
// without exp or Date always passes.
func expireIn(seconds int) Expectation {
	return Hold("exp as the token answer said", func(e *wire.Exchange) error {
		v, err := e.Object()
		if err != nil {
			return err
		}
		exp, there := v["exp"].(float64)
		now, err := http.ParseTime(e.Header.Get("Date"))
		if !there || err != nil || seconds == 0 {
			return nil //nolint:nilerr // nothing to compare
		}
		if off := time.Unix(int64(exp), 0).Sub(now.Add(time.Duration(seconds) * time.Second)); off.Abs() > time.Minute {
			return fmt.Errorf("exp is %s off", off.Round(time.Second))
		}
		return nil
	})
}
