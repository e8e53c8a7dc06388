package mockprovider

import "testing"

func TestRedirectURLsThatCannotWorkAreAdvisedAgainst(t *testing.T) {
	t.Parallel()
	for good, list := range map[bool][]string{
		true: {
			"https://home.example/auth/external/callback",
			"http://192.168.1.5:8123/auth/external/callback",
			"http://homeassistant.local:8123/auth/external/callback",
			"http://[::1]:8123/auth/external/callback",
			"https://my.home-assistant.io/redirect/oauth",
			"homeassistant://auth-callback",
		},
		false: {
			"",
			"home.example/auth/external/callback",
			"http://home.example/auth/external/callback",
			"https://home.example/auth/external/callback/",
			"https://home.example",
			"https://home.example/",
			"https://home.example/lovelace/0",
			"https://my.home-assistant.io",
			"https://my.home-assistant.io/redirect/oauth/",
			"http://my.home-assistant.io/redirect/oauth",
			"https://home.example/cb#x",
			"https://home.example/cb#",
			"https://user@home.example/cb",
			"https://*.example/cb",
			" https://home.example/cb",
			"https://home.example/a b",
			"javascript:alert(1)",
			"https://",
			"https://home.example:port/cb",
		},
	} {
		for _, raw := range list {
			problem, hint := adviseRedirect(raw)
			if (problem == "") != good {
				t.Errorf("%q: %q %q, want good: %v", raw, problem, hint, good)
			}
			if problem != "" && hint == "" {
				t.Errorf("%q: a problem without a hint", raw)
			}
		}
	}
}

func TestTheDifferenceOfTwoURLsIsTold(t *testing.T) {
	t.Parallel()
	const r = "https://home.example/auth/external/callback"
	for asked, word := range map[string]string{
		r + "/": "They differ in a trailing slash.",
		"http://home.example/auth/external/callback":       "They differ in the scheme: https and http.",
		"https://other.example/auth/external/callback":     "They differ in the host: home.example and other.example.",
		"https://home.example:8123/auth/external/callback": "They differ in the port, or in the letter case of the host.",
		"https://home.example/Auth/external/callback":      "They differ in the letter case of the path.",
		"https://home.example/":                            "They differ in the path: /auth/external/callback and /.",
		r + "?x":                                           "They differ after the path.",
		"nonsense":                                         "The requested redirect URL is not a URL of that form.",
	} {
		if got := difference(r, asked); got != word {
			t.Errorf("%q: %q, want %q", asked, got, word)
		}
	}
}
