package loginpage

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/authconform/authconform/harness/browser"
)

// ErrNone says that the page does not have the requested element: no "keep me logged in" box, no such choice.
var ErrNone = errors.New("the login page shows no such thing")

// A Login is one visit to the login page.
type Login struct {
	page  *browser.Page
	start string // the page's own address, once known
	from  int    // navigations and requests of the tab before this visit
	since int
}

// Open opens an authorization URL. A redirect to its redirect_uri is caught: its URL is recorded, but its code is not spent
// by the app that would be loaded there.
func Open(ctx context.Context, page *browser.Page, authorizeURL string) (*Login, error) {
	if match, ok := redirectMatch(authorizeURL); ok {
		if err := page.Catch(ctx, match); err != nil {
			return nil, err
		}
	}
	l := &Login{page: page, from: len(page.Navigations()), since: len(page.Requests())}
	return l, page.Open(ctx, authorizeURL)
}

// On takes over a tab in which an app has opened the login page. Nothing is caught: the browser returns to the app.
func On(page *browser.Page) *Login {
	l := &Login{page: page}
	if all := page.Navigations(); len(all) > 0 {
		l.from, l.start = len(all), all[len(all)-1].URL
	}
	return l
}

// redirectMatch matches the documents at redirect_uri with any query. It compares the parts of the URLs, because the browser
// normalises their text.
func redirectMatch(authorizeURL string) (func(string) bool, bool) {
	u, err := url.Parse(authorizeURL)
	if err != nil {
		return nil, false
	}
	to, err := url.Parse(strings.TrimSpace(u.Query().Get("redirect_uri")))
	if err != nil || (to.Scheme != "http" && to.Scheme != "https") || to.Host == "" {
		return nil, false
	}
	place := placeOf(to)
	return func(visited string) bool {
		v, err := url.Parse(visited)
		return err == nil && visited != authorizeURL && placeOf(v) == place
	}, true
}

func placeOf(u *url.URL) string {
	host := strings.TrimSuffix(strings.ToLower(u.Host), map[string]string{"http": ":80", "https": ":443"}[u.Scheme])
	return u.Scheme + "://" + host + "/" + strings.TrimPrefix(u.JoinPath().Path, "/")
}

// Fill types user name and password into the form; the user name is skipped if the page already knows it (a picked user).
// If the page asks who is logging in, "Other login options" is chosen first.
func (l *Login) Fill(ctx context.Context, username, password string) error {
	state, err := l.State(ctx)
	if err == nil && state.Kind == PickPerson {
		state, err = l.ChooseOther(ctx)
	}
	if err != nil {
		return err
	}
	if state.Kind != Form && (state.Kind != StepError || state.Step != Form) {
		return fmt.Errorf("no form for a name and a password: the login page shows %s", state)
	}
	named, err := l.page.Visible(ctx, NameField)
	if err != nil {
		return err
	}
	if named {
		if err := l.page.Type(ctx, NameField, username); err != nil {
			return err
		}
	}
	return l.page.Type(ctx, PasswordField, password)
}

// submits matches the page's main button in all generations, which is also "Start over".
const submits = ".action > ha-button:last-of-type, .action > mwc-button:last-of-type, .action > button:last-of-type"

// Submit presses the page's main button and waits for the home's answer. If the page itself does not send the form, for
// lack of a required field, the form stays, with Hints.
func (l *Login) Submit(ctx context.Context) (State, error) {
	return l.answered(ctx, func() error { return l.page.Press(ctx, submits) })
}

// SubmitByKey is Submit by the Enter key in the field that has the focus.
func (l *Login) SubmitByKey(ctx context.Context) (State, error) {
	return l.answered(ctx, func() error { return l.page.Key(ctx, "Enter") })
}

// twoFrames gives the page time to react to a press: to send its request, or to show its hints.
const twoFrames = `() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`

func (l *Login) answered(ctx context.Context, act func() error) (State, error) {
	if err := act(); err != nil {
		return State{}, err
	}
	// A page that leaves at once cannot answer, but State sees the navigation.
	if _, err := browser.Eval[bool](ctx, l.page, twoFrames); err != nil && ctx.Err() != nil {
		return State{}, err
	}
	return l.State(ctx)
}

// SignIn fills and submits the form.
func (l *Login) SignIn(ctx context.Context, username, password string) (State, error) {
	if err := l.Fill(ctx, username, password); err != nil {
		return State{}, err
	}
	return l.Submit(ctx)
}

