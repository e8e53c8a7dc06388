package expect

import (
	"errors"
	"fmt"
	"strings"

	"github.com/authconform/authconform/harness/wire"
)

// HaveHeader holds for a header with one of the values, ignoring case.
func HaveHeader(name string, values ...string) Expectation {
	return Hold(name+": "+strings.Join(values, " or "), func(e *wire.Exchange) error {
		if e.Err != nil {
			return ErrOther
		}
		got := strings.Join(e.Header.Values(name), ", ")
		for _, v := range values {
			if strings.EqualFold(v, got) {
				return nil
			}
		}
		return fmt.Errorf("%s is %q", name, got)
	})
}

// HaveNoHeader holds for an answer without the header.
func HaveNoHeader(name string) Expectation {
	return Hold("no "+name, func(e *wire.Exchange) error {
		if v := e.Header.Values(name); e.Err != nil || len(v) > 0 {
			return fmt.Errorf("%s is %q", name, strings.Join(v, ", "))
		}
		return nil
	})
}

// HaveDirective holds for a list header that contains the word.
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

// BeHTML holds for a body declared as text/html.
func BeHTML() Expectation {
	return Hold("an HTML page", func(e *wire.Exchange) error {
		if kind := e.MediaType(); kind != "text/html" {
			return fmt.Errorf("Content-Type is %q", kind)
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

// NotMention holds for an answer that contains a word neither in its body nor in its headers.
func NotMention(word string) Expectation {
	return Hold("no mention of "+word, func(e *wire.Exchange) error {
		if e.Err != nil {
			return ErrOther
		}
		if strings.Contains(e.Body, word) {
			return errors.New("the body repeats it")
		}
		for name, values := range e.Header {
			if strings.Contains(strings.Join(values, " "), word) {
				return fmt.Errorf("header %s repeats it", name)
			}
		}
		return nil
	})
}
