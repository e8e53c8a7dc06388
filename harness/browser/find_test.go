package browser

import (
	"errors"
	"strings"
	"testing"
)

func TestFindSaysWhatIsMissing(t *testing.T) {
	for spec, want := range map[string]string{"off": "off", "/no/such/browser": "/no/such/browser"} {
		if _, err := Find(spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Find(%q): %v", spec, err)
		}
	}
	if _, err := Find("off"); !errors.Is(err, ErrNone) {
		t.Errorf("off: %v", err)
	}
	if _, err := Find("/no/such/browser"); errors.Is(err, ErrNone) {
		t.Error("a wrong path must not pass for the absence of any browser")
	}
	if _, err := firstOf([]string{"no-such-browser"}); !errors.Is(err, ErrNone) || !strings.Contains(err.Error(), "install") {
		t.Errorf("none: %v", err)
	}
	if o, err := Find("ws://grid:9222"); err != nil || o.Remote != "ws://grid:9222" {
		t.Errorf("ws: %+v, %v", o, err)
	}
}