// SubmitCode types a one-time code and submits it.
func (l *Login) SubmitCode(ctx context.Context, code string) (State, error) {
	if err := l.page.Type(ctx, CodeField, code); err != nil {
		return State{}, err
	}
	return l.Submit(ctx)
}

// box matches "Keep me logged in", which only the home's own client sees, and not with a second factor.
const box = "ha-auth-flow input[type=checkbox], .space-between ha-checkbox input[type=checkbox], " +
	"ha-formfield.store-token input[type=checkbox], ha-checkbox input, input[type=checkbox]"

// Keep ticks or unticks "Keep me logged in". The error is ErrNone if the page does not offer it.
func (l *Login) Keep(ctx context.Context, keep bool) error {
	ticked, err := l.Kept(ctx)
	if err != nil || ticked == keep {
		return err
	}
	if err := l.page.Press(ctx, box); err != nil {
		return err
	}
	return l.page.Until(ctx, "the box to change", func(ctx context.Context) (bool, error) {
		ticked, err := l.Kept(ctx)
		return ticked == keep, err
	})
}

// Kept reports whether "Keep me logged in" is ticked.
func (l *Login) Kept(ctx context.Context) (bool, error) {
	ticked, err := browser.Eval[*bool](ctx, l.page, `(deep, css) => deep.one(css)?.checked ?? null`, box)
	if err == nil && ticked == nil {
		err = fmt.Errorf("%w: no \"keep me logged in\"", ErrNone)
	}
	return ticked != nil && *ticked, err
}

// Banner reads what the page says about a foreign client, such as "You're about to give https://app.example/ access to
// your Home Assistant instance." It is empty if the page says nothing.
func (l *Login) Banner(ctx context.Context) (string, error) {
	return browser.Eval[string](ctx, l.page, `(deep) => deep.all("ha-alert, p, .banner")
		.filter((el) => el.matches(".banner, ha-authorize > ha-alert") || el.getRootNode().host?.matches("ha-authorize"))
		.filter((el) => el.getAttribute("alert-type") !== "error" && deep.shown(el)).map(deep.text).join(" ")`)
}

// Names waits until the page names something of a foreign client: the text may appear after the form, with a language
// file. It reports false if it does not appear.
func (l *Login) Names(ctx context.Context, word string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, WordsLimit)
	defer cancel()
	err := l.page.Until(ctx, "the page to name "+word, func(ctx context.Context) (bool, error) {
		banner, err := l.Banner(ctx)
		return strings.Contains(banner, word), err
	})
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil {
		return false, nil
	}
	return err == nil, err
}

// WordsLimit is how long the page's text may take to appear after its form.
const WordsLimit = 5 * time.Second

// Choose presses the choice with exactly this label: a user, a second factor, another provider.
func (l *Login) Choose(ctx context.Context, label string) (State, error) {
	state, err := l.State(ctx)
	if err != nil {
		return State{}, err
	}
	for _, known := range append(state.Choices, state.Others...) {
		if known == label {
			return l.answered(ctx, func() error { return l.choose(ctx, label) })
		}
	}
	return State{}, fmt.Errorf("%w: no choice %q; it shows %s", ErrNone, label, state)
}

// choose knows four forms of a choice: a select's option, a labelled radio button (until 2026.3), and elements with the label.
func (l *Login) choose(ctx context.Context, label string) error {
	done, err := browser.Eval[bool](ctx, l.page, `(deep, label) => {
		for (const select of deep.all("select").filter((el) => deep.shown(el)))
			for (const option of select.options) if (option.textContent.trim() === label) {
				select.value = option.value;
				for (const kind of ["input", "change"]) select.dispatchEvent(new Event(kind, { bubbles: true, composed: true }));
				return true;
			}
		for (const radio of deep.all("input[type=radio]")) if (radio.ariaLabel === label) { radio.click(); return true }
		return false;
	}`, label)
	if err != nil || done {
		return err
	}
	return l.page.PressText(
		ctx,
		".persons .person p, ha-radio-option, ha-formfield, mwc-formfield, ha-list-item, mwc-list-item, paper-item, "+
			".providers button, label.choice, [role=radio]",
		label,
	)
}

// ChooseOther switches from the user picker to the plain form ("Other login options").
func (l *Login) ChooseOther(ctx context.Context) (State, error) {
	return l.answered(ctx, func() error { return l.page.Press(ctx, "ha-local-auth-flow .action button") })
}
