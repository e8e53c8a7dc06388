package person

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"

	"github.com/authconform/authconform/harness/wire"
)

var (
	allow = regexp.MustCompile(`(?i)\b(allow|accept|approve|authori[sz]e|grant|continue|confirm|yes)\b`)
	deny  = regexp.MustCompile(`(?i)\b(deny|cancel|reject|decline|abort|no)\b`)
)

const mostPages = 12 // redirects and forms of one authorization

// fillForms walks through pages that are plain HTML forms, without a browser.
func (who *Person) fillForms(ctx context.Context, w Walk) (r Trail) {
	choice, v := allow, NewVisitor(who.Wire)
	if w.Refuse {
		choice = deny
	}
	e := v.Open(ctx, w.From)
	for range mostPages {
		r.Last = e
		if to := e.Header.Get("Location"); e.Status >= 300 && e.Status < 400 && to != "" {
			where, err := e.Resolve(to)
			if err != nil {
				return r
			}
			r.Went = append(r.Went, where)
			if w.Ends(where) {
				r.End = where
				return r
			}
			e = v.Open(ctx, where)
			continue
		}
		form, no := formOf(e), linkOf(e, deny)
		r.Offered = r.Offered || no != "" || form.offers(deny)
		switch {
		case w.Refuse && no != "" && !form.offers(deny):
			e = v.Open(ctx, no)
		case form == nil, form.password == "" && !form.offers(choice) && (w.Refuse || len(form.buttons) > 1):
			return r // nothing on the page is what the person wants
		default:
			e = v.Submit(ctx, form.filled(who.Account.Username, who.Account.Password, choice))
		}
		r.Asked = true
	}
	r.Last = e
	return r
}

// Visitor is a browser without scripts: it keeps cookies by name and opens what it is told to.
type Visitor struct {
	wire    *wire.Client
	cookies map[string]string
}

// NewVisitor is one without cookies.
func NewVisitor(w *wire.Client) *Visitor { return &Visitor{wire: w, cookies: map[string]string{}} }

// Open opens a URL.
func (v *Visitor) Open(ctx context.Context, at string) *wire.Exchange {
	return v.send(ctx, wire.Request{Method: http.MethodGet, URL: at, Header: http.Header{"Accept": {"text/html"}}})
}

// Submit posts a form, or gets it.
func (v *Visitor) Submit(ctx context.Context, f *PageForm) *wire.Exchange {
	if f.Method == http.MethodGet {
		u, err := url.Parse(f.Action)
		if err != nil {
			return &wire.Exchange{Err: err}
		}
		u.RawQuery = f.Fields.Encode()
		return v.Open(ctx, u.String())
	}
	return v.send(ctx, wire.Request{Method: http.MethodPost, URL: f.Action, Body: f.Fields.Encode(), Header: http.Header{
		"Accept": {"text/html"}, "Content-Type": {"application/x-www-form-urlencoded"},
	}})
}

func (v *Visitor) send(ctx context.Context, r wire.Request) *wire.Exchange {
	var parts []string
	for name, value := range v.cookies {
		parts = append(parts, name+"="+value)
	}
	if len(parts) > 0 {
		r.Header.Set("Cookie", strings.Join(parts, "; "))
	}
	e := v.wire.Do(ctx, r)
	for _, c := range (&http.Response{Header: e.Header}).Cookies() {
		if c.MaxAge < 0 || c.Value == "" {
			delete(v.cookies, c.Name)
		} else {
			v.cookies[c.Name] = c.Value
		}
	}
	return e
}

// PageForm is a form of a page, with what it would send.
type PageForm struct {
	Method, Action string
	Fields         url.Values
	text, password string // names of the inputs for a user name and a password
	buttons        []button
}

type button struct{ name, value, label string }

// FormOf is the form of a page that a person would fill in: the first with a password, else the first with a button.
func FormOf(e *wire.Exchange) *PageForm { return formOf(e) }

func formOf(e *wire.Exchange) *PageForm {
	if e.MediaType() != "text/html" {
		return nil
	}
	doc, err := html.Parse(strings.NewReader(e.Body))
	if err != nil {
		return nil
	}
	var first, login *PageForm
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" {
			continue
		}
		f := read(n, e)
		switch {
		case f.password != "" && login == nil:
			login = f
		case len(f.buttons) > 0 && (first == nil || len(f.buttons) > len(first.buttons)):
			first = f
		}
	}
	if login != nil {
		return login
	}
	return first
}

func read(n *html.Node, e *wire.Exchange) *PageForm {
	f := &PageForm{Method: strings.ToUpper(attr(n, "method")), Fields: url.Values{}}
	if f.Method == "" {
		f.Method = http.MethodGet
	}
	f.Action, _ = e.Resolve(attr(n, "action"))
	for c := range n.Descendants() {
		if c.Type != html.ElementNode {
			continue
		}
		name, value, kind := attr(c, "name"), attr(c, "value"), strings.ToLower(attr(c, "type"))
		switch {
		case c.Data == "button" && kind != "button" && kind != "reset", c.Data == "input" && (kind == "submit" || kind == "image"):
			f.buttons = append(f.buttons, button{name, value, value + " " + text(c)})
		case c.Data != "input" || name == "":
		case kind == "password", strings.Contains(strings.ToLower(name), "passw") && kind != "hidden":
			f.password = name
		case kind == "checkbox" || kind == "radio":
			if has(c, "checked") || has(c, "required") {
				f.Fields.Add(name, value)
			}
		case kind == "hidden":
			f.Fields.Add(name, value)
		case kind == "" || kind == "text" || kind == "email":
			if f.text == "" {
				f.text = name
			} else {
				f.Fields.Add(name, value)
			}
		}
	}
	return f
}

// filled is the form as a person sends it: name and password where it asks for them, and the button of the choice.
func (f *PageForm) filled(username, password string, choice *regexp.Regexp) *PageForm {
	if f.password != "" {
		f.Fields.Set(f.password, password)
		if f.text != "" {
			f.Fields.Set(f.text, username)
		}
		choice = nil
	}
	for i, b := range f.buttons {
		if choice == nil && i == 0 || choice != nil && choice.MatchString(b.label) {
			if b.name != "" {
				f.Fields.Set(b.name, b.value)
			}
			break
		}
	}
	return f
}

// offers tells whether a button of the form is of the choice.
func (f *PageForm) offers(choice *regexp.Regexp) bool {
	if f == nil {
		return false
	}
	for _, b := range f.buttons {
		if choice.MatchString(b.label) {
			return true
		}
	}
	return false
}

// linkOf is where a link of a page leads whose text is of the choice; "" where there is none.
func linkOf(e *wire.Exchange, choice *regexp.Regexp) string {
	doc, err := html.Parse(strings.NewReader(e.Body))
	if e.MediaType() != "text/html" || err != nil {
		return ""
	}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "a" && choice.MatchString(text(n)) {
			to, _ := e.Resolve(attr(n, "href"))
			return to
		}
	}
	return ""
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
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

// Login reports whether the form asks for a password.
func (f *PageForm) Login() bool { return f.password != "" }

// Filled is the form as a person sends it who logs in, or allows.
func (f *PageForm) Filled(username, password string) *PageForm {
	return f.filled(username, password, allow)
}
