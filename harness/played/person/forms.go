package person

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/authconform/authconform/harness/wire"
)

const mostPages = 12 // redirects and forms of one authorization

// fillForms walks through plain HTML forms, without a browser. Who refuses does so on the first page that lets them. If that was a
// login, and cancelling it led to no end, they log in and refuse on the page that asks for consent.
func (who *Person) fillForms(ctx context.Context, w Walk) Trail {
	r := who.fill(ctx, w, true)
	if r.cancelled != "" && r.End == "" && originOf(r.Last) == r.cancelled {
		if again := who.fill(ctx, w, false); again.End != "" && again.denied {
			return again
		}
	}
	return r
}

// fill is fillForms once. With early, a person who refuses cancels a login too.
func (who *Person) fill(ctx context.Context, w Walk, early bool) (r Trail) {
	v := NewVisitor(who.Wire)
	e := v.Open(ctx, w.From)
	for range mostPages {
		r.Last = e
		p := readPage(e)
		if where, leads := led(e, p); leads {
			if where == "" || r.went(w, where) {
				return r
			}
			e = v.Open(ctx, where)
			continue
		}
		if isFrontend(e) {
			who.atHome(ctx, v, e, w, &r)
			return r
		}
		r.Offered = r.Offered || p.offers(deny)
		r.Password = r.Password || p.login() != nil
		refuse := w.Refuse && p.decides(early)
		form, link := p.next(refuse)
		if refuse && !p.decides(false) {
			r.cancelled = originOf(e)
		}
		switch {
		case link != "":
			r.Asked, r.denied = true, r.denied || refuse
			if w.Ends(link) && r.went(w, link) {
				return r
			}
			e = v.Open(ctx, link)
		case form != nil:
			r.Asked, r.denied = true, r.denied || refuse && form.offers(deny)
			e = v.Submit(ctx, form.filled(who.Account.Username, who.Account.Password, refuse))
		case refuse && p.scripted != "":
			r.err = fmt.Errorf("%w: a form is not enough for %q", errScripts, p.scripted)
			return r
		default:
			return r // nothing on the page is what the person wants
		}
	}
	r.Last = e
	return r
}

// went notes where the person is sent, and reports whether the walk ends there.
func (t *Trail) went(w Walk, where string) bool {
	if t.Went = append(t.Went, where); w.Ends(where) {
		t.End = where
	}
	return t.End != ""
}

// led returns where an answer leads by itself: by its Location, or by a refresh of a page without forms (RFC 6749 §1.7 allows any
// way of redirecting). A page that refuses is left as it is. "" is an address that cannot be read.
func led(e *wire.Exchange, p *sheet) (where string, leads bool) {
	if to := e.Header.Get("Location"); e.Status >= 300 && e.Status < 400 && to != "" {
		where, _ = e.Resolve(to)
		return where, true
	}
	return p.refresh, p.refresh != "" && len(p.forms) == 0 && e.Status < 300
}

var errScripts = errors.New("denying needs a script: go through the pages in a browser with --steps auto")

// decides reports whether a person who refuses says so on the page: on a login only early, unless it grants access too.
func (p *sheet) decides(early bool) bool {
	login := p.login()
	if login == nil && p.saying(allow) == nil {
		login = p.named()
	}
	return early || login == nil || slices.ContainsFunc(login.buttons, func(b button) bool { return granting.MatchString(b.label) })
}

// next returns the form that a person would fill in, or the link that they would follow; nil and "" if there is neither.
func (p *sheet) next(refuse bool) (form *PageForm, link string) {
	if refuse {
		if form := p.saying(deny); form != nil {
			return form, ""
		}
		if p.no != "" {
			return nil, p.no
		}
		if p.scripted != "" {
			return nil, ""
		}
	}
	if form := p.login(); form != nil {
		return form, ""
	}
	if form := p.named(); form != nil && (refuse || p.saying(allow) == nil) {
		return form, ""
	}
	if refuse {
		return nil, ""
	}
	if form := p.saying(allow); form != nil {
		return form, ""
	}
	if p.yes != "" {
		return nil, p.yes
	}
	if p.plain != "" && p.offers(deny) {
		return nil, p.plain
	}
	return p.only(), ""
}

// login returns the form that asks for a password.
func (p *sheet) login() *PageForm {
	for _, f := range p.forms {
		if f.password != "" {
			return f
		}
	}
	return nil
}

// named returns a form that asks for a user name only.
func (p *sheet) named() *PageForm {
	for _, f := range p.forms {
		if f.Login() {
			return f
		}
	}
	return nil
}

// saying returns a form with a button, or a choice, with these words.
func (p *sheet) saying(what choice) *PageForm {
	for _, f := range p.forms {
		if f.offers(what) {
			return f
		}
	}
	return nil
}

// only returns the form of a page with a single control to press.
func (p *sheet) only() *PageForm {
	var found *PageForm
	for _, f := range p.forms {
		if len(f.buttons) > 1 || found != nil && len(f.buttons) > 0 {
			return nil
		}
		if len(f.buttons) == 1 {
			found = f
		}
	}
	return found
}

// FormOf is the form of a page that a user fills in to log in and allow access.
func FormOf(e *wire.Exchange) *PageForm {
	form, _ := readPage(e).next(false)
	return form
}
