package server

import (
	"net/http"
	"net/url"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

// unknown is a code, and unknownToken a token, that was never issued.
const (
	unknown      = "0123456789abcdef0123456789abcdef"
	unknownToken = "0123456789abcdef"
)

// vector is a value to try, with its name.
type vector struct{ name, value string }

func named(v vector) string { return v.name }

// attempt is a changed token request.
type attempt struct {
	name    string
	changes []oauth.Change
}

func called(a attempt) string { return a.name }

func changes(list ...oauth.Change) []oauth.Change { return list }

// foreign returns token requests of other clients than the default one: of the second client, and of the ids that the profile
// derives from the default client's.
func foreign(ctx Ctx, clients oauth.Clients) []attempt {
	list := []attempt{{clients.Other().ID, clients.Other().Redeems()}}
	for _, ref := range Inputs(ctx, "foreign-clients") {
		id := resolve(clients.Default().ID, ref)
		list = append(list, attempt{id, changes(oauth.Set("client_id", id))})
	}
	return list
}

// resolve resolves a reference against a URL; an invalid one stays as it is.
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

// liveCode says how to get and redeem codes of the default client.
func liveCode(server oauth.Server) LiveCode {
	codes := LiveCode{Code: func(ctx Ctx) string { return oauth.Code(ctx, server, "") }, Redeem: server.Exchange}
	if spares, ok := server.(oauth.Spares); ok {
		codes.Spare = spares.SpareCode
	}
	return codes
}

// refuses judges that every attempt is refused, each with a live code.
func refuses(ctx Ctx, server oauth.Server, refusal Expectation, list ...attempt) {
	var names []string
	var how [][]oauth.Change
	for _, a := range list {
		names, how = append(names, a.name), append(how, a.changes)
	}
	liveCode(server).Refuses(ctx, refusal, names, how)
}

// works judges that a fresh code can be redeemed: the control of most refusals.
func works(ctx Ctx, server oauth.Server) {
	Lately(ctx, server, "a code is redeemed", func() { liveCode(server).Works(ctx) })
}

// renewed refreshes a session, as a control, and returns the new session: the refresh token may have rotated.
func renewed(ctx Ctx, server oauth.TokenEndpoint, session oauth.Tokens) oauth.Tokens {
	answer := server.Renew(ctx, session.Refresh)
	Control(ctx, answer).To(IssueTokens())
	return newest(answer, session)
}

// rotated refreshes a session and reports whether that replaced its refresh token.
func rotated(ctx Ctx, server oauth.TokenEndpoint, session oauth.Tokens) (fresh oauth.Tokens, replaced bool) {
	fresh = renewed(ctx, server, session)
	if fresh.Refresh == session.Refresh && IsJWT(session.Refresh) {
		NextSecond(ctx)
		fresh = renewed(ctx, server, session)
	}
	return fresh, fresh.Refresh != session.Refresh
}

// newest returns the session after a refresh: without a new refresh token it keeps the old one (RFC 6749 §6).
func newest(answer *wire.Exchange, session oauth.Tokens) oauth.Tokens {
	fresh, _ := oauth.Read(answer, session.ClientID) // any other answer has none
	if fresh.Refresh == "" {
		fresh.Refresh = session.Refresh
	}
	return fresh
}

// bearer returns the Authorization header of a token.
func bearer(token string) string { return "Bearer " + token }

// opens reports whether an access token opens the resource.
func opens(ctx Ctx, api oauth.Resource, token string) bool {
	return api.Fetch(ctx, bearer(token)).Status == http.StatusOK
}

// grants reports whether an answer contains an access token, whatever its status.
func grants(e *wire.Exchange) bool { return oauth.Granted(e, "").Access != "" }
