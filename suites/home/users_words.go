package home

import (
	"errors"
	"unicode"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

// The commands of user management.
const (
	listUsers    = "config/auth/list"
	createUser   = "config/auth/create"
	updateUser   = "config/auth/update"
	deleteUser   = "config/auth/delete"
	createLogin  = "config/auth_provider/homeassistant/create"
	deleteLogin  = "config/auth_provider/homeassistant/delete"
	changeOwn    = "config/auth_provider/homeassistant/change_password"
	setPassword  = "config/auth_provider/homeassistant/admin_change_password"
	setUsername  = "config/auth_provider/homeassistant/admin_change_username"
	ownUser      = "auth/current_user"
	unauthorized = "unauthorized"

	unknownCommand = "unknown_command"
)

// outcomeOf returns the error code of a command's answer: "" if it worked, "no answer" if the socket was closed instead.
func outcomeOf(ctx Ctx, err error) string {
	var refused *home.CommandError
	switch {
	case errors.Is(err, home.ErrSilent):
		judge.Block(ctx, "%v", err) // the home may only be slow
	case err == nil:
		return ""
	case errors.As(err, &refused):
		return refused.Code
	}
	return "no answer"
}

// works runs a command that must work: the control of refused commands.
func works(ctx Ctx, s *home.Socket, command string, fields map[string]any, out any) {
	if err := s.Call(ctx, command, fields, out); err != nil {
		judge.Block(ctx, "%s: %v", command, err)
	}
}

// refuses judges that a command is refused with an error code and the socket still answers.
func refuses(ctx Ctx, s *home.Socket, command string, fields map[string]any) {
	code := outcomeOf(ctx, s.Call(ctx, command, fields, nil))
	judge.Expect(ctx, code != "" && code != "no answer").To(Be("refused with an error", true))
}

// ownerSocket returns a socket of the run's account, if that is the owner.
func ownerSocket(ctx Ctx) *home.Socket {
	socket := home.From(ctx).Admin(ctx)
	var me struct {
		Owner bool `json:"is_owner"`
	}
	works(ctx, socket, ownUser, nil, &me)
	if !me.Owner {
		judge.Lacks(ctx, "admin", "the user is not the owner; set --user to the owner")
	}
	return socket
}

// entry is a user in the answer of config/auth/list.
type entry struct {
	ID, Name string
	Username *string
	Owner    bool     `json:"is_owner"`
	Active   bool     `json:"is_active"`
	System   bool     `json:"system_generated"`
	Groups   []string `json:"group_ids"`
}

func userEntries(ctx Ctx) []entry {
	var list []entry
	works(ctx, home.From(ctx).Admin(ctx), listUsers, nil, &list)
	return list
}

// userEntry returns a user's entry in the list. Its presence is a control.
func userEntry(ctx Ctx, id string) entry {
	for _, e := range userEntries(ctx) {
		if e.ID == id {
			return e
		}
	}
	judge.Block(ctx, "config/auth/list has no user %s", id)
	return entry{}
}

// systemUser returns a user that the home created for itself.
func systemUser(ctx Ctx) entry {
	for _, e := range userEntries(ctx) {
		if e.System {
			return e
		}
	}
	judge.NotApplicable(ctx, "config/auth/list has no user with system_generated true")
	return entry{}
}

// isAdmin reports whether a socket's user has admin rights.
func isAdmin(ctx Ctx, s *home.Socket) bool {
	var me struct {
		Admin bool `json:"is_admin"`
	}
	works(ctx, s, ownUser, nil, &me)
	return me.Admin
}

// logsIn tries a name and a password in a new flow.
func logsIn(ctx Ctx, username, password string) *home.Step {
	h := home.From(ctx)
	judge.Secret(ctx, "password", password)
	begun := h.Begin(ctx, home.Login{})
	judge.Control(ctx, begun).To(OpenForm())
	return try(ctx, begun.FlowID, username, password)
}

// lives judges that a session works in every way: its refresh token, its access token, its socket.
func lives(ctx Ctx, tokens oauth.Tokens, socket *home.Socket) {
	h := home.From(ctx)
	judge.Expect(ctx, h.API(ctx, tokens.Access, "/api/")).To(HaveStatus(200))
	judge.Expect(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
	judge.Expect(ctx, outcomeOf(ctx, socket.Call(ctx, "ping", nil, nil))).To(Be("error of a ping", ""))
}

// nearMiss is a secret with one change that a careless comparison overlooks.
type nearMiss struct{ name, value string }

func (m nearMiss) called() string { return m.name }

// nearMisses returns near misses of a secret: a letter in the other case, a character more or less, surrounding blanks.
func nearMisses(secret string) []nearMiss {
	list := []nearMiss{
		{"one character more", secret + "x"}, {"one character less", secret[:len(secret)-1]}, {"first character cut", secret[1:]},
		{"a blank before it", " " + secret}, {"a blank after it", secret + " "}, {"a line end after it", secret + "\n"},
	}
	letters := []rune(secret)
	for i, r := range letters {
		if other := otherCase(r); other != r {
			changed := append([]rune{}, letters...)
			changed[i] = other
			return append(list, nearMiss{"one letter in the other case", string(changed)})
		}
	}
	return list
}

func otherCase(r rune) rune {
	if unicode.IsUpper(r) {
		return unicode.ToLower(r)
	}
	return unicode.ToUpper(r)
}
