package person

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/authconform/authconform/harness/wire"
)

// sheet is the forms and links of a page without scripts.
type sheet struct {
	forms    []*PageForm
	yes, no  string // links that say so
	plain    string // a link that says yes and does not look like a button
	refresh  string // where the page itself leads in a moment
	scripted string // the words of a button, or of a link, that says no and does nothing without a script
	of       map[*html.Node]*PageForm
}

// offers reports whether something on the page stands for the choice, with or without scripts.
func (p *sheet) offers(what choice) bool {
	return p.saying(what) != nil || what == deny && p.no+p.scripted != "" || what == allow && p.yes != ""
}

// PageForm is a form of a page, with the values that it would send.
type PageForm struct {
	Method, Action string
	Fields         url.Values
	page           *wire.Exchange
	id             string
	text, password string // names of the inputs for a user name and a password
	naming         bool   // the text input asks for a user name
	boxes, picks   []button
	buttons        []button
}

// button is a button, a check box, or a radio button.
type button struct {
	name, value, label string
	action, method     string // where the button sends the form; "": where the form says
	checked            bool
}

// Login reports whether the form asks for a password, or for a user name alone.
func (f *PageForm) Login() bool {
	return f.password != "" || f.text != "" && f.naming && !f.offers(deny)
}

// Filled is the form as a user sends it to log in or allow access.
func (f *PageForm) Filled(username, password string) *PageForm {
	return f.filled(username, password, false)
}

// filled returns the form as a person submits it: name and password where it asks for them, and the button of the choice.
func (f *PageForm) filled(username, password string, refuse bool) *PageForm {
	c := allow
	if refuse {
		c = deny
	}
	login := f.password != ""
	if login {
		f.Fields.Set(f.password, password)
	}
	if f.text != "" && (login || f.Login()) {
		f.Fields.Set(f.text, username)
		login = true
	}
	if login && !f.offers(c) {
		f.press(slices.IndexFunc(f.buttons, func(b button) bool { return !deny.in(b.label) }))
		return f
	}
	for _, b := range f.boxes {
		if b.checked || !login && !refuse && !staying.MatchString(b.name+" "+b.label) {
			f.Fields.Add(b.name, b.value)
		}
	}
	for _, b := range f.picks {
		if b.checked && !f.Fields.Has(b.name) || c.in(b.label) {
			f.Fields.Set(b.name, b.value)
		}
	}
	i := slices.IndexFunc(f.buttons, func(b button) bool { return c.in(b.label) })
	f.press(max(i, 0))
	return f
}

// press adds a button to the submission, if it exists.
func (f *PageForm) press(i int) {
	if i < 0 || i >= len(f.buttons) {
		return
	}
	b := f.buttons[i]
	if b.name != "" {
		f.Fields.Set(b.name, b.value)
	}
	if b.action != "" {
		f.Action = b.action
	}
	if b.method != "" {
		f.Method = b.method
	}
}

// offers reports whether a button of the form, or an option, stands for the choice.
func (f *PageForm) offers(what choice) bool {
	return f != nil && slices.ContainsFunc(slices.Concat(f.buttons, f.picks), func(b button) bool { return what.in(b.label) })
}

// readPage reads every form, button and link of a page; other documents have none.
func readPage(e *wire.Exchange) *sheet {
	p := &sheet{of: map[*html.Node]*PageForm{}}
	doc := parsed(e)
	if doc == nil {
		return p
	}
	labels := map[string]string{} // by the control that they label
	for n := range doc.Descendants() {
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "form":
			p.of[n] = newForm(n, e)
			p.forms = append(p.forms, p.of[n])
		case n.Data == "label" && attr(n, "for") != "":
			labels[attr(n, "for")] = text(n)
		}
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "a":
			p.link(n, e)
		case "meta":
			if m := refreshing.FindStringSubmatch(attr(n, "content")); m != nil && strings.EqualFold(attr(n, "http-equiv"), "refresh") {
				p.refresh, _ = e.Resolve(m[1])
			}
		case "input", "button", "textarea", "select":
			p.control(n, labels)
		}
	}
	return p
}

func newForm(n *html.Node, e *wire.Exchange) *PageForm {
	f := &PageForm{Method: strings.ToUpper(attr(n, "method")), Fields: url.Values{}, page: e, id: attr(n, "id")}
	if f.Method == "" {
		f.Method = http.MethodGet
	}
	f.Action, _ = e.Resolve(attr(n, "action"))
	return f
}

