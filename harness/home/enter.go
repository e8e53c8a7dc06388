package home

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// stage is how far a login got.
type stage int

const (
	noFlow   stage = iota // no login flow starts
	noCode                // the right password brings no code
	noTokens              // the code brings no token
	inside
)

// entry is one login before the first row.
type entry struct {
	manners Manners
	stage   stage
	tokens  oauth.Tokens
	why     string // it came no further
}

// Enter logs in, keeps the session for housekeeping, and reads what only a user sees: release and rights. A home that lets
// nobody in is judged too, as far as possible: the rows say where the login fails. Its error says that there is no home's login
// or that the credentials are wrong.
func (h *Home) Enter(ctx context.Context) error {
	in, err := h.enter(ctx)
	if p, other := h.listed.byPassword(); err == nil && in.stage == noFlow && other {
		h.Facts.Provider = p
		in, err = h.enter(ctx)
	}
	if err != nil {
		return err
	}
	h.Facts.Manners = in.manners
	if in.stage == noFlow {
		if err := h.noLogin(in); err != nil {
			return err
		}
	}
	h.Facts.identify("", h.release)
	h.Facts.Outside = in.why
	h.Facts.Admin, h.Facts.Testbed = true, true // until it says otherwise
	if in.stage != inside {
		return nil
	}
	h.mu.Lock()
	h.session = in.tokens
	h.owed.keep(in.tokens.Refresh)
	h.mu.Unlock()
	h.Facts.Credulous = h.takes(ctx)
	h.lookAtLogins(ctx)
	return h.look(ctx, in.tokens)
}

// enter tries a login as today's apps do, and then with the additions that a home may demand.
func (h *Home) enter(ctx context.Context) (entry, error) {
	in, err := h.knock(ctx, Manners{})
	if err == nil && in.stage == noFlow {
		in, err = h.insist(ctx, in, Manners{Secure: true}, Manners{Bound: true}, Manners{Bound: true, Secure: true})
	}
	if err == nil && in.stage == noTokens {
		s := in.manners.Secure
		in, err = h.insist(ctx, in, Manners{Redirect: true, Bound: in.manners.Bound, Secure: s}, Manners{Bound: true, Secure: s},
			Manners{Redirect: true, Bound: true, Secure: s})
	}
	return in, err
}

// insist tries manners until one comes further than before; if none does, it keeps the old one.
func (h *Home) insist(ctx context.Context, before entry, list ...Manners) (entry, error) {
	for _, m := range list {
		if in, err := h.knock(ctx, m); err != nil || in.stage > before.stage {
			return in, err
		}
	}
	return before, nil
}

// knock makes one login. The error says that the account is wrong.
func (h *Home) knock(ctx context.Context, m Manners) (entry, error) {
	h.Facts.Manners = m
	in := entry{manners: m}
	begun := h.Begin(ctx, Login{})
	if begun.Type != "form" {
		in.why = fmt.Sprintf("POST /auth/login_flow answers %s, not a form", begun.Exchange)
		return in, nil
	}
	s, err := h.prove(ctx, begun)
	if err != nil {
		return in, err
	}
	if blocked(s) {
		return in, fmt.Errorf("the home does not let %q log in: %s; set --user to a user who may", h.Account.Username, s.Exchange)
	}
	if s.Type != "create_entry" || s.Code == "" {
		in.stage, in.why = noCode, fmt.Sprintf("the right password yields no code: %s", s.Exchange)
		return in, nil
	}
	h.remember(s.Code, Login{}.filled(h))
	e := h.Exchange(ctx, s.Code)
	in.tokens = oauth.Granted(e, h.Client().ID)
	if in.tokens.Access == "" && in.tokens.Refresh != "" {
		e = h.Refresh(ctx, in.tokens)
		in.tokens.Access = oauth.Granted(e, "").Access
	}
	if in.tokens.Access == "" {
		in.stage, in.why = noTokens, fmt.Sprintf("a fresh code yields no access token: %s", e)
		return in, nil
	}
	in.stage = inside
	return in, nil
}

// blocked recognises, by Home Assistant's text, the one refusal after the right password that concerns the user.
func blocked(s *Step) bool {
	return s.Status == http.StatusForbidden && strings.HasPrefix(s.Text("message"), "Login blocked")
}

