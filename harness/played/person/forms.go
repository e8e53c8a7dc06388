package person

import (
	"context"
	"errors"
	"fmt"

	"github.com/authconform/authconform/harness/wire"
)

const mostPages = 12 // redirects and forms of one authorization

// fillForms walks through plain HTML forms, without a browser.
func (who *Person) fillForms(ctx context.Context, w Walk) (r Trail) {
	v := NewVisitor(who.Wire)
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
		if isFrontend(e) {
			who.atHome(ctx, v, e, w, &r)
			return r
		}
		p := readPage(e)
		r.Offered = r.Offered || p.offers(deny)
		r.Password = r.Password || p.login() != nil
		form, link := p.next(w.Refuse)
		switch {
		case link != "":
			e = v.Open(ctx, link)
		case form != nil:
			e = v.Submit(ctx, form.filled(who.Account.Username, who.Account.Password, w.Refuse))
		case w.Refuse && p.scripted != "":
			r.err = fmt.Errorf("%w: a form is not enough for %q", errScripts, p.scripted)
			return r
		default:
			return r // nothing on the page is what the person wants
		}
		r.Asked = true
	}
	r.Last = e
	return r
}

var errScripts = errors.New("denying needs a script: go through the pages in a browser with --steps auto")

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
