package replay

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/evidence"
)

// run runs a script with the shell and returns its output.
func run(t *testing.T, script string, env ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", script)
	cmd.Dir = t.TempDir()
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func needs(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("NOT TESTED: no %s here", p)
		}
	}
}

type step struct{ path, kind, body, answer string }

const (
	form      = "application/x-www-form-urlencoded"
	plainJSON = "application/json"
	redeem    = "grant_type=authorization_code&code=‹code 1›&client_id=http%3A%2F%2Fclient%2F"
)

// login returns the recorded requests that turn a password into a code.
func login(url string) []step {
	return []step{
		{url + "/flow", plainJSON, `{"client_id":"http://client/"}`, `{"type":"form","flow_id":"0ld-flow-id-of-then","errors":{}}`},
		{
			url + "/flow/0ld-flow-id-of-then", plainJSON, `{"username":"ada","password":"‹password 1›"}`,
			`{"type":"create_entry","result":"‹code 1›"}`,
		},
	}
}

func row(steps ...step) evidence.Result {
	r := evidence.Result{ID: "a.row", Failures: []evidence.Failure{{Expected: "status 400\nonly", Got: "200"}}}
	for i, s := range steps {
		e := &evidence.Exchange{
			Method: "POST", URL: s.path, RequestBody: s.body, Status: 200, ResponseBody: s.answer, DurationMS: 1,
			Started: time.Unix(1e9, 0).Add(time.Duration(i) * time.Second),
		}
		if s.kind != "" {
			e.RequestHeaders = []evidence.Header{{Name: "Content-Type", Value: s.kind}}
		}
		r.Evidence = append(r.Evidence, evidence.Item{Exchange: e})
	}
	return r
}

// TestAScriptGoesTheWholeWay: it logs in, uses the values of the answers, and treats a code as the row did.
func TestAScriptGoesTheWholeWay(t *testing.T) {
	needs(t, "sh", "curl", "sed", "od")
	h := &home{}
	server := httptest.NewServer(h)
	defer server.Close()
	r := row(append(login(server.URL),
		step{server.URL + "/token", form, redeem, `{"access_token":"‹access_token 1›"}`},
		step{server.URL + "/other", form, "unrelated=1", `{}`},
		step{server.URL + "/token", form, redeem, `{"access_token":"‹access_token 2›"}`})...)
	script := Script(r, 4, nil)
	out, err := run(t, script, "AUTHCONFORM_PASSWORD="+password)
	if err != nil || !strings.Contains(out, `"access_token":"access-1"`) {
		t.Errorf("%v\n%s\n%s", err, out, script)
	}
	if want := []string{"flow", "login", "token", "token"}; !slices.Equal(h.saw(), want) {
		t.Errorf("the server saw %v, want %v", h.saw(), want)
	}
	if out, err := run(t, script); err == nil || !strings.Contains(out, "the password of ada") {
		t.Errorf("without a password: %v %s", err, out)
	}
	if out, err := run(t, script, "AUTHCONFORM_PASSWORD=wrong"); err == nil || !strings.Contains(out, "no CODE_1 in the answer") {
		t.Errorf("with a wrong password: %v %s", err, out)
	}
}

// TestATokenFromElsewhereComesFromALogin of the client that uses it, but only if the target accepted the token before.
func TestATokenFromElsewhereComesFromALogin(t *testing.T) {
	needs(t, "sh", "curl", "sed", "od")
	h := &home{}
	server := httptest.NewServer(h)
	defer server.Close()
	donor := row(append(login(server.URL), step{
		server.URL + "/token", form, redeem, `{"access_token":"‹access_token 1›","refresh_token":"‹refresh_token 1›"}`,
	})...)
	refresh := step{
		server.URL + "/token", form, "grant_type=refresh_token&refresh_token=‹refresh_token 7›&client_id=http%3A%2F%2Fother%2F",
		`{"access_token":"‹access_token 9›"}`,
	}
	r := row(refresh, refresh)
	found := FindLogin([]evidence.Result{{}, donor})
	if found == nil {
		t.Fatal("there is no login")
	}
	script := Script(r, 1, found)
	if !strings.Contains(script, `"client_id":"http://other/"`) || !strings.Contains(script, "client_id=http%3A%2F%2Fother%2F") {
		t.Errorf("it is not the client's login:\n%s", script)
	}
	if out, err := run(t, script, "AUTHCONFORM_PASSWORD="+password); err != nil || !strings.Contains(out, "access-1") {
		t.Errorf("%v\n%s\n%s", err, out, script)
	}
	if want := []string{"flow", "login", "token", "token", "token"}; !slices.Equal(h.saw(), want) {
		t.Errorf("the server saw %v, want %v", h.saw(), want)
	}
	invented := Script(row(refresh), 0, found)
	if !strings.Contains(invented, "REFRESH_TOKEN_7:?") || strings.Contains(invented, "Log in first") {
		t.Errorf("a token that the target may never have given comes from a login:\n%s", invented)
	}
}