// prove answers with the password and the second factor. The error says which of them is refused.
func (h *Home) prove(ctx context.Context, begun *Step) (*Step, error) {
	s := h.Password(ctx, begun.FlowID, Login{})
	if s.Type != "form" {
		return s, nil
	}
	if s.StepID == begun.StepID {
		return s, fmt.Errorf("%w of %q%s", ErrCredentials, h.Account.Username, s.reason())
	}
	if h.Account.TOTPSecret == "" {
		return s, ErrSecondFactor
	}
	if s = h.factor(ctx, begun.FlowID, s, Login{}.filled(h)); s.Type == "form" {
		return s, fmt.Errorf("%w%s: %s", ErrFactorCode, s.reason(), h.likely(s.Exchange))
	}
	return s, nil
}

// reason returns a form's error, unless it is the usual word for a wrong password or code.
func (s *Step) reason() string {
	var words []string
	for _, word := range s.Errors {
		if word != "invalid_auth" && word != "invalid_code" && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		return ""
	}
	slices.Sort(words)
	return " (" + strings.Join(words, ", ") + ")"
}

// likely returns the likely cause of a refused code.
func (h *Home) likely(e *wire.Exchange) string {
	theirs, err := http.ParseTime(e.Header.Get("Date"))
	apart := theirs.Sub(h.Clock.Now()).Round(time.Second)
	if err != nil || apart.Abs() <= 15*time.Second {
		return "is AUTHCONFORM_TOTP_SECRET the secret of this user, and do the clocks agree?"
	}
	where := "ahead of"
	if apart < 0 {
		where = "behind"
	}
	return fmt.Sprintf("the target's clock is %s %s ours, and codes depend on the time; synchronise the clocks, or use --clock",
		apart.Abs(), where)
}

// noLogin returns why a target without a login flow is not judged. A target that lists its login providers is a home: the rows
// report its faults.
func (h *Home) noLogin(in entry) error {
	var types []string
	for _, p := range h.listed.providers {
		types = append(types, p.Type)
	}
	switch {
	case types == nil && h.listed.answer.Text("code") == "onboarding_required":
		return ErrNotOnboarded
	case types == nil:
		return fmt.Errorf("%w: GET /auth/providers answers %s, not a list of login providers, and %s", ErrNoHome, h.listed.answer, in.why)
	case !slices.Contains(types, localUsers):
		return fmt.Errorf("authconform logs in with a user name and password, but no login starts at the login providers %q and %q: "+
			"it has %s; add %s to its auth_providers", localUsers, commandLine, strings.Join(types, ", "), localUsers)
	}
	return nil
}

// takes lists the kinds of invented credentials that the home accepts: accepting real ones then proves nothing. It invents a
// client and a password only if the home accepted the other invented ones.
func (h *Home) takes(ctx context.Context) (list []judge.Credulity) {
	if h.API(ctx, "invented", "/api/").Status == http.StatusOK {
		list = append(list, judge.AnyBearer)
	}
	if invented := oauth.Granted(h.Exchange(ctx, "invented"), ""); invented.Access != "" {
		list = append(list, judge.AnyCode)
	}
	if len(list) < 2 {
		return list
	}
	if h.Begin(ctx, Login{ClientID: "invented", RedirectURI: h.Client().Redirect}).Type == "form" {
		list = append(list, judge.AnyClient)
	}
	wrong := h.Account
	wrong.Password += " but wrong"
	begun := h.Begin(ctx, Login{})
	if h.Password(ctx, begun.FlowID, Login{Account: &wrong}).Code != "" {
		list = append(list, judge.AnyPassword)
	}
	return list
}

// look reads what only a user can see.
func (h *Home) look(ctx context.Context, t oauth.Tokens) error {
	var config struct{ Version string }
	if e := h.API(ctx, t.Access, "/api/config"); e.Status == http.StatusOK {
		_ = json.Unmarshal([]byte(e.Body), &config)
	}
	h.Facts.identify(config.Version, h.release)
	h.Facts.Testbed = h.API(ctx, t.Access, "/api/authconform_demo").Status == http.StatusOK
	return judge.Attempt(ctx, func(ctx context.Context) {
		s, err := h.TryDial(ctx)
		if err != nil {
			return // the websocket rows will say so
		}
		defer s.Close()
		f, err := s.Login(ctx, t.Access)
		if err != nil || f.Type() != "auth_ok" {
			return
		}
		if told, _ := f["ha_version"].(string); config.Version == "" {
			h.Facts.identify(told, h.release)
		}
		var user struct {
			Admin bool `json:"is_admin"`
		}
		err = s.Call(ctx, "auth/current_user", nil, &user)
		if refused := new(*CommandError); err == nil || errors.As(err, refused) {
			h.Facts.Admin = user.Admin
		}
	})
}

// OpenSession is the session that Enter opened; workers share it.
func (h *Home) OpenSession() oauth.Tokens {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.session
}
