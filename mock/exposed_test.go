package mock

import "testing"

func TestWhoeverIsNotOnLoopbackIsExposed(t *testing.T) {
	for at, want := range map[string]bool{
		"": false, "127.0.0.1:8123": false, "127.0.0.2:1": false, "[::1]:8123": false, "localhost:8123": false, "http://127.0.0.1:8123": false,
		"0.0.0.0:8123": true, "[::]:8123": true, ":8123": true, "192.168.1.5:8123": true, "home.example:8123": true,
		"https://home.example": true, "http://192.168.1.5:8123/": true,
	} {
		if got := Exposed("127.0.0.1:1", at); got != want {
			t.Errorf("%q: %v", at, got)
		}
	}
}