// sent returns the arguments of curl, from a shell that replaces it by a function.
func sent(t *testing.T, script string, env ...string) []string {
	t.Helper()
	needs(t, "sh")
	out, err := run(t, `curl() { printf '%s\000' "$@"; }; `+script, env...)
	if err != nil {
		t.Fatalf("%v: %s\n%s", err, out, script)
	}
	return strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
}

func one(e evidence.Exchange) evidence.Result {
	return evidence.Result{Evidence: []evidence.Item{{Exchange: &e}}}
}

func TestOneRequestIsOneCommand(t *testing.T) {
	headers := func(pairs ...string) (list []evidence.Header) {
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, evidence.Header{Name: pairs[i], Value: pairs[i+1]})
		}
		return list
	}
	for name, c := range map[string]struct {
		method, url, body string
		headers           []evidence.Header
		want              []string
	}{
		"a GET": {"GET", "http://h/?a=1&b=%20", "", nil, []string{"-i", "http://h/?a=1&b=%20"}},
		"a POST of no kind": {
			"POST", "http://h/", "a=it's $HOME `id`\nnext", nil,
			[]string{"-i", "-H", "Content-Type:", "--data-raw", "a=it's $HOME `id`\nnext", "http://h/"},
		},
		"an empty POST": {"POST", "http://h/", "", nil, []string{"-i", "-X", "POST", "http://h/"}},
		"a PUT": {
			"PUT", "http://h/", "@x", headers("Content-Type", "text/plain"),
			[]string{"-i", "-X", "PUT", "-H", "Content-Type: text/plain", "--data-raw", "@x", "http://h/"},
		},
		"a HEAD":            {"HEAD", "http://h/", "", nil, []string{"-i", "-I", "http://h/"}},
		"dots and brackets": {"GET", "http://[::1]/a/../b", "", nil, []string{"-i", "-g", "--path-as-is", "http://[::1]/a/../b"}},
		"headers": {
			"GET", "http://h/", "", headers("X-Empty", "", "Content-Length", "3", "Host", "other"),
			[]string{"-i", "-H", "X-Empty;", "-H", "Host: other", "http://h/"},
		},
		"a method with quote": {"G'ET;id", "http://h/", "", nil, []string{"-i", "-X", "G'ET;id", "http://h/"}},
	} {
		e := evidence.Exchange{Method: c.method, URL: c.url, RequestHeaders: c.headers, RequestBody: c.body}
		if got := sent(t, Script(one(e), 0, nil)); !slices.Equal(got, c.want) {
			t.Errorf("%s: curl is told\n%q\nwant\n%q", name, got, c.want)
		}
	}
}

