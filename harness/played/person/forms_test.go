package person

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// served is a page and the person's action there: the form that was submitted, or the link that was followed.
func served(t *testing.T, page string, refuse bool) (came url.Values, way Trail, reason string) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, page)
	})
	mux.HandleFunc("/go/{where}", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		came = r.Form
		came.Set("where", r.PathValue("where"))
		http.Redirect(w, r, "http://client.example/cb?code=c", http.StatusFound)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	who := &Person{Account: oauth.Account{Username: "ben", Password: "secret"}, Wire: wire.New(wire.Options{Base: server.URL})}
	record := judge.NewRecord()
	ctx := judge.With(t.Context(), record)
	judge.Run(func() {
		way = who.Walk(ctx, Walk{From: server.URL + "/", Refuse: refuse, Ends: func(u string) bool {
			return strings.HasPrefix(u, "http://client.example/")
		}})
		judge.Held(ctx)
	})
	return came, way, record.Outcome("must", false).Reason
}

func TestAPersonFindsOnAPageWhatTheyWant(t *testing.T) {
	const (
		hidden  = `<input type="hidden" name="t" value="1">`
		search  = `<form action="/go/search"><input name="q" placeholder="Search"></form>`
		consent = `<form method="post" action="/go/consent">` + hidden
	)
	for name, c := range map[string]struct {
		page   string
		refuse bool
		want   string // of the form that came; "": nothing did
	}{
		"a name and a password": {
			`<form method="post" action="/go/login"><input name="user"><input type="password" name="word">` +
				`<input type="checkbox" name="remember"><button name="b" value="in">Sign in</button></form>`, false,
			"b=in&user=ben&where=login&word=secret",
		},
		"the password where a cancel comes first": {
			`<form method="post" action="/go/login"><input name="user"><input type="password" name="word">` +
				`<button name="b" value="cancel">Cancel</button><button name="b" value="in">Sign in</button></form>`, false,
			"b=in&user=ben&where=login&word=secret",
		},
		"a name alone": {
			`<form method="post" action="/go/login"><input required type="text" name="username"><textarea name="claims">{}</textarea>` +
				`<input type="submit" value="Sign-in"></form>`, false, "claims=%7B%7D&username=ben&where=login",
		},
		"a name alone, by its label": {
			`<form method="post" action="/go/login"><label for="x">Account</label><input id="x" name="x"><button>Go</button></form>`, false,
			"where=login&x=ben",
		},
		"consent beside a search and a language": {
			search + `<form action="/go/lang"><select name="l"><option value="en">English<option value="fr" selected>French</select>` +
				`<button>Set</button></form>` + consent + `<button name="d" value="yes">Authorise</button></form>`, false,
			"d=yes&t=1&where=consent",
		},
		"consent in two forms": {
			`<form method="post" action="/go/no"><button>Don't allow</button></form>` +
				`<form method="post" action="/go/yes"><button>Allow</button></form>`,
			false, "where=yes",
		},
		"no in the second form": {
			`<form method="post" action="/go/yes"><button>Allow</button></form>` +
				`<form method="post" action="/go/no"><button>Don't allow</button></form>`,
			true, "where=no",
		},
		"scopes to tick": {
			consent + `<input type="checkbox" name="scope" value="read"><input type="checkbox" name="scope" value="write">` +
				`<input type="checkbox" name="remember" value="1"><button>Submit consent</button></form>`, false,
			"scope=read&scope=write&t=1&where=consent",
		},
		"scopes that are not ticked by who says no": {
			consent + `<input type="checkbox" name="scope" value="read"><button name="d" value="deny">Reject</button>` +
				`<button>OK</button></form>`, true,
			"d=deny&t=1&where=consent",
		},
		"something to pick": {
			consent + `<label for="y">Yes, allow</label><input type="radio" id="y" name="d" value="1">` +
				`<label for="n">No</label><input type="radio" id="n" name="d" value="0" checked><button>Send</button></form>`, false,
			"d=1&t=1&where=consent",
		},
		"a button that sends elsewhere": {
			consent + `<button formaction="/go/denied" formmethod="get">Decline</button><button>Accept</button></form>`, true,
			"t=1&where=denied",
		},
		"a button outside of its form": {
			`<form id="f" method="post" action="/go/consent">` + hidden + `</form><button form="f" name="d" value="y">Allow</button>`, false,
			"d=y&t=1&where=consent",
		},
		"links that say yes and no":       {`<a href="/go/allowed">Allow</a> <a href="/go/denied">Deny</a>`, false, "where=allowed"},
		"an error that offers to go on":   {`<p>Something went wrong</p><a href="/go/home">Continue</a>`, false, ""},
		"no account, which is no refusal": {consent + `<button>Allow</button></form><a href="/go/new">Don't have an account?</a>`, true, ""},
		"a list with yes and no": {
			consent + `<select name="d"><option value="">Choose<option value="y">Grant access<option value="n">Refuse</select>` +
				`<button>Send</button></form>`, false,
			"d=y&t=1&where=consent",
		},
		"a link that says no":      {consent + `<button>Allow</button></form><a href="/go/cancelled">Cancel</a>`, true, "where=cancelled"},
		"nothing that says no":     {consent + `<button>Allow</button></form>`, true, ""},
		"nothing to do":            {`<p>Hello`, false, ""},
		"two things, none of them": {consent + `<button>Red</button><button>Blue</button></form>`, false, ""},
	} {
		came, way, reason := served(t, c.page, c.refuse)
		if got := came.Encode(); got != c.want || reason != "" {
			t.Errorf("%s: %s (%s), want %s", name, got, reason, c.want)
		}
		if (way.End != "") != (c.want != "") || way.Password != strings.Contains(c.page, "password") {
			t.Errorf("%s: %+v", name, way)
		}
	}
}

