package wire

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/authconform/authconform/evidence/redact"
)

func answer(kind, body string) *Exchange {
	return &Exchange{Status: http.StatusOK, Header: header("Content-Type", kind), Body: body}
}

func TestOnlyAJSONObjectIsReadAsOne(t *testing.T) {
	lost := answer("application/json", `{"a":"b"}`)
	lost.Err = errors.New("cut off")
	for name, c := range map[string]struct {
		e    *Exchange
		want string // of the error; "": none
	}{
		"an object":              {answer("application/json", `{"a":"b"}`), ""},
		"one with a charset":     {answer("Application/JSON; charset=utf-8", `{"a":"b"}`), ""},
		"one of another type":    {answer("text/html", `{"a":"b"}`), `Content-Type is "text/html", not application/json`},
		"one without a type":     {answer("", `{"a":"b"}`), `Content-Type is "", not application/json`},
		"one of a broken type":   {answer("application", `{"a":"b"}`), "not application/json"},
		"one with odd words":     {answer("application/json; =", `{"a":"b"}`), ""},
		"null":                   {answer("application/json", "null"), "the body is null, not an object"},
		"a list":                 {answer("application/json", "[]"), "the body is not the expected JSON"},
		"half an object":         {answer("application/json", `{"a":`), "the body is not the expected JSON"},
		"something behind it":    {answer("application/json", `{"a":"b"} {}`), "the body is not the expected JSON"},
		"an answer that was cut": {lost, "cut off"},
	} {
		v, err := c.e.JSON()
		switch {
		case c.want == "" && (err != nil || v["a"] != "b" || c.e.Text("a") != "b"):
			t.Errorf("%s: %v, %v", name, v, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	for body, want := range map[string]string{`{"a":1}`: "", `{"a":"b"}`: "b", "null": "", `{"a":`: "", `{"a":"b"} {}`: ""} {
		if got := answer("text/html", body).Text("a"); got != want {
			t.Errorf("%s is read as the text %q, want %q", body, got, want)
		}
	}
}

func TestAnAnswerIsShownInOneLine(t *testing.T) {
	redirect := &Exchange{Status: http.StatusFound, Header: header("Location", "/to")}
	padding := `"x":"` + strings.Repeat("x", 100) + `"`
	for _, c := range []struct {
		name string
		e    *Exchange
		want string
	}{
		{"none", nil, "no exchange"},
		{"an empty body", answer("", ""), "200"},
		{"a redirect", redirect, "302 Location: /to"},
		{"lines of text", answer("text/plain", "a\n  b\tc"), "200 a b c"},
		{"a page", answer("text/html; charset=utf-8", "<p>x</p>"), "200 (8 bytes of HTML: x)"},
		{"an empty page", answer("text/html", "<p></p>"), "200 (7 bytes of HTML)"},
		{
			"a page with a title", answer("text/html", "<title> Not\nhere </title><script>x()</script><h1>It is <b>not</b> here"),
			`200 (70 bytes of HTML, titled "Not here": It is not here)`,
		},
		{"a long page", answer("text/html", strings.Repeat("x ", 20)), "200 (40 bytes of HTML: " + strings.Repeat("x ", 12) + "…)"},
		{"short JSON", answer("application/json", `{"b": 1}`), `200 {"b": 1}`},
		{"long JSON", answer("application/json", `{"message":"no",`+padding+`,"error":{"a":1}}`), `200 {"error": {"a":1}, "message": "no"}`},
		{"long JSON of unknown members", answer("application/json", "{"+padding+"}"), "200 {" + padding + "}"},
	} {
		if got := c.e.String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestAReferenceIsFollowedFromWhereItWasSent(t *testing.T) {
	e := &Exchange{Request: Request{URL: "http://h/a/b?c=d"}}
	for ref, want := range map[string]string{
		"e":           "http://h/a/e",
		"/e?f#g":      "http://h/e?f#g",
		"//i/e":       "http://i/e",
		"app://x/?y":  "app://x/?y",
		"?z=1":        "http://h/a/b?z=1",
		"http://j/%2": "", // an invalid URL
	} {
		got, err := e.Resolve(ref)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%s: %q, %v, want %q", ref, got, err, want)
		}
	}
}

func TestACutIsOnACharacter(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want string
	}{
		{"abc", 3, "abc"},
		{"abcd", 3, "abc… (1 more bytes)"},
		{"aüb", 2, "a… (3 more bytes)"},
		{"", 0, ""},
	} {
		if got := Cut(c.text, c.n); got != c.want || !utf8.ValidString(got) {
			t.Errorf("%q to %d: %q, want %q", c.text, c.n, got, c.want)
		}
	}
}

func TestEvidenceTellsHowTheRequestWasSent(t *testing.T) {
	started := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	e := &Exchange{
		Request: Request{Method: "POST", URL: "http://h/", Host: "odd.example", Header: header("X-A", "1"), Body: "a=b"},
		Status:  http.StatusOK, Header: header("X-B", "2"), Body: "done", Started: started, Duration: 1500 * time.Microsecond,
	}
	got := Evidence([]*Exchange{e}, redact.New(nil))[0]
	if got.Method != "POST" || got.URL != "http://h/" || got.RequestBody != "a=b" || got.Status != 200 ||
		got.ResponseBody != "done" || !got.Started.Equal(started) || got.DurationMS != 1.5 || got.Error != "" {
		t.Errorf("%+v", got)
	}
	if len(got.RequestHeaders) != 2 || got.RequestHeaders[0].Name != "Host" || got.RequestHeaders[0].Value != "odd.example" {
		t.Errorf("the Host that was sent does not come first: %v", got.RequestHeaders)
	}
}

// TestABodyOfManyValuesIsCutBeforeItIsDecoded: each of them would take a hundred times its length in memory.
func TestABodyOfManyValuesIsCutBeforeItIsDecoded(t *testing.T) {
	list := func(n int) string { return ` {"a":[` + strings.Repeat("{},", n) + `{}]}` }
	for name, c := range map[string]struct {
		body string
		want string
	}{
		"a long list":  {list(MaxValues/2 - 10), "<nil>"},
		"a longer one": {list(MaxValues / 2), "the body was cut after 150000 values"},
		"a script":     {"{" + strings.Repeat("[],", MaxValues), "the body was cut after 150000 values"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(c.body))
		}))
		e := New(Options{Base: server.URL}).Do(t.Context(), Request{Method: http.MethodGet, URL: "/"})
		server.Close()
		_, one := e.JSON()
		_, other := e.Object()
		for _, err := range []error{one, other} {
			if got := fmt.Sprint(err); got != c.want {
				t.Errorf("%s: %s", name, got)
			}
		}
	}
}
