package redact

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const odd = `s3cr&t/v=lü😀"e+`

func TestASecretIsHiddenInEverySpelling(t *testing.T) {
	for name, text := range map[string]string{
		"as it is":                "x" + odd + "y",
		"in a query":              "a=" + url.QueryEscape(odd) + "&b",
		"in a path":               "/" + url.PathEscape(odd) + "/b",
		"in a query in a query":   url.QueryEscape("code=" + url.QueryEscape(odd)),
		"wholly percent-encoded":  percent(odd),
		"with small hex digits":   strings.ToLower(url.QueryEscape(odd)),
		"in JSON":                 `{"x":"s3cr&t/v=lü😀\"e+"}`,
		"in JSON for HTML":        `{"x":"s3cr\u0026t/v=lü😀\"e+"}`,
		"in JSON of ASCII":        `{"x":"s3cr&t/v=l\u00fc\ud83d\ude00\"e+"}`,
		"in HTML":                 html.EscapeString(odd),
		"in base64":               base64.StdEncoding.EncodeToString([]byte(odd)),
		"in base64 behind a name": base64.StdEncoding.EncodeToString([]byte("id:" + odd)),
		"in base64 amid a text":   base64.RawURLEncoding.EncodeToString([]byte("four" + odd + "tail")),
		"in base64 at a third":    base64.StdEncoding.EncodeToString([]byte("id::" + odd + "x")),
		"in hexadecimal":          hex.EncodeToString([]byte(odd)),
		"in upper case":           strings.ToUpper(url.QueryEscape(odd)),
	} {
		table := New(New(nil))
		table.Learn("password", odd)
		got := table.Hide(text)
		if !strings.Contains(got, "‹password 1›") {
			t.Errorf("%s: %q is shown as %q", name, text, got)
		}
		for _, rest := range []string{"3cr", "3CR", "M2Ny", "337063"} {
			if strings.Contains(got, rest) {
				t.Errorf("%s: %q is left", name, got)
			}
		}
	}
}

func TestASecretThatIsSplitOverMessagesIsHidden(t *testing.T) {
	table := New(New(nil))
	table.Learn("token", "abcdefgh-ijklmnop")
	got := table.HideAll([]string{"one abcd", "efgh-ij", "klmnop two", "abcdefgh-ijklmnop"})
	if fmt.Sprint(got) != "[one ‹token 1›   two ‹token 1›]" {
		t.Errorf("%q", got)
	}
}

