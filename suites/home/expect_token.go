package home

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

var (
	b64token   = regexp.MustCompile(`^[A-Za-z0-9._~+/-]+=*$`) // RFC 6750 §2.1
	bearerWord = regexp.MustCompile(`(?i)^bearer$`)
)

// quoted names a vector by its value, control characters visible.
func quoted(s string) string { return strconv.QuoteToASCII(s) }

// HaveTextLike holds for a JSON object whose string member has the form.
func HaveTextLike(member string, form *regexp.Regexp, what string) Expectation {
	return Hold(member+" "+what, func(e *wire.Exchange) error {
		v, err := e.JSON()
		if err != nil {
			return err
		}
		if s, ok := v[member].(string); !ok || !form.MatchString(s) {
			return fmt.Errorf("%s is %v", member, v[member])
		}
		return nil
	})
}

// HaveWholeNumber holds for a JSON object with a whole number as member, within bounds, written as a number.
func HaveWholeNumber(member string, least, most int64) Expectation {
	want := fmt.Sprintf("a number %s", member)
	if least == most {
		want += fmt.Sprintf(" of %d", least)
	}
	return Hold(want, func(e *wire.Exchange) error {
		var v map[string]json.RawMessage
		if err := e.Decode(&v); err != nil {
			return err
		}
		n, err := strconv.ParseInt(string(v[member]), 10, 64)
		if err != nil || n < least || n > most {
			return fmt.Errorf("%s is %s", member, v[member])
		}
		return nil
	})
}

// HaveDirective holds for a header that is a list with the word in it.
func HaveDirective(name, word string) Expectation {
	return Hold(name+" with "+word, func(e *wire.Exchange) error {
		if e.Err != nil {
			return ErrOther
		}
		for part := range strings.SplitSeq(strings.Join(e.Header.Values(name), ","), ",") {
			if strings.EqualFold(strings.TrimSpace(part), word) {
				return nil
			}
		}
		return fmt.Errorf("%s is %q", name, strings.Join(e.Header.Values(name), ", "))
	})
}

// LackMember holds for a JSON object without the member.
func LackMember(member string) Expectation {
	return Hold("no "+member, func(e *wire.Exchange) error {
		v, err := e.JSON()
		if err != nil {
			return err
		}
		if _, there := v[member]; there {
			return fmt.Errorf("it carries %s", member)
		}
		return nil
	})
}

// HaveEmptyBody holds for an answer without a body.
func HaveEmptyBody() Expectation {
	return Hold("an empty body", func(e *wire.Exchange) error {
		if e.Err != nil || e.Body != "" {
			return ErrOther
		}
		return nil
	})
}
