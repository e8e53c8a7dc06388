package loginpage

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/authconform/authconform/harness/browser"
)

// Kind is a view of the page.
type Kind string

// The views.
const (
	Form       Kind = "form"       // username and password (a person already picked: password only)
	MFA        Kind = "mfa"        // a one-time code
	PickModule Kind = "module"     // which second factor; Choices
	PickPerson Kind = "person"     // 2023.12: "Who is logging in?"; Choices, and ChooseOther for the plain form
	PickUser   Kind = "user"       // trusted networks; Choices, the first one is preset
	StepError  Kind = "step-error" // the form of Step, with the error Text: wrong password, wrong code
	FlowError  Kind = "flow-error" // the flow is over: Text (may be empty, clients.md §1.5) and "Start over"
	Fatal      Kind = "fatal"      // the page refuses to begin; Text
	Redirected Kind = "redirected" // the page sends the browser to Redirect
)

// State is what the page shows once it is idle.
type State struct {
	Kind     Kind
	Step     Kind     // of a StepError: the form that shows it
	Text     string   // of an error: the page's words
	Choices  []string // of a Pick…: the labels
	Hints    []string // words at single fields, such as "Required"
	Others   []string // the other providers under "Or log in with"
	Redirect string   // of a Redirected: the full URL, with the code
}

// Is reports whether the state is one of these.
func (s State) Is(kinds ...Kind) bool {
	for _, kind := range kinds {
		if s.Kind == kind {
			return true
		}
	}
	return false
}

// String is for errors and logs: it omits a redirect's query, which contains the code.
func (s State) String() string {
	bare, _, _ := strings.Cut(s.Redirect, "?")
	return strings.Join(strings.Fields(string(s.Kind)+" "+string(s.Step)+" "+s.Text+" "+strings.Join(s.Choices, ", ")+" "+bare), " ")
}

//go:embed look.js
var lookJS string

type look struct {
	Busy    bool
	Kind    string
	Step    string
	Text    string
	Choices []string
	Hints   []string
	Others  []string
}

// slowPart is how long a part of the page may load before it no longer counts. The page's parts come as separate scripts; but a
// picture that never arrives must not delay a login, and Chromium reports no end of a script that was requested twice (seen with
// the page of 2023.8).
const slowPart = time.Second

// State waits until the page has come to rest, and says what it shows: no request under way, and two frames with the
// same view, for the page draws in steps.
func (l *Login) State(ctx context.Context) (State, error) {
	var state State
	var last string
	err := l.page.Until(ctx, "the login page to settle", func(ctx context.Context) (bool, error) {
		// Look before reading the navigations: the page requests its redirect before it drops its busy mark, so whoever sees it
		// at rest also sees the redirect.
		seen, err := browser.Eval[look](ctx, l.page, lookJS, PasswordField, CodeField)
		if to, ok := l.redirect(); ok {
			state = State{Kind: Redirected, Redirect: to}
			return true, nil
		}
		if err != nil || seen.Busy || seen.Kind == "" || l.pending() {
			last = ""
			return false, err
		}
		state = State{Kind: Kind(seen.Kind), Text: seen.Text, Choices: seen.Choices, Hints: seen.Hints, Others: seen.Others}
		if state.Kind == StepError {
			state.Step = Kind(seen.Step)
		}
		before := last
		last = fmt.Sprintf("%+v", state)
		if before == last {
			return true, nil
		}
		_, err = browser.Eval[bool](ctx, l.page, twoFrames)
		return false, err
	})
	if err != nil {
		return State{}, fmt.Errorf("the login page: %w", err)
	}
	return state, nil
}

// redirect returns the first document since Open that is not the login page itself. A reload counts as the login page.
func (l *Login) redirect() (string, bool) {
	for _, n := range l.page.Navigations()[l.from:] {
		if l.start == "" {
			l.start = n.URL // as the browser writes it
		}
		if n.URL != l.start {
			return n.URL, true
		}
	}
	return "", false
}

// pending reports whether an answer of the flow or a part of the page is still loading.
func (l *Login) pending() bool {
	for _, r := range l.page.Requests()[l.since:] {
		flow := strings.Contains(r.URL, "/auth/") && r.Type == "Fetch" && r.Method != "DELETE"
		if !r.Done && r.Type != "WebSocket" && (flow || time.Since(r.At) < slowPart) {
			return true
		}
	}
	return false
}
