// Package page is the mock home's login page: embedded plain HTML, CSS and JavaScript, without a build step or requests
// to anyone except the mock. The server sends authorize.html for GET /auth/authorize, whatever the query, as the real home
// does, and every other file under /static/.
//
// The page talks to the same REST interface as the real one (GET /auth/providers, POST and DELETE /auth/login_flow…) and
// has the DOM names that a driver of the real page expects (inputs username, password, code; ".action button"; ".root
// [alert-type=error]"). Where a specification is stricter than the real page, so is this one: see request.js.
package page

import (
	"embed"
	"io/fs"
)

//go:embed *.html *.js *.css favicon.svg
var files embed.FS

// FS contains authorize.html and the files that are served under /static/.
func FS() fs.FS { return files }
