package expect

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// Ctx is the context of a vector.
type Ctx = context.Context

// Quoted names a vector by its value, with control characters escaped.
func Quoted(s string) string { return strconv.QuoteToASCII(s) }

// AsJSON encodes a string as JSON.
func AsJSON(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always encodes
	}
	return string(raw)
}

// AsIs names a vector by itself.
func AsIs(s string) string { return s }

// Nameless gives a vector no name.
func Nameless(i int) string { return "" }

// Indices returns the numbers from 0 to n-1.
func Indices(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// Sorted iterates over named vectors in the order of their names.
func Sorted[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, name := range slices.Sorted(maps.Keys(m)) {
			if !yield(name, m[name]) {
				return
			}
		}
	}
}

// Outcome describes an answer for a note: status and error code, nothing that differs from run to run.
func Outcome(e *wire.Exchange) string {
	switch {
	case e.Err != nil:
		return "no answer"
	case e.Text("error") != "":
		return fmt.Sprintf("%d %s", e.Status, e.Text("error"))
	case e.Text("access_token") != "":
		return fmt.Sprintf("%d and tokens", e.Status)
	case e.Text("type") != "":
		return fmt.Sprintf("%d %s", e.Status, e.Text("type"))
	}
	return fmt.Sprint(e.Status)
}

// Advance moves the target's clock; without a way to do so the spec is not_run.
func Advance(ctx context.Context, d time.Duration) {
	err := oauth.Get[oauth.Clock](ctx).Advance(ctx, d)
	switch {
	case errors.Is(err, clock.ErrNone), errors.Is(err, clock.ErrTooFar):
		judge.Lacks(ctx, "clock", "%v", err)
	case err != nil:
		judge.Block(ctx, "%v", err)
	}
}

// equal is the matcher behind Be.
type equal struct {
	what string
	want any
}

// Be holds for an equal value; what names the value in messages.
func Be(what string, want any) judge.Matcher { return equal{what, want} }

func (m equal) Match(actual any) (bool, error) { return actual == m.want, nil }
func (m equal) Expected() string               { return m.what + ": " + visible(m.want) }
func (m equal) Got(actual any) string          { return visible(actual) }
func (m equal) FailureMessage(actual any) string {
	return "expected " + m.Expected() + ", got " + m.Got(actual)
}
func (m equal) NegatedFailureMessage(actual any) string { return "expected not " + m.Expected() }

// visible formats a value for people, even an empty text. Lists and objects look as in JSON.
func visible(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case string:
		return cmp.Or(v, `""`)
	case error:
		return wire.Why(v)
	case []any, map[string]any, []string, map[string]string:
		if raw, err := json.Marshal(v); err == nil {
			return string(raw)
		}
	}
	return fmt.Sprint(v)
}

// below is the matcher behind beBelow.
type below struct{ limit int }

// BeBelow holds for a status below a limit; 0 stands for a closed connection.
func BeBelow(limit int) judge.Matcher { return below{limit} }

func (m below) Match(actual any) (bool, error) { n, ok := actual.(int); return ok && n < m.limit, nil }
func (m below) Expected() string {
	return fmt.Sprintf("a status below %d, or a closed connection", m.limit)
}
func (m below) Got(actual any) string { return fmt.Sprint(actual) }
func (m below) FailureMessage(actual any) string {
	return "expected " + m.Expected() + ", got " + m.Got(actual)
}
func (m below) NegatedFailureMessage(actual any) string { return "expected not " + m.Expected() }

// unguessable is the matcher behind BeUnguessable.
type unguessable struct{ bits float64 }

// BeUnguessable holds for a list of secrets that all differ, share no long beginning or end, and have at least this many bits
// each, counted as length times the bits of the alphabet of the whole list (RFC 6749 §10.10). A constant beginning or end of all
// secrets (a prefix) does not count. Of a JWT the signature counts: whoever can guess it can forge one.
func BeUnguessable(bits int) judge.Matcher { return unguessable{float64(bits)} }

func (m unguessable) Match(actual any) (bool, error) { return m.wrong(actual) == "", nil }
func (m unguessable) Expected() string {
	return fmt.Sprintf("%d different secrets of at least %.0f random bits", 16, m.bits)
}
func (m unguessable) Got(actual any) string            { return m.wrong(actual) }
func (m unguessable) FailureMessage(actual any) string { return m.wrong(actual) }
func (m unguessable) NegatedFailureMessage(any) string { return "expected guessable secrets" }

func (m unguessable) wrong(actual any) string {
	given, _ := actual.([]string)
	list := make([]string, len(given))
	for i, s := range given {
		if list[i] = s; jwtShape.MatchString(s) {
			list[i] = s[strings.LastIndex(s, ".")+1:]
		}
	}
	seen := map[string]bool{}
	for _, s := range list {
		if seen[s] {
			return "the same secret twice"
		}
		seen[s] = true
	}
	prefix, suffix := common(list, false), common(list, true)
	least := math.Inf(1)
	for _, s := range list {
		if len(s) <= prefix+suffix {
			return "secrets that differ only in their length"
		}
		s = s[prefix : len(s)-suffix]
		least = min(least, float64(len(s))*math.Log2(alphabet(s)))
	}
	if least < m.bits {
		return fmt.Sprintf("secrets of at most %.0f bits beyond what they share", least)
	}
	if run := shared(list, prefix); run > 8 {
		return fmt.Sprintf("two secrets that share %d characters in a row at their beginning", run)
	}
	return ""
}

var jwtShape = regexp.MustCompile(`^eyJ[\w-]+\.[\w-]+\.[\w-]*$`)

// alphabet returns the size of the smallest usual alphabet that contains s.
func alphabet(s string) float64 {
	switch {
	case strings.Trim(s, "0123456789") == "":
		return 10
	case strings.Trim(s, "0123456789abcdef") == "", strings.Trim(s, "0123456789ABCDEF") == "":
		return 16
	case s == strings.ToLower(s), s == strings.ToUpper(s):
		return 36
	}
	return 64
}

// common returns the length of the common beginning (or end) of all.
func common(list []string, end bool) int {
	for n := 0; ; n++ {
		var c byte
		for i, s := range list {
			at := n
			if end {
				at = len(s) - 1 - n
			}
			if at < 0 || at >= len(s) || (i > 0 && s[at] != c) {
				return n
			}
			c = s[at]
		}
	}
}

// shared returns the longest common beginning of any two after the prefix.
func shared(list []string, prefix int) int {
	longest := 0
	for i, a := range list {
		for _, b := range list[i+1:] {
			longest = max(longest, common([]string{a, b}, false)-prefix)
		}
	}
	return longest
}

// Sum returns a short name for a text, for use in paths.
func Sum(s string) string {
	var h uint32 = 2166136261
	for _, b := range []byte(s) {
		h = (h ^ uint32(b)) * 16777619
	}
	return fmt.Sprintf("%08x", h)
}
