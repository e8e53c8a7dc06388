// Package pages provides login and consent for servers without pages: the person of AUTHCONFORM_USER logs in, then allows or
// denies. The pages show nothing of the request, so that only the server around them is judged.
package pages

import (
	"crypto/rand"
	"html/template"
	"net/http"
	"os"
	"sync"
)

var login = template.Must(template.New("").Parse(`<!doctype html><title>Log in</title><h1>Log in</h1>
<form method="post"><input name="username" autocomplete="username"><input name="password" type="password"><button>Log in</button></form>`))

var consent = template.Must(template.New("").Parse(`<!doctype html><title>Allow?</title><h1>A client asks for access</h1>
<form method="post"><input type="hidden" name="proof" value="{{.}}">
<button name="answer" value="allow">Allow</button><button name="answer" value="deny">Deny</button></form>`))

var (
	mutex  sync.Mutex
	proofs = map[string]string{} // by session
)

// Ask shows the next page. Once the person has decided, it writes nothing and returns the user and the decision.
func Ask(w http.ResponseWriter, r *http.Request) (user string, allowed bool) {
	user = os.Getenv("AUTHCONFORM_USER")
	proof := proofOf(r)
	switch {
	case proof == "" && r.PostFormValue("username") == user && r.PostFormValue("password") == os.Getenv("AUTHCONFORM_PASSWORD"):
		begin(w)
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, r.URL.RequestURI(), http.StatusSeeOther)
	case proof == "":
		show(w, login, nil)
	case r.Method == http.MethodPost && r.PostFormValue("proof") == proof:
		return user, r.PostFormValue("answer") == "allow"
	default:
		show(w, consent, proof)
	}
	return "", false
}

func show(w http.ResponseWriter, page *template.Template, data any) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = page.Execute(w, data)
}

func begin(w http.ResponseWriter) {
	session := rand.Text()
	mutex.Lock()
	defer mutex.Unlock()
	proofs[session] = rand.Text()
	http.SetCookie(w, &http.Cookie{Name: "session", Value: session, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func proofOf(r *http.Request) string {
	c, err := r.Cookie("session")
	if err != nil {
		return ""
	}
	mutex.Lock()
	defer mutex.Unlock()
	return proofs[c.Value]
}

// Challenge returns the WWW-Authenticate header for a refused request (RFC 6750 §3.1): with an error only if the request had a
// token.
func Challenge(r *http.Request) string {
	if r.Header.Get("Authorization") == "" {
		return "Bearer"
	}
	return `Bearer error="invalid_token"`
}