func TestASecretIsWrittenAsItsPlaceDemands(t *testing.T) {
	env := []string{"TOKEN_1=a&b=\"c\\", "CODE_2=x y", "AUTHCONFORM_PASSWORD=it's", "AUTHCONFORM_CLIENT_SECRET=s/3"}
	get := func(url string, headers ...evidence.Header) evidence.Exchange {
		return evidence.Exchange{Method: "GET", URL: url, RequestHeaders: headers}
	}
	post := func(kind, body string) evidence.Exchange {
		headers := []evidence.Header{{Name: "content-type", Value: kind}}
		return evidence.Exchange{Method: "POST", URL: "http://h/", RequestHeaders: headers, RequestBody: body}
	}
	for name, c := range map[string]struct {
		e    evidence.Exchange
		want string
	}{
		"a header": {get("http://h/", evidence.Header{Name: "X", Value: "Bearer ‹token 1›"}), `X: Bearer a&b="c\`},
		"JSON":     {post(plainJSON, `{"t":"‹token 1›"}`), `{"t":"a&b=\"c\\"}`},
		"a form":   {post(form, "t=‹code 2›&s=‹client_secret 1›"), "t=%78%20%79&s=%73%2f%33"},
		"text":     {post("text/plain", "‹password›"), "it's"},
		"a query":  {get("http://h/a?t=%E2%80%B9code 2%E2%80%BA#f"), "http://h/a?t=%78%20%79#f"},
		"a path":   {get("http://h/‹token 1›/b"), `http://h/a&b="c\/b`},
	} {
		if got := sent(t, Script(one(c.e), 0, nil), env...); !slices.Contains(got, c.want) {
			t.Errorf("%s: curl is told %q, want %q", name, got, c.want)
		}
	}
}

func TestWhatCurlCannotSendHasNoScript(t *testing.T) {
	for name, e := range map[string]evidence.Exchange{
		"a WebSocket message": {Method: "WS", URL: "ws://h/"},
		"a browser's request": {Method: "POST", URL: "http://h/", RequestHeaders: []evidence.Header{{Name: "Sec-Fetch-Mode", Value: "navigate"}}},
		"a body that was cut": {Method: "POST", URL: "http://h/", RequestBody: "a", RequestCut: 1},
		"bytes of no text":    {Method: "POST", URL: "http://h/", RequestBody: "a\x00b"},
		"a line of headers":   {Method: "GET", URL: "http://h/", RequestHeaders: []evidence.Header{{Name: "X", Value: "a\r\nb"}}},
	} {
		if got := Script(one(e), 0, nil); got != "" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestNothingThatIsSaidIsRun: neither a target nor somebody else's file can put a command into a script.
func TestNothingThatIsSaidIsRun(t *testing.T) {
	needs(t, "sh")
	mark := filepath.Join(t.TempDir(), "mark")
	touch := "touch " + mark
	for _, evil := range []string{
		"$(" + touch + ")", "`" + touch + "`", "'; " + touch + "; '", "\n" + touch + "\n", "\"; " + touch + " #", "‹x 1›$(" + touch + ")",
	} {
		bad, _ := json.Marshal(map[string]string{evil: "0123456789abcdef0", "name": evil, "id" + evil: "0123456789abcdef1"})
		r := evidence.Result{ID: evil, Failures: []evidence.Failure{{Expected: evil, Got: evil}}, Evidence: []evidence.Item{
			{Exchange: &evidence.Exchange{
				Method: "GET" + evil, URL: "http://127.0.0.1:1/" + evil, Status: 200, ResponseBody: string(bad),
				ResponseHeaders: []evidence.Header{
					{Name: "Location", Value: "/?" + evil + "=0123456789abcdef2&code=‹code 1›"}, {Name: "Set-Cookie", Value: evil + "=‹cookie 1›"},
				},
			}},
			{Exchange: &evidence.Exchange{
				Method: "POST", URL: "http://127.0.0.1:1/0123456789abcdef0/0123456789abcdef1/0123456789abcdef2" + evil, Status: 200,
				RequestHeaders: []evidence.Header{{Name: evil, Value: evil}},
				RequestBody:    "username=" + evil + "&password=‹password 1›&code=‹code 1›&c=‹cookie 1›" + evil,
			}},
		}}
		curl := `curl() { printf 'Location: /?code=%s\n' 'x; ` + touch + `'; }; `
		_, _ = run(t, curl+Script(r, 1, nil), "AUTHCONFORM_PASSWORD=$("+touch+")", "COOKIE_1=x")
		if _, err := os.Stat(mark); err == nil {
			t.Fatalf("%q was run:\n%s", evil, Script(r, 1, nil))
		}
	}
}
