package server

import (
	"net/http"
	"net/url"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

// unknown is a code, and unknownToken a token, that nobody was ever given.
const (
	unknown      = "0123456789abcdef0123456789abcdef"
	unknownToken = "0123456789abcdef"
)

// vector is a value to try, with its name.
type vector struct{ name, value string }

func named(v vector) string { return v.name }

// attempt is the good token request with changes.
type attempt struct {
	name    string
	changes []oauth.Change
}

func called(a attempt) string { return a.name }

func changes(list ...oauth.Change) []oauth.Change { return list }

// foreign are token requests by others than the default client: by the second one, and by those that the profile says are
// clients too, relative to the default client's id.
func foreign(ctx Ctx, clients oauth.Clients) []attempt {
	list := []attempt{{clients.Other().ID, clients.Other().Redeems()}}
	for _, ref := range Inputs(ctx, "foreign-clients") {
		id := resolve(clients.Default().ID, ref)
		list = append(list, attempt{id, changes(oauth.Set("client_id", id))})
	}
	return list
}

// resolve is a reference as it stands at a URL; at what is none it stays as it is.
func resolve(base, ref string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ref
	}
	to, err := u.Parse(ref)
	if err != nil {
		return ref
	}
	return to.String()
}

// exchange redeems a code with changes.
func exchange(ctx Ctx, server oauth.Server, list ...oauth.Change) *wire.Exchange {
	return liveCode(server).Spend(ctx, func(ctx Ctx, code string) *wire.Exchange { return server.Exchange(ctx, code, list...) })
}

// liveCode is how codes of the default client are got and redeemed.
func liveCode(server oauth.Server) LiveCode {
	codes := LiveCode{Code: func(ctx Ctx) string { return oauth.Code(ctx, server, "") }, Redeem: server.Exchange}
	if spares, ok := server.(oauth.Spares); ok {
		codes.Spare = spares.SpareCode
	}
	return codes
}

// refuses holds a refusal of every attempt, each with a live code.
func refuses(ctx Ctx, server oauth.Server, refusal Expectation, list ...attempt) {
	var names []string
	var how [][]oauth.Change
	for _, a := range list {
		names, how = append(names, a.name), append(how, a.changes)
	}
	liveCode(server).Refuses(ctx, refusal, names, how)
}

// works holds a fresh code that is redeemed as it should be: the control of most refusals.
func works(ctx Ctx, server oauth.Server) {
	Lately(ctx, server, "a code is redeemed", func() { liveCode(server).Works(ctx) })
}

// renewed refreshes a session, which is a control, and is the session after it: the refresh token may have rotated.
func renewed(ctx Ctx, server oauth.TokenEndpoint, session oauth.Tokens) oauth.Tokens {
	answer := server.Renew(ctx, session.Refresh)
	Control(ctx, answer).To(IssueTokens())
	return newest(answer, session)
}

// newest is a session after the answer to its refresh: where no refresh token comes, the old one is kept (RFC 6749 §6).
func newest(answer *wire.Exchange, session oauth.Tokens) oauth.Tokens {
	fresh, _ := oauth.Read(answer, session.ClientID) // what is no token answer has none
	if fresh.Refresh == "" {
		fresh.Refresh = session.Refresh
	}
	return fresh
}

// bearer is the Authorization header of a token.
func bearer(token string) string { return "Bearer " + token }

// opens tells whether an access token opens the resource.
func opens(ctx Ctx, api oauth.Resource, token string) bool {
	return api.Fetch(ctx, bearer(token)).Status == http.StatusOK
}

// grants tells whether an answer holds an access token, whatever its status is.
func grants(e *wire.Exchange) bool { return oauth.Granted(e, "").Access != "" }