// RFC 6749 §1.7: "any other method available via the user-agent to accomplish this redirection is allowed".
func TestAPageMayLeadBackToTheClientItself(t *testing.T) {
	const end = "http://client.example/cb?error=access_denied"
	for name, c := range map[string]struct {
		page   string
		refuse bool
		end    string
	}{
		"by a refresh":             {`<meta http-equiv="Refresh" content="0; url='` + end + `'"><p>One moment`, false, end},
		"by a refresh without url": {`<meta http-equiv="refresh" content="3;` + end + `">`, false, end},
		"by a link that says no":   {`<form action="/go/yes"><button>Allow</button></form><a href="` + end + `">Cancel</a>`, true, end},
		"not in five minutes":      {`<meta http-equiv="refresh" content="300; url=` + end + `">`, false, ""},
		"not beside a form": {
			`<meta http-equiv="refresh" content="5; url=` + end + `"><form><button>Red</button><button>Blue</button></form>`, false, "",
		},
	} {
		if _, way, reason := served(t, c.page, c.refuse); way.End != c.end || reason != "" {
			t.Errorf("%s: %q (%s), want %q", name, way.End, reason, c.end)
		}
	}
}

// RFC 6749 §4.1.2.1 tells the client that the resource owner denied the request; a login that is cancelled may end on a page.
func TestWhoseCancelledLoginLeadsNowhereRefusesConsent(t *testing.T) {
	const login = `<form method="post" action="/login"><input name="user"><input type="password" name="word">`
	const cancel = `<button name="b" value="cancel">Cancel</button><button name="b" value="in">Log in</button></form>`
	for name, c := range map[string]struct {
		login, consent, want string
		stays                bool // on a page if the login is cancelled
	}{
		"a login and a consent": {login + cancel, `<form action="/no"><button>Deny</button></form>`, "error=consent", true},
		"a login that tells":    {login + cancel, `<form action="/no"><button>Deny</button></form>`, "error=login", false},
		"both on one page": {
			login + `<button name="b" value="cancel">No</button><button>Yes, allow</button></form>`, "", "error=login", false,
		},
		"a login alone": {login + cancel, "", "", true},
	} {
		back := func(w http.ResponseWriter, r *http.Request, with string) {
			http.Redirect(w, r, "http://client.example/cb?"+with, http.StatusFound)
		}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			switch {
			case r.URL.Path == "/no":
				back(w, r, "error=consent")
			case r.URL.Path == "/login" && r.PostFormValue("b") == "cancel" && c.stays:
				_, _ = io.WriteString(w, "<p>Goodbye")
			case r.URL.Path == "/login" && r.PostFormValue("b") == "cancel":
				back(w, r, "error=login")
			case r.URL.Path == "/login" && c.consent == "":
				back(w, r, "code=1")
			case r.URL.Path == "/login":
				_, _ = io.WriteString(w, c.consent)
			default:
				_, _ = io.WriteString(w, c.login)
			}
		}))
		who := &Person{Account: oauth.Account{Username: "ben", Password: "secret"}, Wire: wire.New(wire.Options{Base: server.URL})}
		way := who.Walk(judge.With(t.Context(), judge.NewRecord()), Walk{From: server.URL + "/", Refuse: true, Ends: func(u string) bool {
			return strings.HasPrefix(u, "http://client.example/")
		}})
		if _, with, _ := strings.Cut(way.End, "?"); with != c.want {
			t.Errorf("%s: %s, want %s", name, way.End, c.want)
		}
		server.Close()
	}
}

