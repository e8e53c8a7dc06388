package mock

import (
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

func TestAFormIsReadAsItWasSent(t *testing.T) {
	t.Parallel()
	const plain = "application/x-www-form-urlencoded"
	part := func(disposition, value string) string {
		return "--b\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + value + "\r\n"
	}
	for name, c := range map[string]struct {
		kind, body string
		form       url.Values // nil: it is no form
		bad        bool
	}{
		"a form":                  {plain, "a=1&b=2+3%2B", url.Values{"a": {"1"}, "b": {"2 3+"}}, false},
		"with a charset":          {plain + "; charset=utf-8", "a=1", url.Values{"a": {"1"}}, false},
		"with a broken parameter": {plain + "; charset", "a=1", url.Values{"a": {"1"}}, false},
		"in upper case":           {strings.ToUpper(plain), "a=1", url.Values{"a": {"1"}}, false},
		"empty":                   {plain, "", url.Values{}, false},
		"names without values":    {plain, "a&b=", url.Values{"a": {""}, "b": {""}}, false},
		"a name twice":            {plain, "a=1&a=2", url.Values{"a": {"1", "2"}}, true},
		"a broken escape":         {plain, "a=%zz&b=1", url.Values{"b": {"1"}}, true},
		"escaped, no UTF-8":       {plain, "a=%ff&b=1", url.Values{"b": {"1"}}, true},
		"no UTF-8":                {plain, "a=\xff", url.Values{}, true},
		"a semicolon":             {plain, "a=1;b=2", url.Values{"a": {"1;b=2"}}, false},
		"JSON":                    {"application/json", `{"a":1}`, nil, false},
		"no kind":                 {"", "a=1", nil, false},
		"multipart":               {"multipart/form-data; boundary=b", part(`name="a"`, "1") + "--b--\r\n", url.Values{"a": {"1"}}, false},
		"a file": {
			"multipart/form-data; boundary=b", part(`name="a"; filename="x"`, "1") + part(`name="c"`, "2") + "--b--\r\n",
			url.Values{"c": {"2"}}, true,
		},
		"a part without name": {"multipart/form-data; boundary=b", part(`x="a"`, "1") + "--b--\r\n", url.Values{}, true},
		"multipart cut off":   {"multipart/form-data; boundary=b", part(`name="a"`, "1"), url.Values{}, true},
		"without a boundary":  {"multipart/form-data", "x", url.Values{}, true},
	} {
		call := &Call{Request: httptest.NewRequest("POST", "/", nil), Bytes: []byte(c.body)}
		call.Header.Set("Content-Type", c.kind)
		call.parseForm(true)
		if !reflect.DeepEqual(call.Form, c.form) || call.Bad != c.bad {
			t.Errorf("%s: %v, malformed %v; want %v, %v", name, call.Form, call.Bad, c.form, c.bad)
		}
	}
	twice := &Call{Request: httptest.NewRequest("POST", "/", nil), Bytes: []byte("a=1&a=2")}
	twice.Header.Set("Content-Type", plain)
	if twice.parseForm(false); twice.Bad || twice.Form.Get("a") != "1" {
		t.Errorf("where names may stand twice: %v, malformed %v", twice.Form, twice.Bad)
	}
}

func TestACallIsReadAsAnObject(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]map[string]any{`{"a":1}`: {"a": 1.0}, `[]`: nil, `"a"`: nil, ``: nil, `null`: nil, `{`: nil} {
		c := &Call{Heard: Request{Body: []byte(body)}}
		if got := c.Object(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", body, got, want)
		}
	}
}

func TestAnAnswerSaysWhyItRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer    *Answer
		body, why string
	}{
		"a refusal": {
			Refuse(400, "invalid_grant", "it is spent", "RFC 6749 §5.2").Answer(),
			`{"error":"invalid_grant","error_description":"it is spent"}`, "invalid_grant: it is spent (RFC 6749 §5.2)",
		},
		"without words": {
			Refuse(400, "invalid_grant", "", "RFC 6749 §5.2").Answer(), `{"error":"invalid_grant"}`, "invalid_grant (RFC 6749 §5.2)",
		},
		"a message":       {Message(403, "no"), `{"message":"no"}`, "no"},
		"a status":        {Plain(404), "404: Not Found", "404: Not Found"},
		"text":            {Text(200, "yes"), "yes", ""},
		"nothing at all":  {Empty(204), "", ""},
		"a redirect":      {Redirect(303, "/x"), "", ""},
		"what is no JSON": {JSON(200, func() {}), `{"message":"the answer could not be encoded"}`, ""},
	} {
		if string(c.answer.Body) != c.body || c.answer.Why != c.why || c.answer.Header == nil {
			t.Errorf("%s: %q, why %q", name, c.answer.Body, c.answer.Why)
		}
	}
	if to := Redirect(303, "/x").Header.Get("Location"); to != "/x" {
		t.Errorf("sent to %q", to)
	}
}
