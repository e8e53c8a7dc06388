package mock

import "testing"

func TestAServerIsCalledByTheHostThatItWasAskedFor(t *testing.T) {
	for _, c := range []struct{ asked, listens, want string }{
		{"0.0.0.0:0", "[::]:8123", "0.0.0.0:8123"}, {"127.0.0.1:0", "127.0.0.1:8123", "127.0.0.1:8123"},
		{"localhost:8123", "127.0.0.1:8123", "localhost:8123"}, {"[::1]:0", "[::1]:8123", "[::1]:8123"}, {":0", "[::]:8123", "[::]:8123"},
	} {
		if got := named(c.asked, c.listens); got != c.want {
			t.Errorf("%s: %s, want %s", c.asked, got, c.want)
		}
	}
}
