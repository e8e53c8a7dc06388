package mockserver

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// FuzzClientPage: no page makes the readers panic, and what is published is absolute and was in the page.
func FuzzClientPage(f *testing.F) {
	for _, s := range []string{
		`<link rel="redirect_uri" href="http://a/cb">`, `<LINK REL=redirect_uri HREF='//a/cb'>`,
		`<!-- <link rel=redirect_uri href=x> -->`, "<template><link rel=redirect_uri href=/x>",
		`{"client_id":"https://a.example/id","redirect_uris":["https://a.example/cb"]}`,
		"\xff\xfe<link", `<link rel="redirect_uri" href="&#x2f;">`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		page := ClientPage{ClientID: "https://a.example/id", Status: http.StatusOK, Body: []byte(body), Whole: true}
		for _, uri := range linkedRedirects(page) {
			if u, err := url.Parse(uri); err != nil || !u.IsAbs() {
				t.Errorf("%q publishes %q", body, uri)
			}
		}
		for _, uri := range documentRedirects(page.ClientID, page) {
			if u, err := url.Parse(uri); err != nil || !u.IsAbs() || strings.Contains(uri, "#") {
				t.Errorf("%q publishes %q", body, uri)
			}
		}
	})
}

// FuzzRedirect holds the redirect rule against a second statement of it that shares no code: a URI passes if it begins
// with the client's origin and goes on as a path, or is listed letter for letter.
func FuzzRedirect(f *testing.F) {
	for _, s := range []string{
		"http://a.example/cb", "http://a.example.evil/cb", "http://a.example:80/cb", "HTTP://A.example/", "javascript:x",
		"http://a.example", "http://a.example?x", "http://user@a.example/", "hass://auth", "http://a.example/#x", "http://a.example\\@b/",
	} {
		f.Add(s, "hass://auth")
	}
	f.Fuzz(func(t *testing.T, uri, listed string) {
		const client = "http://a.example/app"
		err := checkRedirect(client, uri, false, func() []string { return []string{listed} })
		if want := secondStatement(uri, "a.example", listed); (err == nil) != want {
			t.Errorf("%q with %q listed: %v, want passing %v", uri, listed, err, want)
		}
	})
}

// secondStatement is the rule again, on text alone.
func secondStatement(uri, host, listed string) bool {
	for _, r := range uri {
		if r <= ' ' || r == 0x7f || r == '\\' || r == '#' {
			return false
		}
	}
	scheme, rest, colon := strings.Cut(uri, ":")
	if _, err := url.Parse(uri); err != nil || !colon || scheme == "" {
		return false
	}
	if slices.Contains([]string{"javascript", "data", "vbscript", "file", "about"}, strings.ToLower(scheme)) {
		return false
	}
	if strings.EqualFold(scheme, "http") && strings.HasPrefix(rest, "//") {
		authority, _, _ := strings.Cut(rest[2:], "/")
		authority, _, _ = strings.Cut(authority, "?")
		if strings.EqualFold(authority, host) {
			return true
		}
	}
	return uri == listed
}

// FuzzForm: no body makes the token endpoint panic, answer 5xx, or grant anything.
func FuzzForm(f *testing.F) {
	h, err := New(Options{URL: "http://127.0.0.1:1"})
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range [][2]string{
		{"grant_type=authorization_code&code=x&client_id=http%3A%2F%2Fa%2F", "application/x-www-form-urlencoded"},
		{"a=%zz&&=", "application/x-www-form-urlencoded; charset=x"},
		{"--x\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\ny\r\n--x--\r\n", "multipart/form-data; boundary=x"},
		{"\xff", "multipart/form-data"},
	} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, body, kind string) {
		for _, path := range []string{"/auth/token", "/auth/revoke", "/auth/login_flow"} {
			r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:1"+path, strings.NewReader(body))
			r.Header["Content-Type"] = []string{kind}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code >= 500 || strings.Contains(w.Body.String(), "access_token\"") {
				t.Errorf("%s %q as %q: %d %s", path, body, kind, w.Code, w.Body.String())
			}
		}
	})
}

// FuzzBearer: no token that the home did not make opens the API.
func FuzzBearer(f *testing.F) {
	h, err := New(Options{URL: "http://127.0.0.1:1"})
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{
		"Bearer a.b.c", "Bearer eyJhbGciOiJub25lIn0.e30.", "bearer x", "Bearer ", "Bearer eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOltdfQ.x",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:1/api/", nil)
		r.Header["Authorization"] = []string{header}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusUnauthorized {
			t.Errorf("%q: %d", header, w.Code)
		}
	})
}
