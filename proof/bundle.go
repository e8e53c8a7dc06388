package proof

import (
	"slices"
	"strings"
)

// mostTogether is the most defects that are judged together. The more there are, the likelier it is that one hides another.
const mostTogether = 12

// bundles splits defects that are known not to affect a row into groups, each for one mock. If the row passes with all defects of
// a group, each of them is harmless by itself, unless one hides another. No two defects of a group change the same decision,
// except decisions whose changes add up.
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

// classes groups defects by what a run's look at the mock shows: the mocks of one class look alike there.
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

// addsUp reports whether several changes of a decision apply one after the other: how the mock reads a request, and how it edits
// an answer (mock.Rules).
func addsUp(decision string) bool {
	return strings.HasSuffix(decision, "Rules.Request") || strings.HasSuffix(decision, "Rules.Answer")
}
