package hostile

import (
	"io"
	"net/http"
)

// answers answers with a status, headers and a body.
func answers(status int, body string, headers ...string) func(*call) {
	return func(c *call) {
		for i := 0; i+1 < len(headers); i += 2 {
			c.w.Header().Set(headers[i], headers[i+1])
		}
		c.w.WriteHeader(status)
		_, _ = io.WriteString(c.w, body)
	}
}

// statuses returns behaviours that attack with the meaning of an answer.
func statuses() []Behaviour {
	list := []Behaviour{
		{
			Name: "status.wait-a-second", Story: "It always wants to be asked again in a second.", At: Token,
			answer: answers(http.StatusTooManyRequests, "", "Retry-After", "1"),
		},
		{
			Name: "status.wait-for-years", Story: "It wants to be asked again in years.", At: Token,
			answer: answers(http.StatusTooManyRequests, "", "Retry-After", "2147483647"),
		},
		{
			Name: "status.wait-till-then", Story: "It wants to be asked again in the year 9999.", At: Token,
			answer: answers(http.StatusTooManyRequests, "", "Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"),
		},
		{Name: "status.gateway", Story: "Its gateway reaches no upstream.", At: Token, answer: answers(http.StatusBadGateway, "<h1>502")},
		{
			Name: "status.error", Story: "It fails.", At: Token,
			answer: answers(http.StatusInternalServerError, "Traceback (most recent call last):\n  File \"auth.py\", line 1"),
		},
		{Name: "status.teapot", Story: "It answers with an unexpected status, and a grant.", At: Token, answer: answers(418, grant)},
	}
	for name, where := range map[string]string{
		"metadata-address": "http://169.254.169.254/latest/meta-data/", "loopback": "http://127.0.0.1:1/", "file": "file:///etc/passwd",
		"script": "javascript:alert(1)", "elsewhere": "https://collector.example/?from=here", "nothing": "", "garbage": "http://[::1%25/\u202e",
	} {
		list = append(list, Behaviour{
			Name: "status.leads-to-" + name, Story: "Its token endpoint leads elsewhere, with the request to be sent again: " + name + ".",
			At: Token, answer: answers(http.StatusTemporaryRedirect, "", "Location", where),
		})
	}
	return list
}
