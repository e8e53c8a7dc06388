package requirements

import (
	"fmt"
	"strconv"
	"strings"
)

// Version is a release number of dotted integers ("2026.11.0"); a suffix (b1, .dev0) does not affect the order.
type Version []int

// ParseVersion reads a release number.
func ParseVersion(s string) (Version, error) {
	var v Version
	for part := range strings.SplitSeq(s, ".") {
		digits := part
		if i := strings.IndexFunc(part, func(r rune) bool { return r < '0' || r > '9' }); i >= 0 {
			digits = part[:i]
		}
		n, err := strconv.Atoi(digits)
		if err != nil {
			if len(v) >= 2 {
				break // "2026.11.0.dev2"
			}
			return nil, fmt.Errorf("version %q is not dotted integers", s)
		}
		v = append(v, n)
		if digits != part {
			break
		}
	}
	return v, nil
}

// Less orders releases; missing parts count as 0.
func (v Version) Less(w Version) bool {
	for i := range max(len(v), len(w)) {
		if a, b := v.at(i), w.at(i); a != b {
			return a < b
		}
	}
	return false
}

func (v Version) at(i int) int {
	if i < len(v) {
		return v[i]
	}
	return 0
}

// Applies reports whether the row's range includes the release, and the reason if not. An unknown release ("") is in every range:
// the target claims nothing, so the newest text applies.
func (r *Requirement) Applies(release string) (bool, string) {
	v, err := ParseVersion(release)
	if release == "" || err != nil {
		return true, ""
	}
	if since, _ := ParseVersion(r.Since); r.Since != "" && v.Less(since) {
		return false, fmt.Sprintf("promised since %s; this is %s", r.Since, release)
	}
	if until, _ := ParseVersion(r.Until); r.Until != "" && !v.Less(until) {
		return false, fmt.Sprintf("promised until %s; this is %s", r.Until, release)
	}
	return true, ""
}
