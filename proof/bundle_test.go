package proof

import (
	"slices"
	"testing"
)

func TestDefectsOfABundleChangeDifferentDecisions(t *testing.T) {
	changes := [][]string{
		{"CodeTTL"}, {"CodeTTL", "Redirect"}, {"Redirect"}, {"Rules.Answer"}, {"Rules.Answer"}, {"Redirect", "Rules.Request"},
	}
	decisions := func(d int) []string { return slices.Clone(changes[d]) }
	for most, want := range map[int][][]int{
		12: {{0, 2, 3, 4}, {1}, {5}},
		2:  {{0, 2}, {1, 3}, {4, 5}},
		1:  {{0}, {1}, {2}, {3}, {4}, {5}},
	} {
		if got := bundles([]int{0, 1, 2, 3, 4, 5}, most, decisions); !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%d together: %v, not %v", most, got, want)
		}
	}
}

func TestDefectsThatLookAlikeAtTheDoorAreOfOneClass(t *testing.T) {
	got := classes([]int{1, 2, 3, 4, 6}, func(a, b int) bool { return a%2 == b%2 })
	if want := [][]int{{1, 3}, {2, 4, 6}}; !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%v, not %v", got, want)
	}
}