// TestWhatSaysNoByAScriptIsNotOverlooked: such a page is not reported as one where nobody can deny.
func TestWhatSaysNoByAScriptIsNotOverlooked(t *testing.T) {
	for name, no := range map[string]string{
		"a button that resets":   `<button type="reset" onclick="cancel()">Cancel</button>`,
		"a button without form":  `</form><button onclick="cancel()">Cancel</button>`,
		"a link of a script":     `<a href="javascript:cancel()">Cancel</a>`,
		"a link to nowhere":      `<a href="#" id="cancel">Cancel</a>`,
		"an input that resets":   `<input type="button" value="Cancel">`,
		"one that is for people": `<button type="button" aria-label="Cancel">×</button>`,
	} {
		page := `<form method="post" action="/go/consent"><button>Allow</button>` + no + `</form>`
		if _, way, _ := served(t, page, false); !way.Offered || way.End == "" {
			t.Errorf("%s: %+v", name, way)
		}
		if _, _, reason := served(t, page, true); !strings.Contains(reason, "--steps auto") {
			t.Errorf("%s: %q", name, reason)
		}
	}
}

func TestAFormOfAnotherSiteComesAsBrowsersSendIt(t *testing.T) {
	var heard []*http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heard = append(heard, r)
		for name, mode := range map[string]http.SameSite{"lax": http.SameSiteLaxMode, "none": http.SameSiteNoneMode, "open": 0} {
			http.SetCookie(w, &http.Cookie{Name: name, Value: "1", SameSite: mode})
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, `<form method="post" action="/consent"><button>Allow</button></form>`)
	}))
	defer server.Close()
	v := NewVisitor(wire.New(wire.Options{Base: server.URL}))
	form := FormOf(v.Open(t.Context(), server.URL+"/"))
	v.Submit(t.Context(), form)
	v.SubmitFrom(t.Context(), "https://evil.example", form)
	for i, want := range []struct {
		origin, site string
		cookies      int
	}{{"", "", 0}, {server.URL, "same-origin", 3}, {"https://evil.example", "cross-site", 2}} {
		h := heard[i].Header
		if h.Get("Origin") != want.origin || h.Get("Sec-Fetch-Site") != want.site || len(heard[i].Cookies()) != want.cookies {
			t.Errorf("request %d: %v", i+1, h)
		}
	}
	if _, err := heard[2].Cookie("lax"); err == nil {
		t.Error("another site's form sends a SameSite cookie")
	}
}
