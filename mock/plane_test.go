package mock

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

func rules() *Rules {
	return &Rules{
		BodyLimit: Is[int64](64), Duplicates: Is(true), Headers: Is(http.Header{"Server": {"mock"}, "X-Own": {"rules"}}),
		PublicCORS: func(path string) bool { return path == "/open" }, Request: AsSent, Answer: AsDecided,
	}
}

// plane has /echo, which says what it heard, and /open, which any origin may read.
func plane(change func(*Plane)) *Plane {
	p := NewPlane(&Clock{}, rules())
	if change != nil {
		change(p)
	}
	p.Handle("/echo", Methods{
		http.MethodGet: func(c *Call) *Answer { return Text(http.StatusOK, "heard "+c.URL.Query().Get("q")) },
		http.MethodPost: func(c *Call) *Answer {
			a := Text(http.StatusOK, string(c.Bytes))
			a.Header.Set("X-Own", "answer")
			return a
		},
	})
	p.Handle("/open", Methods{http.MethodGet: func(*Call) *Answer { return Empty(http.StatusNoContent) }})
	return p
}

func ask(p *Plane, method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

func TestARequestReachesItsEndpointOrIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method, target, body string
		status               int
		want                 string
	}{
		"an endpoint":              {"GET", "/echo?q=x", "", 200, "heard x"},
		"its other method":         {"POST", "/echo", "said", 200, "said"},
		"a method that it has not": {"PUT", "/echo", "", 405, "405: Method Not Allowed"},
		"a path of nobody":         {"GET", "/nothing", "", 404, "404: Not Found"},
		"two slashes":              {"GET", "//echo", "", 404, "404: Not Found"},
		"HEAD of what has no HEAD": {"HEAD", "/echo", "", 405, ""},
		"a body that just fits":    {"POST", "/echo", strings.Repeat("x", 64), 200, strings.Repeat("x", 64)},
		"a body too long":          {"POST", "/echo", strings.Repeat("x", 65), 413, "413: Request Entity Too Large"},
		"OPTIONS without origin":   {"OPTIONS", "/echo", "", 403, "403: Forbidden"},
	} {
		w := ask(plane(nil), c.method, c.target, c.body)
		if w.Code != c.status || w.Body.String() != c.want {
			t.Errorf("%s: %d %q, want %d %q", name, w.Code, w.Body.String(), c.status, c.want)
		}
		if allow := w.Header().Get("Allow"); (c.status == 405) != (allow == "GET,POST") {
			t.Errorf("%s: Allow is %q", name, allow)
		}
	}
}

func TestRulesDecideOfEveryRequestAndAnswer(t *testing.T) {
	t.Parallel()
	p := plane(func(p *Plane) {
		p.Rules().Request = func(r Request) Request {
			r.Target = strings.Replace(r.Target, "/old", "/echo", 1)
			return r
		}
		p.Rules().Answer = func(r Request, a Answer) Answer {
			a.Body = append([]byte(r.Path()+": "), a.Body...)
			return a
		}
	})
	w := ask(p, "GET", "/old?q=x", "")
	if w.Body.String() != "/echo: heard x" || w.Header().Get("Server") != "mock" || w.Header().Get("X-Own") != "rules" {
		t.Errorf("%q with %v", w.Body.String(), w.Header())
	}
	if own := ask(plane(nil), "POST", "/echo", "").Header().Get("X-Own"); own != "answer" {
		t.Errorf("the answer's own header is %q", own)
	}
}

func TestAGuardSeesARequestBeforeItsEndpoint(t *testing.T) {
	t.Parallel()
	p := plane(func(p *Plane) {
		p.Guard = func(c *Call) *Answer {
			if c.Header.Get("X-Forwarded-For") != "" {
				return Plain(http.StatusBadRequest)
			}
			return nil
		}
	})
	if w := ask(p, "GET", "/echo", "", "X-Forwarded-For", "10.0.0.1"); w.Code != http.StatusBadRequest {
		t.Errorf("%d", w.Code)
	}
	if w := ask(p, "GET", "/echo", ""); w.Code != http.StatusOK {
		t.Errorf("%d", w.Code)
	}
}

