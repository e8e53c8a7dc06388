package hostile

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
)

// gives answers with a grant that holds its own access token.
func gives(access string, more ...string) func(*call) {
	body := fmt.Sprintf(`{"access_token":%s,"token_type":"Bearer","refresh_token":%s,"expires_in":1800%s}`,
		quoted(access), quoted("r"+access), strings.Join(more, ""))
	return sends(body)
}

func jwt(header, claims string) string {
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(header)) + "." + enc([]byte(claims)) + "."
}

// tokens returns behaviours that attack with grants. A token that no resource accepts spoils the rows that use one.
func tokens() []Behaviour {
	return []Behaviour{
		{
			Name: "token.empty", Story: "Its access token is empty.", At: Token,
			answer: sends(`{"access_token":"","token_type":"Bearer","expires_in":1800}`),
		},
		{Name: "token.short", Story: "Its access token is one letter.", At: Token, Legal: true, answer: gives("e")},
		{Name: "token.long", Story: "Its access token has 400 kB.", At: Token, Legal: true, answer: gives(strings.Repeat("t", 400000))},
		{
			Name: "token.breaks-lines", Story: "Its access token would begin a new header.", At: Token, Legal: true,
			answer: gives("t\r\nX-Owned: 1\r\n\r\nGET / HTTP/1.1"),
		},
		{
			Name: "token.escapes", Story: "Its access token holds what a terminal obeys.", At: Token, Legal: true,
			answer: gives("token-" + escapes),
		},
		{
			Name: "token.nul", Story: "Its access token contains NUL and bytes that are not text.", At: Token, Legal: true,
			answer: gives("a\x00b\u202ec\ufffe"),
		},
		{Name: "token.alike", Story: "It gives everybody the same token.", At: Token, Legal: true, answer: gives("the-token-of-everybody")},
		{
			Name: "token.none", Story: "Its access token is an unsigned JWT.", At: Token, Legal: true,
			answer: gives(jwt(`{"alg":"none"}`, `{"exp":1e308,"iat":-1}`)),
		},
		{
			Name: "token.deep-jwt", Story: "Its JWT holds arrays in arrays.", At: Token, Legal: true,
			answer: gives(jwt(`{"alg":"HS256"}`, strings.Repeat("[", 50000))),
		},
		{Name: "token.wrong-jwt", Story: "Its JWT is malformed.", At: Token, Legal: true, answer: gives("eyJhbGciOiJIUzI1NiJ9.!!!.???")},
		{
			Name: "token.type", Story: "Its token type is a page.", At: Token, Legal: true,
			answer: sends(strings.ReplaceAll(grant, `"Bearer"`, quoted(escapes))),
		},
		{
			Name: "token.no-type", Story: "Its tokens have no type.", At: Token, Legal: true,
			answer: sends(strings.ReplaceAll(grant, `"token_type":"Bearer",`, "")),
		},
		{
			Name: "token.lives-for-ever", Story: "Its tokens live longer than numbers reach.", At: Token, Legal: true,
			answer: sends(strings.ReplaceAll(grant, "1800", "1e400")),
		},
		{
			Name: "token.lived", Story: "Its tokens have lived before they were made.", At: Token, Legal: true,
			answer: sends(strings.ReplaceAll(grant, "1800", "-9223372036854775808")),
		},
		{
			Name: "token.echoes", Story: "Its access token is what it was sent.", At: Token, Legal: true,
			answer: func(c *call) { gives(c.sent)(c) },
		},
		{
			Name: "token.scripts", Story: "Its grant has members that a script would take for its own.", At: Token, Legal: true,
			answer: func(c *call) {
				c.pass(func(_ http.Header, body string) string {
					return strings.Replace(body, "{", `{"__proto__":{"polluted":1},"constructor":{"prototype":{}},`, 1)
				})
			},
		},
	}
}
