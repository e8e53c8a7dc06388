package redact

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestHidingIsLinearWhateverATargetSends: each of these took minutes when every secret was compared at every position.
func TestHidingIsLinearWhateverATargetSends(t *testing.T) {
	many := func(n int, form string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, form, i)
		}
		return b.String()
	}
	var nested strings.Builder
	for n := 8; n < 1200; n++ {
		fmt.Fprintf(&nested, `"token":"%s",`, strings.Repeat("a", n))
	}
	for name, text := range map[string]string{
		"ends alike":     many(20000, `{"access_token":"%06d-the-same-end"},`),
		"begins alike":   many(20000, `{"access_token":"the-same-beginning-%06d"},`),
		"one in another": nested.String() + strings.Repeat("a", 200000),
		"a long one":     `{"access_token":"` + strings.Repeat("ab", 250000) + `"}` + strings.Repeat("ab", 200000),
		"many long ones": many(100, `{"access_token":"%06d`+strings.Repeat("x", 8000)+`"},`),
		"short ones":     many(40000, `token=%03d&`),
	} {
		began := time.Now()
		table := New(New(nil))
		table.LearnText(text)
		hidden := table.Hide(text)
		if took := time.Since(began); took > 8*time.Second { // on a busy machine, under the race detector; usually a tenth of it
			t.Errorf("%s: it took %s", name, took)
		}
		for _, secret := range []string{"000123-the-same-end", "the-same-beginning-000123", "ababababababab", "xxxxxxxxxxxxxxxx"} {
			if strings.Contains(text, secret) && strings.Contains(hidden[:min(len(hidden), 64<<10)], secret) {
				t.Errorf("%s: it shows %s", name, secret)
			}
		}
	}
}

func TestALongSecretIsHiddenWhereverItStands(t *testing.T) {
	secret := strings.Repeat("0123456789abcdefghij", 300) // 6000 bytes
	table := New(nil)
	table.Learn("token", secret)
	for _, text := range []string{secret, "before " + secret + " after", secret[:4000], "x" + secret[2048:] + "y"} {
		hidden := table.Hide(text)
		if strings.Contains(hidden, "cdefghij0123456789abcdefghij") && len(hidden) > 2100 || !strings.Contains(hidden, "‹token›") {
			t.Errorf("%d bytes are left of %d", len(hidden), len(text))
		}
	}
}
