package person

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

const (
	calm     = 80 * time.Millisecond // a page at rest for so long may be touched
	patience = time.Second           // the walk ends where a page rests this long without a due step
)

// takeSteps walks through the pages in a new page of a browser.
func (who *Person) takeSteps(ctx context.Context, w Walk) (r Trail) {
	page, err := who.NewPage(ctx)
	if err != nil {
		return Trail{err: err}
	}
	defer page.Close()
	p := &pedestrian{who: who, page: page, walk: w}
	r.err = p.start(ctx)
	for r.err == nil && r.End == "" {
		var due *Step
		if r.End, due, r.err = p.look(ctx); due == nil {
			break
		}
		r.Asked = true
		p.taken = append(p.taken, due.Name)
		r.err = p.take(ctx, *due)
	}
	r.Went, r.Last, r.Offered, r.Password = p.went(), p.last(ctx), p.offered, p.password
	if r.End != "" {
		return r
	}
	if r.Why = "no step ever matched"; len(p.taken) > 0 {
		r.Why = "no step matches after " + strings.Join(p.taken, ", ")
	}
	kept := &browser.KeptError{}
	if origin, whole := page.Kept(); whole {
		kept.Origin, r.err = origin, kept
	} else if kept.Origin = origin; origin != "" {
		r.Why += "; " + kept.Error()
	}
	who.Show(ctx, page, "where the walk ends")
	return r
}

// pedestrian is the person during a walk.
type pedestrian struct {
	who   *Person
	page  *browser.Page
	walk  Walk
	taken []string
	acted time.Time // when the last step was taken

	offered, password bool // a page let the person say no; asked for a password
}

func (p *pedestrian) start(ctx context.Context) error {
	for _, s := range p.who.Steps {
		for _, sign := range append(s.signs(), s.acts()...) {
			if _, err := p.page.Visible(ctx, sign); err != nil {
				return fmt.Errorf("%s: %q is not a valid selector: %w", s.Name, sign, err)
			}
		}
	}
	if err := p.page.Catch(ctx, p.walk.Ends); err != nil {
		return err
	}
	return p.page.Open(ctx, p.walk.From)
}

// look waits until the walk has ended, a step is due, or the page rests without a due step.
func (p *pedestrian) look(ctx context.Context) (end string, due *Step, err error) {
	err = p.page.Until(ctx, "a step to match", func(ctx context.Context) (bool, error) {
		if went := p.went(); len(went) > 0 && p.walk.Ends(went[len(went)-1]) {
			end = went[len(went)-1]
			return p.caught(end), nil
		}
		rest := min(p.page.Rest(), time.Since(p.acted))
		if rest < calm {
			return false, nil
		}
		due, err = p.due(ctx)
		return due != nil || rest > patience, err
	})
	return end, due, err
}

// caught reports whether the page has come to rest at the end of the walk. If a page is closed earlier, its last request is still
// sent.
func (p *pedestrian) caught(end string) bool {
	return !strings.HasPrefix(end, "http") || slices.ContainsFunc(p.page.Requests(), func(r browser.Request) bool {
		return r.Main && r.Done && p.walk.Ends(r.URL)
	})
}

const passwordField = "input[type=password]"

// due returns the first step that is due, or nil. It compares all steps with one state of the page, which may change at any
// moment.
func (p *pedestrian) due(ctx context.Context) (*Step, error) {
	signs := []string{passwordField}
	for _, s := range p.who.Steps {
		signs = append(signs, s.signs()...)
	}
	seen, err := p.page.Seen(ctx, signs...)
	if err != nil || len(seen) != len(signs) {
		return nil, err
	}
	shows := map[string]bool{}
	for i, sign := range signs {
		shows[sign] = seen[i]
	}
	p.password = p.password || shows[passwordField]
	var due *Step
	for _, s := range p.who.Steps {
		hidden := slices.ContainsFunc(s.signs(), func(sign string) bool { return !shows[sign] })
		p.offered = p.offered || !hidden && s.When == "deny"
		if due == nil && !hidden && !slices.Contains(p.taken, s.Name) && (s.When == "" || p.walk.Refuse == (s.When == "deny")) {
			due = &s
		}
	}
	return due, nil
}

func (p *pedestrian) take(ctx context.Context, s Step) error {
	defer func() { p.acted = time.Now() }()
	account := p.who.Account
	say := strings.NewReplacer(
		"{username}",
		account.Username,
		"{password}",
		account.Password,
		"{totp}",
		oauth.TOTP(account.TOTPSecret, time.Now()),
	)
	for _, t := range s.Type {
		if err := p.page.Type(ctx, t.Into, say.Replace(t.Text)); err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	if s.Tick != "" {
		if err := p.page.Tick(ctx, s.Tick); err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	if s.Press == "" {
		return nil
	}
	if err := p.page.Press(ctx, s.Press); err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	return nil
}

// went lists the navigations after the page was opened.
func (p *pedestrian) went() []string {
	var all []string
	for _, n := range p.page.Navigations() {
		all = append(all, n.URL)
	}
	return all[min(1, len(all)):]
}

// last returns the answer that sent the page to the end of the walk, or the document that it shows. It records all documents of
// the walk.
func (p *pedestrian) last(ctx context.Context) *wire.Exchange {
	byBrowser := http.Header{"Sec-Fetch-Mode": {"navigate"}} // as Chromium sends it; it adds the rest itself
	last := &wire.Exchange{Request: wire.Request{Method: http.MethodGet, URL: p.walk.From}, Err: errors.New("the browser sent nothing")}
	for _, r := range p.page.Requests() {
		if !r.Main || p.walk.Ends(r.URL) && r.URL != p.walk.From {
			continue
		}
		last = &wire.Exchange{
			Request: wire.Request{Method: r.Method, URL: r.URL, Header: byBrowser},
			Status:  r.Status,
			Header:  r.Header,
			Started: r.At,
		}
		if r.Failed != "" {
			last.Err = fmt.Errorf("the browser says %s", r.Failed)
		}
		wire.Note(ctx, last)
	}
	return last
}
