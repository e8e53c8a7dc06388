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
	const secret = "s3cr&t/v=lü e"
	for name, e := range map[string]*Exchange{
		"a form":                {Request: Request{Body: "grant_type=password&password=" + "s3cr%26t%2Fv%3Dl%C3%BC+e"}},
		"a JSON member":         {Request: Request{Body: `{"username":"ada","password":"s3cr\u0026t/v=lü e"}`}},
		"a JSON answer":         {Body: `{"access_token" : "s3cr&t/v=lü e"}`},
		"a nested member":       {Body: `{"a":[{"refresh_token":"s3cr&t/v=lü e"}]}`},
		"a query":               {Request: Request{URL: "http://h/?code=s3cr%26t%2Fv%3Dl%C3%BC+e&state=1"}},
		"a redirect":            {Header: header("Location", "https://app/cb?code=s3cr%26t%2Fv%3Dl%C3%BC%20e")},
		"a multipart field":     {Request: Request{Body: "--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n" + secret + "\r\n--b--\r\n"}},
		"a bearer header":       {Request: Request{Header: header("Authorization", "Bearer "+secret)}},
		"a bare header":         {Request: Request{Header: header("Authorization", strings.ReplaceAll(secret, " ", ""))}},
		"JSON in other escapes": {Body: `{"token":"\u0073\u0033cr&t/v=l\u00fc e"}`},
		"a cookie of many":      {Request: Request{Header: header("Cookie", "theme=dark; sid=s3cr&t/v=l_e; seen=1")}},
		"a cookie that is set":  {Header: header("Set-Cookie", "sid=s3cr&t/v=l_e; Path=/; HttpOnly")},
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
	for _, text := range []string{"abc", "invalid_auth", "access_token", "create_entry", "ada-lovelace", "https://app.example/", "not-a-secret"} {
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