func (p *sheet) link(n *html.Node, e *wire.Exchange) {
	words, to := text(n), attr(n, "href")
	works := to != "" && !strings.HasPrefix(to, "#") && !strings.HasPrefix(strings.ToLower(to), "javascript:")
	where, _ := e.Resolve(to)
	switch {
	case deny.in(words) && leaving.MatchString(words): // "Don't have an account?"
	case deny.in(words) && works && p.no == "":
		p.no = where
	case deny.in(words) && !works:
		p.scripted = words
	case allow.in(words) && works && attr(n, "role") == "button" && p.yes == "":
		p.yes = where
	case allow.in(words) && works && p.plain == "" && !leaving.MatchString(words):
		p.plain = where
	}
}

// owner returns the form of a control: the one that it names, or the one around it.
func (p *sheet) owner(n *html.Node) *PageForm {
	if id, there := lookup(n, "form"); there {
		if i := slices.IndexFunc(p.forms, func(f *PageForm) bool { return f.id == id }); i >= 0 {
			return p.forms[i]
		}
		return nil
	}
	for up := n.Parent; up != nil; up = up.Parent {
		if up.Type == html.ElementNode && up.Data == "form" {
			return p.of[up]
		}
	}
	return nil
}

func (p *sheet) control(n *html.Node, labels map[string]string) {
	kind := strings.ToLower(attr(n, "type"))
	name, value := attr(n, "name"), attr(n, "value")
	words := strings.Join([]string{value, text(n), attr(n, "aria-label"), attr(n, "title"), labels[attr(n, "id")]}, " ")
	if has(n, "disabled") {
		return
	}
	f := p.owner(n)
	pressed := n.Data == "button" || n.Data == "input" && (kind == "submit" || kind == "image" || kind == "button" || kind == "reset")
	switch {
	case pressed && (f == nil || kind == "button" || kind == "reset"):
		if deny.in(words + " " + name) {
			p.scripted = strings.Join(strings.Fields(words), " ")
		}
	case f == nil:
	case pressed:
		b := button{name: name, value: value, label: words + " " + name, method: strings.ToUpper(attr(n, "formmethod"))}
		if to, there := lookup(n, "formaction"); there {
			b.action, _ = f.page.Resolve(to)
		}
		f.buttons = append(f.buttons, b)
	case name != "":
		f.field(n, kind, name, value, words)
	}
}

// field adds an input that has a name.
func (f *PageForm) field(n *html.Node, kind, name, value, words string) {
	checked := has(n, "checked") || has(n, "required")
	switch {
	case n.Data == "textarea":
		f.Fields.Add(name, text(n))
	case n.Data == "select":
		if list := answers(n, name); list != nil {
			f.picks = append(f.picks, list...)
			return
		}
		f.Fields.Add(name, chosen(n))
	case kind == "password", strings.Contains(strings.ToLower(name), "passw") && kind != "hidden":
		f.password = name
	case kind == "checkbox":
		f.boxes = append(f.boxes, button{name: name, value: orOn(n), label: words, checked: checked})
	case kind == "radio":
		f.picks = append(f.picks, button{name: name, value: orOn(n), label: words, checked: checked})
	case kind == "hidden", kind == "file":
		f.Fields.Add(name, value)
	case f.text == "" && (kind == "" || kind == "text" || kind == "email") && !has(n, "readonly"):
		f.text = name
		f.naming = kind == "email" || naming.MatchString(strings.Join([]string{name, attr(n, "id"), attr(n, "autocomplete"),
			attr(n, "placeholder"), words}, " "))
	default:
		f.Fields.Add(name, value)
	}
}

// orOn returns the value of a check box: "on" by default.
func orOn(n *html.Node) string {
	if value, there := lookup(n, "value"); there {
		return value
	}
	return "on"
}

// answers returns the options of a list in which a person allows or denies; nil if it is another list.
func answers(n *html.Node, name string) []button {
	var list []button
	for o := range n.Descendants() {
		if o.Type == html.ElementNode && o.Data == "option" {
			value, there := lookup(o, "value")
			if !there {
				value = text(o)
			}
			list = append(list, button{name: name, value: value, label: text(o), checked: has(o, "selected")})
		}
	}
	for _, c := range []choice{allow, deny} {
		if !slices.ContainsFunc(list, func(b button) bool { return c.in(b.label) }) {
			return nil
		}
	}
	return list
}

func chosen(n *html.Node) string {
	first, found := "", false
	for o := range n.Descendants() {
		if o.Type != html.ElementNode || o.Data != "option" {
			continue
		}
		value, there := lookup(o, "value")
		if !there {
			value = text(o)
		}
		if has(o, "selected") {
			return value
		}
		if !found {
			first, found = value, true
		}
	}
	return first
}
