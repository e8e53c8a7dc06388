package wire

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/evidence/redact"
)

// FuzzAnswer reads any answer that a target may send in all the ways that rows do.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"access_token\":\"0123456789abcdef\"}",
		"HTTP/1.1 429 Slow\r\nRetry-After: 99999999999\r\nContent-Type: text/html; charset=x, a/b\r\n\r\n<title>x</title><script>y",
		"HTTP/1.1 302 Found\r\nLocation: //[::1%25/\r\nSet-Cookie: =;=\r\n\r\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(raw)), nil)
		if err != nil {
			return
		}
		defer resp.Body.Close()
		e := &Exchange{Request: Request{Method: http.MethodGet, URL: "http://h/?code=0123456789abcdef"}}
		e.take(resp)
		_, _ = e.Object()
		_, _ = e.JSON()
		_, _ = e.Resolve(e.Header.Get("Location"))
		_, _ = retryAfter(e, time.Unix(0, 0))
		_, _, _ = e.MediaType(), e.Text("access_token"), e.String()
		table := redact.New(nil)
		e.Learn(table)
		shown := Evidence([]*Exchange{e}, table)[0]
		if len(shown.ResponseBody) > evidence.BodyLimit || strings.Contains(shown.URL, "0123456789abcdef") || !utf8.ValidString(shown.URL) {
			t.Errorf("%+v", shown)
		}
	})
}
