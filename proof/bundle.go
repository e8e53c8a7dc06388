package proof

import (
	"slices"
	"strings"
)

// mostTogether is how many defects are judged together. The more there are, the likelier that one hides another.
const mostTogether = 12

// bundles splits defects that are known to do nothing to a row into groups, each for one mock. If the row passes with all of
// a group, each of them is harmless by itself, unless one hides another. No two of a group change the same decision, except
// decisions whose changes add up.
func bundles(defects []int, most int, decisions func(defect int) []string) [][]int {
	var out [][]int
	var taken []map[string]bool // by bundle: the decisions that are changed
	for _, d := range defects {
		own := slices.DeleteFunc(decisions(d), addsUp)
		fits := func(b int) bool {
			return len(out[b]) < most && !slices.ContainsFunc(own, func(name string) bool { return taken[b][name] })
		}
		at := 0
		for at < len(out) && !fits(at) {
			at++
		}
		if at == len(out) {
			out, taken = append(out, nil), append(taken, map[string]bool{})
		}
		out[at] = append(out[at], d)
		for _, name := range own {
			taken[at][name] = true
		}
	}
	return out
}

// classes groups defects by what the door finds: mocks of one class look alike there.
func classes(defects []int, alike func(a, b int) bool) [][]int {
	var out [][]int
	for _, d := range defects {
		at := slices.IndexFunc(out, func(class []int) bool { return alike(class[0], d) })
		if at < 0 {
			out = append(out, []int{d})
			continue
		}
		out[at] = append(out[at], d)
	}
	return out
}

// addsUp tells of a decision whether changes of it are made one after the other: what the mock takes a request for, and what
// becomes of an answer (mock.Rules).
func addsUp(decision string) bool {
	return strings.HasSuffix(decision, "Rules.Request") || strings.HasSuffix(decision, "Rules.Answer")
}
