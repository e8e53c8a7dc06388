package person

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"

	"github.com/authconform/authconform/harness/wire"
)

var (
	allowing = regexp.MustCompile(`(?i)\b(allow|accept|agree|approve|authori[sz]e|confirm|connect|consent|continue|grant|link|next|` +
		`ok|permit|proceed|submit|yes)\b`)
	denying = regexp.MustCompile(`(?i)\b(abort|cancel|decline|deny|disagree|disallow|do not|don.?t|go back|never|no|not now|` +
		`refuse|reject)\b`)
	granting = regexp.MustCompile(`(?i)\b(allow|accept|agree|approve|authori[sz]e|consent|grant|permit|yes)\b`) // what no login says
	naming   = regexp.MustCompile(`(?i)user|login|e-?mail|account|subject|identifier|\bsub\b|\bname\b`)
	// refreshing matches the content of <meta http-equiv="refresh"> that leads elsewhere within ten seconds.
	refreshing = regexp.MustCompile(`(?i)^\s*\d(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?["']?([^"'\s]+)`)
	// leaving matches links that lead out of a login without an answer.
	leaving = regexp.MustCompile(`(?i)account|register|sign.?up|forg[eo]t|password|create|new here`)
	staying = regexp.MustCompile(`(?i)remember|stay|keep|trust`)
)

// choice is the meaning of a button: "Don't allow" denies.
type choice bool

const (
	allow choice = true
	deny  choice = false
)

// in reports whether words express the choice.
func (c choice) in(words string) bool {
	no := denying.MatchString(words)
	if c == deny {
		return no
	}
	return !no && allowing.MatchString(words)
}

// Ended reports whether a response is a page on which nothing more can be done: it has no form and no script.
func Ended(last *wire.Exchange) bool {
	doc := parsed(last)
	if doc == nil {
		return false
	}
	for n := range doc.Descendants() {
		if n.Data == "form" || n.Data == "script" || n.Data == "meta" && has(n, "http-equiv") {
			return false
		}
	}
	return true
}

func parsed(e *wire.Exchange) *html.Node {
	if kind := e.MediaType(); kind != "text/html" && kind != "application/xhtml+xml" {
		return nil
	}
	return e.Page()
}

func attr(n *html.Node, name string) string {
	value, _ := lookup(n, name)
	return value
}

func has(n *html.Node, name string) bool {
	_, there := lookup(n, name)
	return there
}

func lookup(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
