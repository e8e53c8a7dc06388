package mockprovider

import "testing"

func TestAdviseRedirect(t *testing.T) {
	t.Parallel()
	for raw, good := range map[string]bool{
		"https://home.example/auth/external/callback": true, "http://192.168.1.5:8123/auth/external/callback": true, "http://homeassistant.local:8123/auth/external/callback": true,
		"https://my.home-assistant.io/redirect/oauth": true, "homeassistant://auth-callback": true, "http://[::1]:8123/auth/external/callback": true,
		"": false, "home.example/auth/external/callback": false, "http://home.example/auth/external/callback": false, "https://home.example/auth/external/callback/": false,
		"https://home.example": false, "https://home.example/": false, "https://home.example/lovelace/0": false, "https://my.home-assistant.io": false, "https://my.home-assistant.io/redirect/oauth/": false,
		"http://my.home-assistant.io/redirect/oauth": false, "https://home.example/cb#x": false, "https://home.example/cb#": false, "https://user@home.example/cb": false, "https://*.example/cb": false,
		" https://home.example/cb": false, "https://home.example/a b": false, "javascript:alert(1)": false, "https://": false, "https://home.example:port/cb": false,
	} {
		problem, hint := adviseRedirect(raw)
		if (problem == "") != good {
			t.Errorf("%q: %q %q, want good: %v", raw, problem, hint, good)
		}
		if problem != "" && hint == "" {
			t.Errorf("%q: a problem without a hint", raw)
		}
	}
}

func TestDifference(t *testing.T) {
	t.Parallel()
	const r = "https://home.example/auth/external/callback"
	for asked, word := range map[string]string{
		r + "/": "They part in a slash at the end.", "http://home.example/auth/external/callback": "They part in the scheme: https and http.",
		"https://other.example/auth/external/callback": "They part in the host: home.example and other.example.", "https://home.example:8123/auth/external/callback": "They part in the port, or in upper and lower case of the host.",
		"https://home.example/Auth/external/callback": "They part in upper and lower case of the path.", "https://home.example/": "They part in the path: /auth/external/callback and /.", r + "?x": "They part in what follows the path.", "nonsense": "What the app asked for is no URL like it.",
	} {
		if got := difference(r, asked); got != word {
			t.Errorf("%q: %q, want %q", asked, got, word)
		}
	}
}
