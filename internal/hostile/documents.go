package hostile

import (
	"fmt"
	"net/http"
	"strings"
)

// sends answers 200 with a body labelled as JSON.
func sends(body string) func(*call) {
	return answers(http.StatusOK, body, "Content-Type", "application/json")
}

// documents returns behaviours that attack with alleged JSON.
func documents() []Behaviour {
	deep := strings.Repeat(`{"a":`, 100000)
	return []Behaviour{
		{Name: "json.deep-arrays", Story: "It sends arrays in arrays, 100,000 deep.", At: Token, answer: sends(strings.Repeat("[", 100000))},
		{
			Name: "json.deep-objects", Story: "It sends objects in objects, 100,000 deep.", At: Token,
			answer: sends(deep + "1" + strings.Repeat("}", 100000)),
		},
		{
			Name: "json.long-string", Story: "It sends a string of 900 kB.", At: Token,
			answer: sends(`{"error":"` + strings.Repeat("x", 900000) + `"}`),
		},
		{Name: "json.many-members", Story: "It sends an object of 50,000 members.", At: Token, answer: func(c *call) {
			var b strings.Builder
			for i := range 50000 {
				fmt.Fprintf(&b, `"member%d":%d,`, i, i)
			}
			sends("{" + b.String() + `"end":1}`)(c)
		}},
		{
			Name: "json.many-objects", Story: "It sends a list of 300,000 empty objects.", At: Token,
			answer: sends(`{"access_token":[` + strings.Repeat("{},", 300000) + `{}]}`),
		},
		{Name: "json.null", Story: "It sends null.", At: Token, answer: sends("null")},
		{Name: "json.array", Story: "It sends an array.", At: Token, answer: sends("[" + grant + "]")},
		{
			Name: "json.number", Story: "It sends a number that none is.", At: Token,
			answer: sends(`{"access_token":1e999999999,"expires_in":NaN}`),
		},
		{Name: "json.two", Story: "It sends two objects, one behind the other.", At: Token, answer: sends(grant + grant)},
		{Name: "json.cut", Story: "Its object breaks off.", At: Token, answer: sends(grant[:len(grant)-9])},
		{Name: "json.utf-16", Story: "It sends UTF-16.", At: Token, answer: sends("\xfe\xff\x00{\x00}")},
		{Name: "json.not-utf-8", Story: "Its text is not UTF-8.", At: Token, answer: sends("{\"access_token\":\xff\xfe\"\xc0\xaf\"}")},
		{
			Name: "json.objects-for-texts", Story: "Its tokens are objects.", At: Token,
			answer: sends(`{"access_token":{"a":[]},"refresh_token":[{}],"token_type":{}}`),
		},
		{Name: "json.html", Story: "It sends a page, and calls it JSON.", At: Token, answer: sends("<!doctype html><script>alert(1)</script>")},
		{
			Name: "metadata.elsewhere", Story: "Its metadata name endpoints at another origin.", At: Metadata,
			answer: sends(`{"issuer":"https://collector.example","authorization_endpoint":"https://collector.example/a",` +
				`"token_endpoint":"https://collector.example/t","revocation_endpoint":"http://169.254.169.254/r"}`),
		},
		{
			Name: "metadata.scripts", Story: "Its metadata name endpoints that are scripts and files.", At: Metadata,
			answer: sends(`{"issuer":"javascript:1","authorization_endpoint":"javascript:alert(1)","token_endpoint":"file:///etc/passwd"}`),
		},
		{
			Name: "metadata.long", Story: "Its metadata name an issuer of 500 kB.", At: Metadata,
			answer: sends(`{"issuer":"https://` + strings.Repeat("i", 500000) + `/"}`),
		},
		{
			Name: "resource.endless", Story: "Its resource has no end.", At: Resource,
			answer: repeats(typed+"\r\n[", strings.Repeat(`{"a":1},`, 512)),
		},
		{Name: "resource.silent", Story: "Its resource never answers.", At: Resource, Hangs: true, answer: stays()},
		{Name: "resource.slow", Story: "Its resource takes for ever.", At: Resource, Hangs: true, answer: drips(typed+"\r\n[", " ")},
		{
			Name: "resource.redirects", Story: "Its resource leads to a metadata address.", At: Resource,
			answer: answers(http.StatusFound, "", "Location", "http://169.254.169.254/"),
		},
	}
}
