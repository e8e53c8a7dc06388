package bulk

import "testing"

func TestAJSONTextIsCountedWithoutReadingIt(t *testing.T) {
	for text, want := range map[string]struct{ most, length, values int }{
		"":                           {9, 0, 0},
		`{"a":1,"b":[2,3]}`:          {9, 17, 4},
		`{"a":1,"b":[2,3]}x`:         {3, 13, 3},
		`{"a":"{[,\",{\\","b":"\\"}`: {9, 26, 2},
		`[{},{},{}]`:                 {2, 3, 2},
		`{"open`:                     {9, 6, 1},
	} {
		length, values := Within(text, want.most)
		if again, _ := Within([]byte(text), want.most); length != want.length || values != want.values || again != length {
			t.Errorf("%s: %d bytes, %d values, want %+v", text, length, values, want)
		}
	}
}
