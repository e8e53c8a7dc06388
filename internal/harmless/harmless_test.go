package harmless

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWhatATerminalObeysIsWrittenOut(t *testing.T) {
	for text, want := range map[string]string{
		"plain, ünïcode, 漢字, 😀\n\t": "plain, ünïcode, 漢字, 😀\n\t",
		"\x1b[2J":                   `\u001b[2J`,
		"a\r\nb":                    "a\\r\nb",
		"\u009b31m":                 `\u009b31m`,
		"\x9b31m":                   "\ufffd31m",
		"\u202eabc":                 `\u202eabc`,
		"\u200b":                    `\u200b`,
		"\x00\x7f":                  `\u0000\u007f`,
		"\U000e0041":                `\udb40\udc41`,
	} {
		if got := Text(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestJSONMeansTheSameWhenItIsHarmless(t *testing.T) {
	const text = "a\x1b\u202e\u009b\u200b\U000e0041\ufeffz😀"
	var b strings.Builder
	if err := json.NewEncoder(Writer{&b}).Encode(text); err != nil {
		t.Fatal(err)
	}
	var got string
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil || got != text || strings.ContainsFunc(b.String(), Harmful) {
		t.Errorf("%q reads as %q, %v", b.String(), got, err)
	}
}

func FuzzText(f *testing.F) {
	f.Add("\x1b[2J\u202e\U000e0041\xff")
	f.Fuzz(func(t *testing.T, text string) {
		got := Text(text)
		if strings.ContainsFunc(got, Harmful) || !utf8.ValidString(got) || Text(got) != got {
			t.Errorf("%q becomes %q", text, got)
		}
	})
}
