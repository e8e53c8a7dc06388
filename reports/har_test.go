package reports

import (
	"slices"
	"testing"

	"github.com/authconform/authconform/evidence"
)

func TestAHARHoldsURLsOnly(t *testing.T) {
	for raw, want := range map[string]string{
		"http://home:8123/a?b=c&d=%20#e":      "http://home:8123/a?b=c&d=%20#e",
		"http://home/?token=‹access_token 2›": "http://home/?token=%E2%80%B9access_token%202%E2%80%BA",
		"http://[::1]:80/[a]?b={c}|\"<>\\^`":  "http://[::1]:80/%5Ba%5D?b=%7Bc%7D%7C%22%3C%3E%5C%5E%60",
		"http://home/%zz%a":                   "http://home/%25zz%25a",
		"http://home/a#b#c":                   "http://home/a#b%23c",
		"ws://home":                           "ws://home",
		"no URL":                              "no URL",
	} {
		if got := uri(raw); got != want {
			t.Errorf("%q is %q, want %q", raw, got, want)
		}
	}
}

func TestAQueryKeepsItsOrder(t *testing.T) {
	got := query("http://h/?b=1&a=%41&b=2&&c&d=%zz#e=3")
	want := []evidence.Header{
		{Name: "b", Value: "1"}, {Name: "a", Value: "A"}, {Name: "b", Value: "2"}, {Name: "c"}, {Name: "d", Value: "%zz"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
