package wire

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxTags is how many tags of a page are read: a parsed one takes many times its length.
const maxTags = 50_000

// Page parses the body as HTML; nil if that fails. Tags that only format text are left out: a parser repeats those that are open
// for each new block (HTML §13.2.4.3), so that a page of 80 kB can become eight million elements.
func (e *Exchange) Page() *html.Node {
	var kept bytes.Buffer
	tags := 0
	z := html.NewTokenizer(strings.NewReader(e.Body))
	for kind := z.Next(); kind != html.ErrorToken && tags < maxTags; kind = z.Next() {
		before := kept.Len()
		kept.Write(z.Raw()) // first: to read a token changes the bytes that Raw returns
		switch kind {
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			tags++
			if name, _ := z.TagName(); formats[atom.Lookup(name)] {
				kept.Truncate(before)
			}
		}
	}
	page, err := html.Parse(&kept)
	if err != nil {
		return nil
	}
	return page
}

// formats are the formatting elements (HTML §13.2.4.3) except a, of which at most one is open.
var formats = map[atom.Atom]bool{
	atom.B: true, atom.Big: true, atom.Code: true, atom.Em: true, atom.Font: true, atom.I: true, atom.Nobr: true, atom.S: true,
	atom.Small: true, atom.Strike: true, atom.Strong: true, atom.Tt: true, atom.U: true,
}
