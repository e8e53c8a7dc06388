package expect

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/authconform/authconform/harness/wire"
)

// Headers that protect a page hold as browsers read them: sent twice, as a list, in any letter case.

// ForbidFraming holds for an answer that other origins may not frame (HTML Standard §7.6.4, CSP 3 §6.4.2).
func ForbidFraming() Expectation {
	return Hold("X-Frame-Options DENY or SAMEORIGIN, or frame-ancestors", func(e *wire.Exchange) error {
		if e.Err != nil {
			return ErrOther
		}
		if ruled, forbids := frameAncestors(e.Header); ruled {
			if forbids {
				return nil
			}
			return fmt.Errorf("Content-Security-Policy is %q", e.Header.Values("Content-Security-Policy"))
		}
		words := listOf(e.Header, "X-Frame-Options")
		slices.Sort(words)
		words = slices.Compact(words)
		known := func(list ...string) bool {
			return slices.ContainsFunc(list, func(w string) bool { return slices.Contains(words, w) })
		}
		if len(words) > 1 && known("deny", "sameorigin", "allowall") || len(words) == 1 && known("deny", "sameorigin") {
			return nil
		}
		return fmt.Errorf("X-Frame-Options is %q", strings.Join(e.Header.Values("X-Frame-Options"), ", "))
	})
}

// frameAncestors tells whether a policy rules who may frame an answer, and whether one keeps others away. Where one rules,
// browsers do not look at X-Frame-Options.
func frameAncestors(h http.Header) (ruled, forbids bool) {
	for policy := range strings.SplitSeq(strings.Join(h.Values("Content-Security-Policy"), ","), ",") {
		for directive := range strings.SplitSeq(policy, ";") {
			words := strings.Fields(strings.ToLower(directive))
			if len(words) < 2 || words[0] != "frame-ancestors" {
				continue
			}
			open := slices.ContainsFunc(words[1:], func(w string) bool { return w == "*" || w == "https:" || w == "http:" })
			ruled, forbids = true, forbids || !open
		}
	}
	return ruled, forbids
}

// ForbidSniffing holds for an answer whose media type browsers take as it is (Fetch §2.2.5: the first value decides).
func ForbidSniffing() Expectation {
	return Hold("X-Content-Type-Options: nosniff", func(e *wire.Exchange) error {
		if words := listOf(e.Header, "X-Content-Type-Options"); e.Err != nil || len(words) == 0 || words[0] != "nosniff" {
			return fmt.Errorf("X-Content-Type-Options is %q", strings.Join(e.Header.Values("X-Content-Type-Options"), ", "))
		}
		return nil
	})
}

// referrerPolicies are those that browsers know (Referrer Policy §3).
var referrerPolicies = []string{
	"no-referrer", "no-referrer-when-downgrade", "same-origin", "origin", "strict-origin", "origin-when-cross-origin",
	"strict-origin-when-cross-origin", "unsafe-url",
}

// HaveReferrerPolicy holds for an answer with one of the policies: the last word that browsers know counts (Referrer Policy
// §8.1).
func HaveReferrerPolicy(policies ...string) Expectation {
	return Hold("Referrer-Policy: "+strings.Join(policies, " or "), func(e *wire.Exchange) error {
		holds := ""
		for _, word := range listOf(e.Header, "Referrer-Policy") {
			if slices.Contains(referrerPolicies, word) {
				holds = word
			}
		}
		if e.Err != nil || !slices.Contains(policies, holds) {
			return fmt.Errorf("Referrer-Policy is %q", strings.Join(e.Header.Values("Referrer-Policy"), ", "))
		}
		return nil
	})
}

// listOf are the words of a header that is a list, over all lines of the name, in lower case.
func listOf(h http.Header, name string) []string {
	var words []string
	for part := range strings.SplitSeq(strings.Join(h.Values(name), ","), ",") {
		if word := strings.ToLower(strings.TrimSpace(part)); word != "" {
			words = append(words, word)
		}
	}
	return words
}
