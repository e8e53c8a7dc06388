package wire

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

// TestSecretsLeaveNoTrace: wherever a secret stands in an exchange, and however it is written there, the evidence has a
// name in its place.
func TestSecretsLeaveNoTrace(t *testing.T) {
	const (
		secret  = "s3cr&t/v=lü e"
		escaped = "s3cr%26t%2Fv%3Dl%C3%BC+e"
		cookie  = "s3cr&t/v=l_e"
		field   = "--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n" + secret + "\r\n--b--\r\n"
	)
	for name, e := range map[string]*Exchange{
		"a form":                {Request: Request{Body: "grant_type=password&password=" + escaped}},
		"a JSON member":         {Request: Request{Body: `{"username":"ada","password":"s3cr\u0026t/v=lü e"}`}},
		"a JSON answer":         {Body: `{"access_token" : "s3cr&t/v=lü e"}`},
		"a nested member":       {Body: `{"a":[{"refresh_token":"s3cr&t/v=lü e"}]}`},
		"a query":               {Request: Request{URL: "http://h/?code=" + escaped + "&state=1"}},
		"a redirect":            {Header: header("Location", "https://app/cb?code=s3cr%26t%2Fv%3Dl%C3%BC%20e")},
		"a multipart field":     {Request: Request{Body: field}},
		"a bearer header":       {Request: Request{Header: header("Authorization", "Bearer "+secret)}},
		"a bare header":         {Request: Request{Header: header("Authorization", strings.ReplaceAll(secret, " ", ""))}},
		"JSON in other escapes": {Body: `{"token":"\u0073\u0033cr&t/v=l\u00fc e"}`},
		"a cookie of many":      {Request: Request{Header: header("Cookie", "theme=dark; sid="+cookie+"; seen=1")}},
		"a cookie that is set":  {Header: header("Set-Cookie", "sid="+cookie+"; Path=/; HttpOnly")},
	} {
		t.Run(name, func(t *testing.T) {
			e.Err = errors.New("then: " + secret)
			s := NewSecrets()
			s.Learn("password", "unrelated")
			got := e.Evidence("", s)
			all := got.URL + got.RequestBody + got.ResponseBody
			for _, h := range append(got.RequestHeaders, got.ResponseHeaders...) {
				all += h.Name + ": " + h.Value + "\n"
			}
			if strings.Contains(all, "s3cr") || strings.Contains(all, "cr&t") {
				t.Errorf("it still stands there: %s", all)
			}
			if !strings.Contains(all, "‹") {
				t.Errorf("no name stands in its place: %s", all)
			}
		})
	}
}

func TestALabelAndAnErrorAreRedactedToo(t *testing.T) {
	s := NewSecrets()
	s.Learn("code", "c0de-c0de")
	got := (&Exchange{Err: errors.New("no c0de-c0de")}).Evidence("with c0de-c0de", s)
	if got.Label != "with ‹code 1›" || got.Error != "no ‹code 1›" {
		t.Errorf("label %q, error %q", got.Label, got.Error)
	}
}

// TestAShortPasswordIsHiddenWhereItIsSent: elsewhere it would be replaced inside other words.
func TestAShortPasswordIsHiddenWhereItIsSent(t *testing.T) {
	s := NewSecrets()
	for text, want := range map[string]string{
		`{"username":"ada","password":"1234"}`:       `{"username":"ada","password":"‹password›"}`,
		`{"new_password" : "a\u00fcb", "x": "1234"}`: `{"new_password" : "‹password›", "x": "1234"}`,
		"password=1234&username=ada":                 "password=‹password›&username=ada",
		"username=ada&password=%C3%BCb":              "username=ada&password=‹password›",
		"current_password=abc&password=de":           "current_password=‹password›&password=‹password›",
		`{"password":""}`:                            `{"password":""}`,
		`{"password":"password"}`:                    `{"password":"password"}`,
		`{"errors":["password"],"pin":"1234"}`:       `{"errors":["password"],"pin":"1234"}`,
	} {
		if got := s.Hide(text); got != want {
			t.Errorf("%s is shown as %s, want %s", text, got, want)
		}
	}
}

func TestTheSameSecretHasTheSameName(t *testing.T) {
	s := NewSecrets()
	s.LearnText(`{"access_token":"token-number-1","refresh_token":"token-number-12"}`)
	s.LearnText("token=token-number-1&code=codecode")
	for text, want := range map[string]string{
		"token-number-1":                      "‹access_token 1›",
		"Bearer token-number-1, and again":    "Bearer ‹access_token 1›, and again",
		"token-number-12":                     "‹refresh_token 1›", // the longer one, not the shorter and a rest
		"codecode":                            "‹code 1›",
		"token-number-2 is nobody's":          "token-number-2 is nobody's",
		"eyJhbGciOi.eyJpc3MiOi.c2ln is a JWT": "‹jwt› is a JWT", // even if nobody learned it
		"":                                    "",
	} {
		if got := s.Hide(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}

// TestWhatIsNoSecretStays: short values and the protocol's own words would be replaced inside other words.
func TestWhatIsNoSecretStays(t *testing.T) {
	s := NewSecrets()
	s.LearnText(`{"code":"abc","result":"invalid_auth","token":"access_token","type":"create_entry","username":"ada-lovelace"}`)
	s.LearnText("response_type=code&client_id=https%3A%2F%2Fapp.example%2F&state=not-a-secret")
	plain := []string{"abc", "invalid_auth", "access_token", "create_entry", "ada-lovelace", "https://app.example/", "not-a-secret"}
	for _, text := range plain {
		if got := s.Hide(text); got != text {
			t.Errorf("%q is shown as %q", text, got)
		}
	}
}

func TestEvidenceIsCutAfterItIsRedacted(t *testing.T) {
	body := `{"message":"` + strings.Repeat("x", keepBody-30) + `","refresh_token":"a-long-secret-that-crosses-the-cut"}`
	got := (&Exchange{Body: body}).Evidence("", NewSecrets()).ResponseBody
	if strings.Contains(got, "a-lo") || len(got) > keepBody+len("…") {
		t.Errorf("%d bytes that end in %q", len(got), got[len(got)-60:])
	}
}

// TestASecretBehindAllThatIsKeptIsHiddenWhereItIsShown: a failure shows the telling members of an answer, however long
// the answer is.
func TestASecretBehindAllThatIsKeptIsHiddenWhereItIsShown(t *testing.T) {
	long := `{"padding":"` + strings.Repeat("x", scanBody) + `","access_token":"a-long-secret-far-back"}`
	e := &Exchange{Status: 200, Header: header("Content-Type", "application/json"), Body: long}
	s := NewSecrets()
	e.Evidence("", s)
	if got := s.Hide(e.String()); got != `200 {"access_token": "‹access_token 1›"}` {
		t.Errorf("%s", got)
	}
}
