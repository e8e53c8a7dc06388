// Package page is the mock home's login page: plain HTML, CSS and JavaScript, embedded, with no build step and no request
// to anyone but the mock. The server sends authorize.html for GET /auth/authorize, whatever the query, as the real home
// does, and every other file under /static/.
//
// The page talks to the same REST interface as the real one (GET /auth/providers, POST and DELETE /auth/login_flow…) and
// bears DOM names that a driver of the real page knows (inputs username, password, code; ".action button"; ".root
// [alert-type=error]"). It is stricter than the real page where a specification is, and says so in words: request.js.
package page

import (
	"embed"
	"io/fs"
)

//go:embed *.html *.js *.css favicon.svg
var files embed.FS

// FS holds authorize.html and the files to serve under /static/.
func FS() fs.FS { return files }
