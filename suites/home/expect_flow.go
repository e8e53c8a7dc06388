package home

import (
	"encoding/json"
	"errors"

	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

// LackStep holds for an answer that is no step of a login flow.
func LackStep() Expectation {
	return Hold("no login flow", func(e *wire.Exchange) error {
		var step struct {
			FlowID string `json:"flow_id"`
		}
		if json.Unmarshal([]byte(e.Body), &step) == nil && step.FlowID != "" {
			return errors.New("it carries a flow_id")
		}
		return nil
	})
}

// RefuseRedirect holds for a login that ends without a code because of its redirect_uri: 403 after the password, or 400 in
// releases that check it at the first step.
func RefuseRedirect() Expectation { return All(HaveStatus(400, 403), GrantNothing()) }

// ListProviders holds for login providers with name and type, including the account's, under a member or, with "", as a bare
// list.
func ListProviders(member, kind string) Expectation {
	return Hold("a list of login providers with "+kind, func(e *wire.Exchange) error {
		type provider struct{ Name, Type string }
		var list []provider
		if member == "" {
			if err := e.Decode(&list); err != nil {
				return err
			}
		} else {
			var object map[string]json.RawMessage
			if err := e.Decode(&object); err != nil {
				return err
			}
			if err := json.Unmarshal(object[member], &list); err != nil {
				return err
			}
		}
		for _, p := range list {
			if p.Type == kind && p.Name != "" {
				return nil
			}
		}
		return errors.New(kind + " is not among them")
	})
}

// Refused holds for any answer that grants nothing and is no server error. Another row judges which error is right.
func Refused() Expectation { return All(BeAnswered(), GrantNothing()) }

// Unopened holds for any refusal of a resource: no success, and no server error.
func Unopened() Expectation {
	return Hold("a refusal", func(e *wire.Exchange) error {
		if e.Err != nil || e.Status < 300 || e.Status >= 500 {
			return ErrOther
		}
		return nil
	})
}
