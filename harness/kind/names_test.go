package kind

import "testing"

func TestANameStandsWhereTheTargetHasItsHost(t *testing.T) {
	for name, want := range map[string]string{
		"h.example": "http://h.example:8123", "h.example:81": "http://h.example:81", "[::1]": "http://[::1]:8123", "[::1]:9": "http://[::1]:9",
	} {
		if got := named("http://127.0.0.1:8123/api/mcp", name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	for raw, want := range map[string]string{
		"https://h/x": "h:443", "http://h": "h:80", "http://h:81/": "h:81", "https://[::1]/": "[::1]:443",
	} {
		if got := reached(raw); got != want {
			t.Errorf("%s: %s, want %s", raw, got, want)
		}
	}
}

func TestWhatIsNoHostNameIsRefused(t *testing.T) {
	for name, good := range map[string]bool{"home.example": true, "home.example:81": true, "a/b": false, "u@h": false, "": false} {
		n := Names{AlsoHost: []string{name}}
		if err := n.Resolve("http://127.0.0.1:8123"); (err == nil) != good {
			t.Errorf("%q: %v", name, err)
		}
	}
}