func TestAnOriginReadsWhatItMay(t *testing.T) {
	t.Parallel()
	const friend, stranger = "https://friend.example", "https://stranger.example"
	p := plane(func(p *Plane) { p.MayRead = func(_, origin string) bool { return origin == friend } })
	for _, c := range []struct {
		method, path, origin, asked, headers string
		status                               int
		allowed                              bool
	}{
		{"GET", "/open", stranger, "", "", 204, true},
		{"GET", "/echo", stranger, "", "", 200, false},
		{"GET", "/echo", friend, "", "", 200, true},
		{"OPTIONS", "/open", stranger, "GET", "", 200, true},
		{"OPTIONS", "/open", stranger, "GET", "authorization, Content-Type", 200, true},
		{"OPTIONS", "/open", stranger, "GET", "x-odd", 403, true},
		{"OPTIONS", "/open", stranger, "POST", "", 403, true},
		{"OPTIONS", "/open", stranger, "", "", 403, true},
		{"OPTIONS", "/echo", stranger, "GET", "", 403, false},
		{"OPTIONS", "/echo", friend, "POST", "", 200, true},
	} {
		header := []string{"Origin", c.origin}
		if c.asked != "" {
			header = append(header, "Access-Control-Request-Method", c.asked)
		}
		if c.headers != "" {
			header = append(header, "Access-Control-Request-Headers", c.headers)
		}
		w := ask(p, c.method, c.path, "", header...)
		if got := w.Header().Get("Access-Control-Allow-Origin"); w.Code != c.status || (got == c.origin) != c.allowed {
			t.Errorf("%+v: %d, allowed is %q", c, w.Code, got)
		}
	}
}

func TestTheHistoryKeepsNamesAndNoValues(t *testing.T) {
	t.Parallel()
	p := plane(nil)
	ask(p, "POST", "/echo?code=s3cret", "client_id=app&password=s3cret", "Content-Type", "application/x-www-form-urlencoded")
	ask(p, "GET", "/nothing", "")
	ask(p, "GET", "/_authconform/history", "")
	list := p.History.Since(0, "")
	if len(list) != 2 {
		t.Fatalf("%d entries, want those of two requests: %+v", len(list), list)
	}
	e := list[0]
	if e.Method != "POST" || e.Path != "/echo" || e.Status != 200 || e.Client != "app" ||
		!slices.Equal(e.Query, []string{"code"}) || !slices.Equal(e.Form, []string{"client_id", "password"}) {
		t.Errorf("%+v", e)
	}
	if e = list[1]; e.Status != 404 || e.Why == "" {
		t.Errorf("%+v", e)
	}
}

func TestAFaultTakesTheAnswersPlace(t *testing.T) {
	t.Parallel()
	p := plane(nil)
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // a connection that was used before is tried again
	fault := func(f Fault) (*http.Response, string, error) {
		t.Helper()
		f.Path, f.Times = "/echo", 1
		if _, err := p.Faults.Add(f); err != nil {
			t.Fatal(err)
		}
		resp, err := client.Get(server.URL + "/echo?q=x")
		if err != nil {
			return nil, "", err
		}
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		return resp, string(raw), err
	}
	text := "another"
	if resp, body, err := fault(Fault{Status: 503, Body: &text, Header: map[string]string{"Retry-After": "5"}}); err != nil ||
		resp.StatusCode != 503 || body != text || resp.Header.Get("Retry-After") != "5" {
		t.Errorf("%v %q %v", resp, body, err)
	}
	if _, _, err := fault(Fault{Drop: true}); err == nil {
		t.Error("a dropped connection answers")
	}
	if _, body, err := fault(Fault{Truncate: 3}); !errors.Is(err, io.ErrUnexpectedEOF) || body != "hea" {
		t.Errorf("truncated: %q %v", body, err)
	}
	hit := 0
	for _, e := range p.History.Since(0, "/echo") {
		if e.Fault != "" {
			hit++
		}
	}
	if hit != 3 {
		t.Errorf("%d of the history's entries name their fault", hit)
	}
}

func TestTheControlPlaneWantsItsTokenAndKnownActs(t *testing.T) {
	t.Parallel()
	p := plane(nil)
	p.Control.Add("POST fail", func(*http.Request, []byte) (any, error) { return nil, errors.New("it failed") })
	for _, c := range []struct {
		token, method, name, body string
		status                    int
		want                      string
	}{
		{"", "GET", "clock", "", 401, "requires its token"},
		{"guess", "GET", "clock", "", 401, "requires its token"},
		{p.Control.Token, "GET", "clock", "", 200, `"offset":"+0s"`},
		{p.Control.Token, "POST", "clock", `{"advance":"11m"}`, 200, `"offset":"+660s"`},
		{p.Control.Token, "POST", "clock", `{"advance":"11m","offset":"+1s"}`, 400, "give either"},
		{p.Control.Token, "POST", "clock", `{"advanse":"11m"}`, 400, `unknown field \"advanse\"`},
		{p.Control.Token, "GET", "history?wait=soon", "", 400, "soon"},
		{p.Control.Token, "GET", "nothing", "", 404, "clock, fail, faults, history"},
		{p.Control.Token, "POST", "fail", "", 400, "it failed"},
	} {
		w := ask(p, c.method, "/_authconform/"+c.name, c.body, "Authorization", "Bearer "+c.token)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s %s %s: %d %s, want %d with %s", c.method, c.name, c.body, w.Code, w.Body.String(), c.status, c.want)
		}
	}
}
