package reports

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestACleanTextDoesNothingToATerminalNorToAReader(t *testing.T) {
	for text, want := range map[string]string{
		"plain, with é, ‹code 1› and 😀":              "plain, with é, ‹code 1› and 😀",
		"two\nlines\tand a tab":                      "two\nlines\tand a tab",
		"\x1b[31mred\x1b[0m \a\x00":                  `\u001b[31mred\u001b[0m \u0007\u0000`,
		"back\rover":                                 `back\rover`,
		"\u009b31m and \u0085 and \x7f":              `\u009b31m and \u0085 and \u007f`,
		"user\u202egnp.exe\u202c \u2066x\u2069":      `user\u202egnp.exe\u202c \u2066x\u2069`,
		"\u200e\u200f\u061c\ufeff\u2028\u2029\ufffe": `\u200e\u200f\u061c\ufeff\u2028\u2029\ufffe`,
		"not UTF-8: \xff\xfe":                        "not UTF-8: \ufffd",
	} {
		if got := clean(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}

func TestCleanJSONIsTheSameJSON(t *testing.T) {
	const odd = "\x1b[2J\u202e\u009b\r\n\"\\é"
	raw, err := json.Marshal(odd)
	if err != nil {
		t.Fatal(err)
	}
	var back string
	if err := json.Unmarshal([]byte(clean(string(raw))), &back); err != nil || back != odd {
		t.Errorf("%q, %v", back, err)
	}
}

func TestALinkLeadsToTheWebOnly(t *testing.T) {
	for raw, want := range map[string]string{
		"https://www.rfc-editor.org/rfc/rfc6749#section-4.1": "https://www.rfc-editor.org/rfc/rfc6749#section-4.1",
		"http://home:8123/?a=b&c":                            "http://home:8123/?a=b&c",
		"javascript:alert(1)":                                "",
		"JavaScript://home/%0aalert(1)":                      "",
		"data:text/html,x":                                   "",
		"//home/path":                                        "",
		"https:///path":                                      "",
		"http://home/\u202e":                                 "",
		"":                                                   "",
	} {
		if got := link(raw); got != want {
			t.Errorf("%q leads to %q, want %q", raw, got, want)
		}
	}
}

func TestWhatIsCutIsSaid(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want string
	}{
		{"short", 5, "short"},
		{"longer", 5, "longe… (cut: 1 more byte)"},
		{strings.Repeat("é", 10), 5, "éé… (cut: 16 more bytes)"},
	} {
		if got := cut(c.text, c.n); got != c.want {
			t.Errorf("%q of %d bytes: %q, want %q", c.text, c.n, got, c.want)
		}
	}
	if got := shortened(strings.Repeat("a", shownBody+10), 5, shownBody); !strings.HasSuffix(got, "a… (cut: 15 more bytes)") {
		t.Error(got[len(got)-40:])
	}
}

func TestTimesAreWrittenForPeople(t *testing.T) {
	for ms, want := range map[int64]string{
		0: "0.0 s", 940: "0.9 s", 59_900: "59.9 s", 60_000: "1 min 0 s", 83_400: "1 min 23 s", 4_000_000: "66 min 40 s",
	} {
		if got := took(ms); got != want {
			t.Errorf("%d ms: %q, want %q", ms, got, want)
		}
	}
}
