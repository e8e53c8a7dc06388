// Package pages is login and consent for servers that bring none: the person of AUTHCONFORM_USER logs in, then allows or
// denies. Nothing of a request is shown, so that what is judged is the server around it.
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

// Ask shows the page that is due. Once the person has answered it writes nothing and says who it is, and whether they allow.
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

// Challenge is the WWW-Authenticate of a resource that refuses a request (RFC 6750 §3.1): an error only where it had a token.
func Challenge(r *http.Request) string {
	if r.Header.Get("Authorization") == "" {
		return "Bearer"
	}
	return `Bearer error="invalid_token"`
}
