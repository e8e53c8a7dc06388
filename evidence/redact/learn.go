package redact

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/authconform/authconform/internal/bulk"
)

// kinds maps the folded names of members, parameters and headers with secret values to the word that replaces the value.
var kinds = map[string]string{
	"password": "password", "newpassword": "password", "currentpassword": "password", "passwd": "password", "pwd": "password",
	"passphrase": "password", "code": "code", "authcode": "code", "authorizationcode": "code", "result": "code", "devicecode": "code",
	"accesstoken": "access_token", "refreshtoken": "refresh_token", "idtoken": "id_token", "token": "token",
	"authsig": "signature", "clientsecret": "client_secret", "codeverifier": "verifier",
	"clientassertion": "assertion", "assertion": "assertion",
	"authorization": "credentials", "proxyauthorization": "credentials", "cookie": "cookie",
	"webhookid": "webhook", "secret": "secret", "totpsecret": "secret", "apikey": "api_key", "xapikey": "api_key", "sessionid": "session",
	"qrcode": "qr_code", // holds the secret of a second factor
}

// endings also mark longer names as secret: csrf_token, signing_secret, user_password.
var endings = []struct{ ending, kind string }{{"token", "token"}, {"secret", "secret"}, {"password", "password"}, {"apikey", "api_key"}}

var separators = strings.NewReplacer("_", "", "-", "", ".", "", " ", "")

// kindOf returns the kind of secret that a name stands for, or "". Case and separators do not count.
func kindOf(name string) string {
	folded := separators.Replace(lower(name))
	if kind := kinds[folded]; kind != "" {
		return kind
	}
	for _, e := range endings {
		if strings.HasSuffix(folded, e.ending) {
			return e.kind
		}
	}
	return ""
}

var (
	jwt     = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`)
	pair    = regexp.MustCompile(`([A-Za-z_.-]+)=([^&\s"'<>#;]+)`)
	part    = regexp.MustCompile(`(?s)name="([A-Za-z_.-]+)"(?:;[^\r\n]*)?\r?\n(?:[^\r\n]+\r?\n)*\r?\n(.*?)\r?\n--`)
	scanned = regexp.MustCompile(`"([A-Za-z_. -]+)"\s*:\s*"((?:[^"\\]|\\.)*)"`)
)

// LearnText learns the secrets in a text: a URL, a form, JSON, a multipart body.
func (t *Table) LearnText(text string) {
	for name, raw := range members(text) {
		var value string
		if json.Unmarshal([]byte(`"`+raw+`"`), &value) == nil {
			t.member(name, value, raw)
		}
	}
	var v any // of a longer text, only plain members are learned
	if trimmed := strings.TrimSpace(text); strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[") {
		if n, _ := bulk.Within(trimmed, bulk.Most); n == len(trimmed) && json.Unmarshal([]byte(trimmed), &v) == nil {
			t.walk("", v)
		}
	}
	if strings.Contains(text, `name="`) { // searching for the sign alone is much faster, and most long texts have none
		for _, m := range part.FindAllStringSubmatch(text, -1) {
			t.member(m[1], m[2])
		}
	}
	for name, raw := range pairs(text) {
		if value, err := url.QueryUnescape(raw); err == nil {
			t.member(name, value, raw)
		}
	}
	if strings.Contains(text, "eyJ") {
		for _, token := range jwt.FindAllString(text, -1) {
			t.Learn("jwt", token)
		}
	}
}

// walk learns from JSON: the name of a secret applies to every text below its member. The names code and result apply only to
// their own value, because they also hold answers of many other kinds.
func (t *Table) walk(name string, v any) {
	switch v := v.(type) {
	case string:
		t.member(name, v)
	case []any:
		if kindOf(name) == "code" {
			name = ""
		}
		for _, item := range v {
			t.walk(name, item)
		}
	case map[string]any:
		for _, member := range slices.Sorted(maps.Keys(v)) { // secrets are numbered in order of appearance
			under := member
			if kind := kindOf(name); kindOf(member) == "" && kind != "" && kind != "code" {
				under = name
			}
			t.walk(under, v[member])
		}
	}
}

// LearnHeader learns the secrets in the headers of a request or response.
func (t *Table) LearnHeader(h http.Header) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[name] {
			switch lower(name) {
			case "authorization", "proxy-authorization":
				scheme, value, found := strings.Cut(v, " ")
				if !found {
					value = scheme
				}
				t.member(name, strings.TrimSpace(value))
			case "cookie":
				t.cookies(v, strings.Split(v, ";"))
			case "set-cookie":
				first, _, _ := strings.Cut(v, ";")
				t.cookies(v, []string{first})
			case "location":
				t.LearnText(v)
			default:
				t.member(name, v)
			}
		}
	}
}

// cookies learns the values of cookies, or the whole header if it holds none.
func (t *Table) cookies(header string, pairs []string) {
	for _, p := range pairs {
		_, value, found := strings.Cut(p, "=")
		if !found {
			value = header
		}
		t.member("cookie", strings.Trim(strings.TrimSpace(value), `"`))
	}
}

func (t *Table) member(name, value string, spelled ...string) {
	if kind := kindOf(name); kind != "" && !plain(kind, value) {
		t.Learn(kind, value, spelled...)
	}
}

// plain reports whether a value in the place of a secret is none: words of the protocol, error codes, and one character repeated. The
// latter is a probe, which rows send for different things: its name would depend on which row came first.
func plain(kind, value string) bool {
	return len(value) < 3 || words[value] || strings.Trim(value, value[:1]) == "" || isErrorCode(kind, value)
}

// isErrorCode reports whether a value is an error code or the name of a grant, which members called code, result and token hold too.
// Many secrets look similar: a prefix, and random letters and digits behind it (test_code_1f3a9c77).
func isErrorCode(kind, value string) bool {
	return (kind == "code" || kind == "token") && len(value) <= longestWord && errorCode.MatchString(value)
}

const longestWord = 40 // bytes

var words = map[string]bool{
	"Bearer": true, "bearer": true, "username": true, "password": true, "User linked": true, "code": true, "token": true, "true": true,
	"false": true, "null": true, "none": true, "query": true,
}

var errorCode = regexp.MustCompile(`^[a-z]{1,14}\d?(_[a-z]{1,14}\d?)+$`)

// alone hides secrets that are too short to search for, if they are the whole value of a member, a parameter or a header's field.
func (t *Table) alone(text string) string {
	if len(t.short) == 0 {
		return text
	}
	if name, whole := t.short[text]; whole && !strings.HasPrefix(name, "‹code") { // short codes are authconform's own words and numbers
		return name
	}
	for _, form := range []*regexp.Regexp{scanned, part, pair} {
		text = form.ReplaceAllStringFunc(text, func(found string) string {
			m := form.FindStringSubmatch(found)
			value := m[2]
			if form == pair {
				value, _ = url.QueryUnescape(value)
			}
			name, secret := t.short[value]
			if !secret || kindOf(m[1]) == "" {
				return found
			}
			at := strings.LastIndex(found, m[2])
			return found[:at] + name + found[at+len(m[2]):]
		})
	}
	return text
}
