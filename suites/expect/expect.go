package expect

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	"github.com/authconform/authconform/suites/profiles"
)

// Expectation is a condition on an answer. Expectations are values that compose (All). Each one says what it expected and what
// came instead, and nothing else.
type Expectation struct {
	want        string
	check       func(*wire.Exchange) error // what is wrong, beyond what the answer itself shows
	ofAnswering bool
}

// OfAnswering reports whether the expectation is that there is an answer at all.
func (x Expectation) OfAnswering() bool { return x.ofAnswering }

// EvenSo is for sentences about time-outs or a gateway's status: such an answer then fails the row instead of blocking it.
func (x Expectation) EvenSo() Expectation {
	x.ofAnswering = true
	return x
}

// ErrOther means that the answer itself shows the fault.
var ErrOther = errors.New("")

// Match implements gomega's matcher for *wire.Exchange, and for types that hold one, such as a step of a login.
func (x Expectation) Match(actual any) (bool, error) {
	return x.check(exchange(actual)) == nil, nil
}

// Expected implements judge.Described.
func (x Expectation) Expected() string { return x.want }

// Got implements judge.Described.
func (x Expectation) Got(actual any) string {
	e := exchange(actual)
	got := e.String()
	if err := x.check(e); err != nil && err.Error() != "" {
		got += ": " + wire.Why(err)
	}
	return got
}

// FailureMessage implements gomega's matcher.
func (x Expectation) FailureMessage(actual any) string {
	return "expected " + x.want + ", got " + x.Got(actual)
}

// NegatedFailureMessage implements gomega's matcher.
func (x Expectation) NegatedFailureMessage(actual any) string {
	return "expected not " + x.want + ", got " + exchange(actual).String()
}

func exchange(actual any) *wire.Exchange {
	if a, ok := actual.(interface{ Answer() *wire.Exchange }); ok {
		return a.Answer()
	}
	return &wire.Exchange{Err: errors.New("there is no answer")}
}

// All holds when every part holds.
func All(parts ...Expectation) Expectation {
	var wants []string
	about := false
	for _, p := range parts {
		wants = append(wants, p.want)
		about = about || p.ofAnswering
	}
	all := Hold(strings.Join(wants, ", "), func(e *wire.Exchange) error {
		for _, p := range parts {
			if err := p.check(e); err != nil {
				if err.Error() == "" {
					return ErrOther
				}
				return err
			}
		}
		return nil
	})
	all.ofAnswering = about
	return all
}

// HaveStatus holds for a complete answer with one of the statuses.
func HaveStatus(codes ...int) Expectation {
	var words []string
	for _, c := range codes {
		words = append(words, fmt.Sprint(c))
	}
	return Hold("status "+strings.Join(words, " or "), func(e *wire.Exchange) error {
		if e.Err != nil || !slices.Contains(codes, e.Status) {
			return ErrOther
		}
		return nil
	})
}

// BeAnswered holds for any complete answer that is no server error, which is enough for odd input.
func BeAnswered() Expectation {
	return beBelow500().EvenSo()
}

func beBelow500() Expectation {
	return Hold("an answer below 500", func(e *wire.Exchange) error {
		if e.Err != nil || e.Status < 200 || e.Status >= 500 {
			return ErrOther
		}
		return nil
	})
}

// ComeWithin holds for an answer that arrived in time.
func ComeWithin(limit time.Duration) Expectation {
	return Hold("an answer within "+limit.String(), func(e *wire.Exchange) error {
		if e.Err != nil || e.Duration >= limit {
			return fmt.Errorf("it came after %s", e.Duration.Round(time.Millisecond))
		}
		return nil
	}).EvenSo()
}

// BeRejected holds for a refusal of any kind that is no server error: status 4xx.
func BeRejected() Expectation {
	return Hold("status 4xx", func(e *wire.Exchange) error {
		if e.Err != nil || e.Status < 400 || e.Status >= 500 {
			return ErrOther
		}
		return nil
	})
}

// BeRefused holds for the profile's refusal with this name: a JSON error if the profile names error codes, and neither a token
// nor a code. If the profile allows any, any answer below 500 that grants nothing passes, and another row judges the rest.
func BeRefused(ctx context.Context, name string) Expectation {
	a := Answer(ctx, name)
	parts := []Expectation{statusOf(a)}
	if len(a.Error) > 0 {
		parts = append(parts, HaveError(a.Error...))
	}
	return All(append(parts, GrantNothing())...)
}

// HaveAnswer holds for an answer with one of the statuses that the profile lists under the name, whatever it grants.
func HaveAnswer(ctx context.Context, name string) Expectation { return statusOf(Answer(ctx, name)) }

func statusOf(a profiles.Answer) Expectation {
	if a.Any {
		return beBelow500()
	}
	return HaveStatus(a.Status...)
}

// HaveError holds for a JSON object whose error member is one of the codes (RFC 6749 §5.2).
func HaveError(codes ...string) Expectation {
	return Hold("error "+strings.Join(codes, " or "), func(e *wire.Exchange) error {
		v, err := e.Object()
		if err != nil {
			return err
		}
		if word, _ := v["error"].(string); !slices.Contains(codes, word) {
			return ErrOther
		}
		return nil
	})
}

// GrantNothing holds for an answer without a token or a code.
func GrantNothing() Expectation {
	return Hold("nothing granted", func(e *wire.Exchange) error {
		v, err := e.Object()
		if err != nil {
			return grantsAsForm(e)
		}
		for _, member := range grants {
			if _, there := v[member]; there {
				return fmt.Errorf("it carries %s", member)
			}
		}
		if v["type"] == "create_entry" {
			return errors.New("it carries a code")
		}
		return nil
	})
}

// grants are the members that grant something.
var grants = []string{"access_token", "refresh_token", "auth_code"}

// grantsAsForm looks for them in a form: some servers send their token answers as one.
func grantsAsForm(e *wire.Exchange) error {
	form, err := url.ParseQuery(strings.TrimSpace(e.Body))
	if err != nil || strings.ContainsAny(e.Body, "<{[") {
		return nil //nolint:nilerr // what is neither a JSON object nor a form grants nothing
	}
	for _, member := range grants {
		if form.Get(member) != "" {
			return fmt.Errorf("it carries %s", member)
		}
	}
	return nil
}

// IssueTokens holds for an answer that grants an access token, even a faulty one: status 200, media type and the other members of
// a token answer (RFC 6749 §5.1) have rows of their own.
func IssueTokens() Expectation {
	return Hold("tokens", func(e *wire.Exchange) error {
		if oauth.Granted(e, "").Access == "" {
			return ErrOther
		}
		return nil
	})
}

// OpenForm holds for a login flow that continues: 200 with a form step and its flow_id.
func OpenForm() Expectation {
	return All(HaveStatus(http.StatusOK), HaveText("type", "form"), HaveText("flow_id"))
}

// IssueCode holds for a login flow that succeeded: 200 with a create_entry step whose result is the code.
func IssueCode() Expectation {
	return All(HaveStatus(http.StatusOK), HaveText("type", "create_entry"), HaveText("result"))
}

// Hold makes an expectation from a check of the whole answer.
func Hold(want string, check func(*wire.Exchange) error) Expectation {
	return Expectation{want: want, check: check}
}
