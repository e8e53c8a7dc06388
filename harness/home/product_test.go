package home

import (
	"net/http"
	"testing"
)

func TestOnlyAReleaseOfHomeAssistantIsCalledSo(t *testing.T) {
	for name, c := range map[string]struct{ told, named, product, version string }{
		"the newest":         {"2026.11.0", "", "Home Assistant", "2026.11.0"},
		"a beta":             {"2026.11.0b2", "", "Home Assistant", "2026.11.0b2"},
		"a development":      {"2026.12.0.dev20261101", "", "Home Assistant", "2026.12.0.dev20261101"},
		"another product":    {"1.4.2", "", "unknown server", ""},
		"no version":         {"", "", "unknown server", ""},
		"words":              {"latest", "", "unknown server", ""},
		"named":              {"", "2023.8.4", "unknown server, judged as Home Assistant", "2023.8.4"},
		"named in its place": {"2026.11.0", "2023.8", "Home Assistant", "2023.8"},
	} {
		var f Facts
		f.identify(c.told, c.named)
		if f.Product != c.product || f.Version != c.version {
			t.Errorf("%s: %q %q", name, f.Product, f.Version)
		}
	}
}

func TestAServerWithoutAReleaseIsJudgedWithoutOne(t *testing.T) {
	f, h, ctx := stay(t)
	f.Answers("GET /api/config", http.StatusOK, `{"version":"1.4.2"}`)
	if err := h.Enter(ctx); err != nil || h.Facts.Version != "" || h.Facts.Product != "unknown server" {
		t.Errorf("%q %q %v", h.Facts.Product, h.Facts.Version, err)
	}
}

func TestAReleaseThatIsNoneIsAMistakeOfTheUser(t *testing.T) {
	for word, right := range map[string]bool{"": true, "2023.8.4": true, "2023.8": true, "new": false, "8": false, "1.4.2": false} {
		if err := (&ByRelease{word}).Resolve(); (err == nil) != right {
			t.Errorf("--release %q: %v", word, err)
		}
	}
}
