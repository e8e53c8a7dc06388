package reports

import (
	"regexp"
	"slices"
	"strings"
)

// hops are headers that curl makes itself.
var hops = map[string]bool{"Content-Length": true, "Connection": true, "Accept-Encoding": true, "Host": false}

// Curl is a command for a POSIX shell that sends the request again. Redacted secrets become variables that a person sets
// first: ‹access_token 1› is "$ACCESS_TOKEN_1". A WebSocket message has none, nor has a
// browser's request, whose cookies and form nobody has seen.
func Curl(e Exchange) string {
	browser := slices.ContainsFunc(e.RequestHeaders, func(h Header) bool { return h.Name == "Sec-Fetch-Mode" })
	if e.Method == "WS" || browser {
		return ""
	}
	words := []string{"curl -i"}
	if e.Method != "GET" && (e.Method != "POST" || e.RequestBody == "") {
		words = append(words, "-X "+e.Method)
	}
	for _, h := range e.RequestHeaders {
		if !hops[h.Name] {
			words = append(words, "-H "+quote(h.Name+": "+h.Value))
		}
	}
	if e.RequestBody != "" {
		words = append(words, "--data-raw "+quote(e.RequestBody))
	}
	return strings.Join(append(words, quote(e.URL)), " ")
}

var placeholder = regexp.MustCompile(`(?:‹|%E2%80%B9)([a-z_]+)(?: (\d+))?(?:›|%E2%80%BA)`)

// quote makes a shell word: single quotes, placeholders in double quotes between them.
func quote(s string) string {
	var b strings.Builder
	rest := s
	for {
		at := placeholder.FindStringSubmatchIndex(rest)
		if at == nil {
			break
		}
		m := placeholder.FindStringSubmatch(rest)
		name := strings.ToUpper(m[1])
		if m[2] != "" {
			name += "_" + m[2]
		}
		b.WriteString(single(rest[:at[0]]) + `"$` + name + `"`)
		rest = rest[at[1]:]
	}
	if rest != "" || b.Len() == 0 {
		b.WriteString(single(rest))
	}
	return b.String()
}

func single(s string) string {
	if s == "" {
		return ""
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
