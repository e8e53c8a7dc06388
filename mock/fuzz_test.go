package mock

import (
	"net/http"
	"strings"
	"testing"
)

// FuzzControl: no body makes the control plane fail, and what it refuses has a reason.
func FuzzControl(f *testing.F) {
	for _, seed := range []string{
		`{"advance":"11m"}`, `{"offset":"-9e9h"}`, `{"status":500,"path":"/auth/*","times":1}`, `{"path":"[","delay":"x"}`,
		`{"id":1e99}`, `[]`, ``, `{"body":null}`,
	} {
		f.Add(seed, "path=/a&since=x")
	}
	p := plane(nil)
	names := []string{"POST clock", "POST faults", "DELETE faults", "GET history", "DELETE history"}
	f.Fuzz(func(t *testing.T, body, query string) {
		if strings.Contains(query, "wait") {
			return // it is meant to take its time
		}
		for _, name := range names {
			method, what, _ := strings.Cut(name, " ")
			w := ask(p, method, controlPrefix+what+"?"+queryOf(query), body, "Authorization", "Bearer "+p.Control.Token)
			if w.Code != http.StatusOK && (w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), `"error":"`)) {
				t.Errorf("%s %q: %d %s", name, body, w.Code, w.Body)
			}
		}
		p.Clock.Set(0)
	})
}

// queryOf keeps what a request line can hold.
func queryOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7f {
			return -1
		}
		return r
	}, s)
}

// FuzzForm: a body in any type is read into values that are text, or it is bad.
func FuzzForm(f *testing.F) {
	for _, seed := range [][2]string{
		{"a=b&a=c&%zz", "application/x-www-form-urlencoded"},
		{"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\xff\r\n--x--", "multipart/form-data; boundary=x"},
		{"--\r\n", `multipart/form-data; boundary=""`}, {"{}", "application/json"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, body, kind string) {
		c := &Call{Request: &http.Request{Header: http.Header{"Content-Type": {kind}}}, Bytes: []byte(body)}
		c.parseForm(true)
		for name, values := range c.Form {
			if len(values) > 1 && !c.Bad {
				t.Errorf("%q as %q: %q came twice, which is not seen", body, kind, name)
			}
		}
	})
}
