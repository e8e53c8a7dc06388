package provider

import "testing"

func TestAHomesFilterRefusesWhatLooksLikeAnAttack(t *testing.T) {
	t.Parallel()
	for code, refused := range map[string]bool{
		"q7Kx-_9d.aB~3": false, "abc/def+ghi==": false, "%2e": false, "../etc": true, "<script>": true, "<SCRIPT": true, "/a/b": true,
		"abc=/d": true, "a\tb": true, "a\nb": true, "x union all select y": true, "concat(a)": true, "%2e%2E/": true,
	} {
		if got := filter.MatchString(code); got != refused {
			t.Errorf("%q: refused %v, want %v", code, got, refused)
		}
	}
}
