package expect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/authconform/authconform/harness/wire"
)

// list returns the values of a header that may be a list or occur several times, trimmed, as browsers read it (Fetch §2.2.2,
// "get, decode, and split").
func list(e *wire.Exchange, name string) []string {
	var values []string
	for value := range strings.SplitSeq(strings.Join(e.Header.Values(name), ","), ",") {
		values = append(values, strings.TrimSpace(value))
	}
	if len(values) == 1 && values[0] == "" {
		return nil
	}
	return values
}

// ForbidFraming holds for an answer that other origins may not frame: by frame-ancestors, which overrides X-Frame-Options (CSP
// §6.4.2, HTML §7.6.4).
func ForbidFraming() Expectation {
	return Hold("X-Frame-Options DENY or SAMEORIGIN, or frame-ancestors", func(e *wire.Exchange) error {
		if e.Err != nil {
			return ErrOther
		}
		if ancestors := frameAncestors(e); len(ancestors) > 0 {
			if slices.ContainsFunc(ancestors, restricts) {
				return nil
			}
			return fmt.Errorf("Content-Security-Policy is %q", strings.Join(e.Header.Values("Content-Security-Policy"), ", "))
		}
		if !frameOptionsForbid(list(e, "X-Frame-Options")) {
			return fmt.Errorf("X-Frame-Options is %q", strings.Join(e.Header.Values("X-Frame-Options"), ", "))
		}
		return nil
	})
}

// SayWhoFrames holds for an answer that says who may frame it, even if it allows everybody.
func SayWhoFrames() Expectation {
	return Hold("X-Frame-Options or frame-ancestors", func(e *wire.Exchange) error {
		if e.Err != nil || len(list(e, "X-Frame-Options")) == 0 && len(frameAncestors(e)) == 0 {
			return fmt.Errorf("it has neither")
		}
		return nil
	})
}

// frameAncestors returns the sources of frame-ancestors in each policy. The first one of a policy counts.
func frameAncestors(e *wire.Exchange) (found [][]string) {
	for _, policy := range list(e, "Content-Security-Policy") {
		for directive := range strings.SplitSeq(policy, ";") {
			if words := strings.Fields(strings.ToLower(directive)); len(words) > 0 && words[0] == "frame-ancestors" {
				found = append(found, words[1:])
				break
			}
		}
	}
	return found
}

// restricts reports whether the sources of frame-ancestors exclude anybody.
func restricts(sources []string) bool {
	return !slices.ContainsFunc(sources, func(s string) bool {
		return slices.Contains([]string{"*", "http:", "https:", "http://*", "https://*"}, s)
	})
}

// frameOptionsForbid implements HTML §7.6.4: the values are a set. Different values forbid everything if one of them is valid.
func frameOptionsForbid(values []string) bool {
	var set []string
	for _, v := range values {
		if v = strings.ToLower(v); !slices.Contains(set, v) {
			set = append(set, v)
		}
	}
	if len(set) == 1 {
		return set[0] == "deny" || set[0] == "sameorigin"
	}
	return slices.ContainsFunc(set, func(v string) bool { return v == "deny" || v == "sameorigin" || v == "allowall" })
}

// ForbidSniffing holds for an answer whose type browsers must not guess: the first value counts (Fetch §3.6).
func ForbidSniffing() Expectation {
	return Hold("X-Content-Type-Options: nosniff", func(e *wire.Exchange) error {
		values := list(e, "X-Content-Type-Options")
		if e.Err != nil || len(values) == 0 || !strings.EqualFold(values[0], "nosniff") {
			return fmt.Errorf("X-Content-Type-Options is %q", strings.Join(values, ", "))
		}
		return nil
	})
}

// referrerPolicies are the policies that browsers know (Referrer Policy §3).
var referrerPolicies = []string{
	"no-referrer", "no-referrer-when-downgrade", "same-origin", "origin", "strict-origin", "origin-when-cross-origin",
	"strict-origin-when-cross-origin", "unsafe-url",
}

// HaveReferrerPolicy holds for one of the policies: the last value that browsers know counts (Referrer Policy §8.1).
func HaveReferrerPolicy(policies ...string) Expectation {
	return Hold("Referrer-Policy: "+strings.Join(policies, " or "), func(e *wire.Exchange) error {
		values := list(e, "Referrer-Policy")
		for _, v := range slices.Backward(values) {
			if v = strings.ToLower(v); slices.Contains(referrerPolicies, v) {
				if e.Err == nil && slices.Contains(policies, v) {
					return nil
				}
				break
			}
		}
		return fmt.Errorf("Referrer-Policy is %q", strings.Join(values, ", "))
	})
}