func TestSecretsAreLearnedWhereTheyStand(t *testing.T) {
	const secret = "v3ry-s3cret"
	for name, learn := range map[string]func(*Table){
		"a member":            func(t *Table) { t.LearnText(`{"access_token": "v3ry-s3cret"}`) },
		"camel case":          func(t *Table) { t.LearnText(`{"accessToken":"v3ry-s3cret"}`) },
		"an API key":          func(t *Table) { t.LearnText(`{"api_key":"v3ry-s3cret"}`) },
		"an ID token":         func(t *Table) { t.LearnText(`{"id_token":"v3ry-s3cret"}`) },
		"a longer name":       func(t *Table) { t.LearnText(`{"csrfToken":"v3ry-s3cret"}`) },
		"a list":              func(t *Table) { t.LearnText(`{"tokens":0,"token":["x","v3ry-s3cret"]}`) },
		"an object below":     func(t *Table) { t.LearnText(`{"password":{"new":{"value":"v3ry-s3cret"}}}`) },
		"an object in a list": func(t *Table) { t.LearnText(`[[{"refresh_token":"v3ry-s3cret"}]]`) },
		"JSON that is cut":    func(t *Table) { t.LearnText(`{"a":[{"secret":"v3ry-s3cret"},{"b`) },
		"a form":              func(t *Table) { t.LearnText("grant_type=password&password=v3ry-s3cret") },
		"a URL":               func(t *Table) { t.LearnText("https://h/cb?code=v3ry-s3cret&state=1") },
		"a URL in a URL":      func(t *Table) { t.LearnText("https://h/?next=https://h/cb?code=v3ry-s3cret&state=1") },
		"a member of no JSON": func(t *Table) { t.LearnText(`refused: "code" : "v3ry-s3cret", "state": "1"`) },
		"a multipart field": func(t *Table) {
			t.LearnText("--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nv3ry-s3cret\r\n--b--")
		},
		"a bearer header":      func(t *Table) { t.LearnHeader(http.Header{"Authorization": {"Bearer v3ry-s3cret"}}) },
		"a key in a header":    func(t *Table) { t.LearnHeader(http.Header{"X-Api-Key": {"v3ry-s3cret"}}) },
		"a cookie of many":     func(t *Table) { t.LearnHeader(http.Header{"Cookie": {"theme=dark; sid=v3ry-s3cret"}}) },
		"a cookie that is set": func(t *Table) { t.LearnHeader(http.Header{"Set-Cookie": {"sid=v3ry-s3cret; Path=/"}}) },
		"a redirect":           func(t *Table) { t.LearnHeader(http.Header{"Location": {"https://h/cb?code=v3ry-s3cret"}}) },
	} {
		table := New(New(nil))
		learn(table)
		if got := table.Hide("it is " + secret + "."); strings.Contains(got, secret) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestLearningIsLinear(t *testing.T) { // with quadratic time it does not finish
	const many = 1 << 20
	for _, text := range []string{"code=", `"code":"`, `"code":`, "=", "a", `\"`, `"`, "code=&"} {
		New(New(nil)).LearnText(strings.Repeat(text, many))
	}
}

func TestTheSameSecretHasTheSameName(t *testing.T) {
	table := New(New(nil))
	table.LearnText(`{"access_token":"token-number-1","refresh_token":"token-number-12"}`)
	table.LearnText("token=token-number-1&code=codecode1")
	for text, want := range map[string]string{
		"token-number-1":                      "‹access_token 1›",
		"Bearer token-number-1, and again":    "Bearer ‹access_token 1›, and again",
		"token-number-12":                     "‹refresh_token 1›", // the longer one, not the shorter one and a rest
		"codecode1":                           "‹code 1›",
		"token-number-2 is nobody's":          "token-number-2 is nobody's",
		"eyJhbGciOi.eyJpc3MiOi.c2ln is a JWT": "‹jwt› is a JWT", // even if nobody learned it
		"":                                    "",
	} {
		if got := table.Hide(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}

func TestWhatIsNoSecretStays(t *testing.T) {
	table := New(New(nil))
	table.LearnText(`{"code":"ab","result":"invalid_auth","token":"refresh_token","type":"create_entry","username":"ada-lovelace"}`)
	table.LearnText(`{"code":"oauth2_error"}`)
	table.LearnText(`{"id":2,"type":"result","result":{"user":{"group_ids":["system-users"],"name":"bella-the-guest"}}}`)
	table.LearnText("response_type=code&client_id=https%3A%2F%2Fapp.example%2F&state=not-a-secret&token_type=Bearer-like")
	for _, text := range []string{
		"ab", "invalid_auth", "oauth2_error", "refresh_token", "create_entry", "ada-lovelace", "https://app.example/", "not-a-secret",
		"Bearer-like", "system-users", "bella-the-guest",
	} {
		if got := table.Hide(text); got != text {
			t.Errorf("%q is shown as %q", text, got)
		}
	}
}

func TestTheSameTextsGiveTheSameNames(t *testing.T) {
	for range 20 {
		table := New(New(nil))
		table.LearnText(`{"code":"code-of-one","client_secret":{"new":"secret-of-one","old":"secret-of-two"}}`)
		table.LearnHeader(http.Header{"X-Auth-Token": {"token-of-one"}, "X-Csrf-Token": {"token-of-two"}})
		got := table.Hide("secret-of-one secret-of-two token-of-one token-of-two")
		if got != "‹client_secret 1› ‹client_secret 2› ‹token 1› ‹token 2›" {
			t.Fatal(got)
		}
	}
}

func TestAnOrdinaryWordDoesNotEatTheReport(t *testing.T) {
	table := New(New(nil))
	table.Learn("password", "homestead")
	if got := table.Hide("homesteaders of homestead, homestead_id"); got != "homesteaders of ‹password 1›, homestead_id" {
		t.Error(got)
	}
	table.Learn("token", "code")
	got := table.Hide(`the code {"code":"code","x":"code"} token=code&y=code`)
	if got != `the code {"code":"‹token 1›","x":"code"} token=‹token 1›&y=code` {
		t.Error(got)
	}
}

func TestSecretsOfOtherRowsAreHiddenToo(t *testing.T) {
	run := New(nil)
	one, other := New(run), New(run)
	one.Learn("access_token", "token-of-row-one")
	if got := other.Hide("a token-of-row-one b"); got != "a ‹access_token› b" {
		t.Error(got)
	}
}

func FuzzHide(f *testing.F) {
	f.Add("a secret-word in a text", "secret-word")
	f.Fuzz(func(t *testing.T, text, secret string) {
		table := New(New(nil))
		table.Learn("x", secret)
		table.LearnText(text)
		got := table.HideAll([]string{text, secret, text + secret})
		if len(secret) >= Shortest && !ordinary(secret) && !strings.Contains(secret, "‹") && strings.Contains(strings.Join(got, ""), secret) {
			t.Errorf("%q is left in %q", secret, got)
		}
	})
}

// TestAQRCodeIsOneSecret: the picture holds the secret of a second factor. It is longer than what is searched for at once.
func TestAQRCodeIsOneSecret(t *testing.T) {
	table := New(nil)
	body := `{"qr_code":"<svg>` + strings.Repeat("<path d='M4 4h1'/>", 500) + `</svg>"}`
	table.LearnText(body)
	if got, want := table.Hide(body), `{"qr_code":"‹qr_code›"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// The tokens of GitHub, Stripe and the MCP SDKs begin with a word, as error codes do.
func TestATokenWithAPrefixIsHidden(t *testing.T) {
	letters := strings.Repeat("abcdef", 8)
	for name, c := range map[string]struct {
		learn  func(*Table)
		secret string
	}{
		"a token":         {func(t *Table) { t.LearnText(`{"access_token":"tok_4f9a0c11d27be3"}`) }, "tok_4f9a0c11d27be3"},
		"one of letters":  {func(t *Table) { t.LearnText(`{"token":"tok_` + letters + `"}`) }, "tok_" + letters},
		"a JWT's name":    {func(t *Table) { t.LearnText(`{"id_token":"at_abcdefghijklmnopqrst"}`) }, "at_abcdefghijklmnopqrst"},
		"a redirect":      {func(t *Table) { t.LearnText("https://h/cb?code=test_auth_code_662c3c94") }, "test_auth_code_662c3c94"},
		"words":           {func(t *Table) { t.LearnText(`{"client_secret":"shop_secret_word"}`) }, "shop_secret_word"},
		"a code":          {func(t *Table) { t.LearnText("code=ac_0f9a_11d27be3") }, "ac_0f9a_11d27be3"},
		"a cookie":        {func(t *Table) { t.LearnHeader(http.Header{"Set-Cookie": {"sid=sess_deadbeefcafe; Path=/"}}) }, "sess_deadbeefcafe"},
		"a password":      {func(t *Table) { t.LearnText("password=correct_horse_battery") }, "correct_horse_battery"},
		"a client secret": {func(t *Table) { t.LearnText("client_secret=cs_live_4f9a0c11") }, "cs_live_4f9a0c11"},
	} {
		table := New(nil)
		if c.learn(table); strings.Contains(table.Hide("it is "+c.secret+"."), c.secret) {
			t.Errorf("%s is shown", name)
		}
	}
	table := New(nil)
	table.LearnText(`{"code":"invalid_auth","result":"oauth2_error","token":"refresh_token"}`)
	for _, word := range []string{"invalid_auth", "oauth2_error", "refresh_token"} {
		if got := table.Hide(word); got != word {
			t.Errorf("the control: %s is shown as %s", word, got)
		}
	}
}
