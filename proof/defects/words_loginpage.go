package defects

import (
	"bytes"
	"io/fs"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/page"
)

// The words for defects of the login page.

// script replaces text in one of the login page's files. A missing text would change nothing.
func script(file, old, by string) change {
	return func(p *mockserver.Policy) {
		if raw, err := fs.ReadFile(page.FS(), file); err != nil || !bytes.Contains(raw, []byte(old)) {
			panic("no such text in the login page: " + file + ": " + old)
		}
		answers(at("GET "+place(file)), replaced(old, by), 200)(p)
	}
}

// unpoliced takes the page's content security policy away.
var unpoliced = script("authorize.html", `http-equiv="Content-Security-Policy"`, `name="was-a-policy"`)

func edits(list ...edit) change {
	var all []change
	for _, e := range list {
		all = append(all, script(e.file, e.old, e.by))
	}
	return both(all...)
}

func reworded(file, old, by string) change { return edits(edit{file, old, by}) }

const (
	failedHead = `const failed = (err) => over("Error", err.message, hint(err.message));`
	joint      = `const joint = !base.includes("?") ? "?" : /[?&]$/.test(base) ? "" : "&";`
	stateLine  = "added.push(`state=${encodeURIComponent(request.state)}`)"
)

func place(file string) string {
	if file == "authorize.html" {
		return "/auth/authorize"
	}
	return "/static/" + file
}

// more appends to the page's script.
func more(code string) change {
	return answers(at("GET /static/authorize.js"), func(a mock.Answer) mock.Answer {
		a.Body = append(bytes.Clone(a.Body), code...)
		return a
	}, 200)
}

// edit replaces one text in the page's files.
type edit struct{ file, old, by string }
