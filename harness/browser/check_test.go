package browser

import (
	"strings"
	"testing"
)

func TestABrowserThatWasNamedAndDoesNotStartIsToldAtOnce(t *testing.T) {
	for spec, want := range map[string]string{
		"": "", "auto": "", "off": "",
		"/bin/ls": "--browser /bin/ls: it does not start as a Chromium", "/bin/false": "--browser /bin/false: it does not start as a Chromium",
		"/no/such": "--browser /no/such: no such executable", "ws://127.0.0.1:1": "--browser ws://127.0.0.1:1: no browser answers there",
	} {
		err := Check(t.Context(), spec)
		if (err == nil) != (want == "") || err != nil && !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %q", spec, err, want)
		}
	}
}
