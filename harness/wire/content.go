package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Object is the body as a JSON object, whatever its Content-Type: a grant counts under another type too. JSON
// is for rows that judge the type.
func (e *Exchange) Object() (map[string]any, error) {
	if e.Err != nil {
		return nil, e.Err
	}
	if e.Cut {
		return nil, e.errCut()
	}
	var v map[string]any
	if json.Unmarshal([]byte(e.Body), &v) != nil || v == nil {
		return nil, errors.New("the body is not a JSON object")
	}
	return v, nil
}

// wordsShown is how many words of a page are shown.
const wordsShown = 12

// page summarises an HTML answer for people: its title, its first words, and its length.
func (e *Exchange) page() string {
	title, words := legible(e.Body)
	shown := fmt.Sprintf("%d bytes of HTML", len(e.Body))
	if title != "" {
		shown += fmt.Sprintf(", titled %q", title)
	}
	if len(words) == 0 {
		return "(" + shown + ")"
	}
	more := ""
	if len(words) > wordsShown {
		words, more = words[:wordsShown], " …"
	}
	return "(" + shown + ": " + strings.Join(words, " ") + more + ")"
}

// legible returns the text that a person reads on a page: its title and the words of its body.
func legible(page string) (title string, words []string) {
	var inside atom.Atom
	for z := html.NewTokenizer(strings.NewReader(page)); ; {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return title, words
		case html.StartTagToken:
			if name, _ := z.TagName(); unread(atom.Lookup(name)) {
				inside = atom.Lookup(name)
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); atom.Lookup(name) == inside {
				inside = 0
			}
		case html.TextToken:
			found := strings.Fields(string(z.Text()))
			if inside == atom.Title && title == "" {
				title = strings.Join(found, " ")
			} else if inside == 0 {
				words = append(words, found...)
			}
		}
	}
}

// unread reports whether an element's text is not part of the page's words.
func unread(name atom.Atom) bool {
	return name == atom.Title || name == atom.Script || name == atom.Style || name == atom.Template
}
