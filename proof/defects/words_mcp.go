package defects

import (
	"slices"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

// Helpers for defects of MCP endpoints.

const (
	mcpPath   = "/api/mcp"
	pathDoc   = "GET /.well-known/oauth-protected-resource/api/mcp"
	mcpAnswer = `{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"x","version":"1"}}}`
)

var (
	mcpPost        = at("POST " + mcpPath)
	mcpAny         = at("* " + mcpPath)
	mcpResourceDoc = at(pathDoc).or(resourceDoc)
)

// message picks MCP requests whose message contains a word.
func message(word string) when {
	return mcpPost.and(func(r mock.Request) bool { return strings.Contains(string(r.Body), word) })
}

func tokenless(r mock.Request) bool { return r.Header.Get("Authorization") == "" }

// challenging changes the challenge of the endpoint's 401.
func challenging(edit func(string) string) change {
	return answers(mcpAny, func(a mock.Answer) mock.Answer {
		return header("WWW-Authenticate", edit(a.Header.Get("WWW-Authenticate")))(a)
	}, 401)
}

// withoutParameter drops a parameter of a challenge.
func withoutParameter(name string) func(string) string {
	return func(challenge string) string {
		scheme, rest, _ := strings.Cut(challenge, " ")
		kept := slices.DeleteFunc(strings.Split(rest, ", "), func(p string) bool { return strings.HasPrefix(p, name+"=") })
		return strings.TrimSpace(scheme + " " + strings.Join(kept, ", "))
	}
}

func elsewhereOrigin(string) bool { return true }

// asLocalhost picks requests that use another of the home's names than its address.
func asLocalhost(r mock.Request) bool { return strings.HasPrefix(r.Host, "localhost") }

// wordsOfHomes are defects of homes in a status or a word that MCP leaves open: MCP only requires that nothing is granted.
var wordsOfHomes = []string{
	"code.replay-word", "code.missing-401", "code.unknown-404", "pkce.word", "pkce.missing-401", "token.client-word", "refresh.dead-401",
	"refresh.empty-404", "refresh.missing-word",
	"pkce.no-s256", // nobody gets in: here every client uses it
	// At another resource of the home.
	"bearer.no-challenge-post", "bearer.no-challenge-delete", "bearer.no-challenge-head",
	"bearer.no-challenge-other-name", "bearer.open-other-name",
}

// atEndpoint are the defects of homes that also matter at an MCP endpoint.
func atEndpoint(list []Defect[mockserver.Policy]) []Defect[mockserver.Policy] {
	return slices.DeleteFunc(slices.Clone(list), func(d Defect[mockserver.Policy]) bool { return slices.Contains(wordsOfHomes, d.ID) })
}

// shaken picks requests after the handshake.
func shaken(r mock.Request) bool { return r.Header.Get("Mcp-Protocol-Version") != "" }
