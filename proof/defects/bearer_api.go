package defects

import (
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var bearerAPIDefects = []Defect[mockserver.Policy]{
	{
		ID: "bearer.api-silent", Story: "The API root answers with an empty object.",
		Aims:   []string{"ha.rest.api-running"},
		Change: answers(at("GET /api/"), body("{}"), 200),
	},
	{
		ID: "bearer.config-open", Story: "One endpoint was left unprotected when the others were closed.",
		Aims: []string{"ha.rest.401", "ha.signed-path", "ha.advisory.legacy-password"},
		Change: answers(at("GET /api/config").and(authorization(func(s string) bool {
			return s == ""
		})).and(func(r mock.Request) bool { return !strings.Contains(r.Target, "?") }), ok(`{"version":"2026.11.0"}`), 401),
	},
	{
		ID: "bearer.states-open", Story: "Anyone can read the states.",
		Aims: []string{"ha.rest.401"},
		Change: answers(at("GET /api/states").and(authorization(func(s string) bool {
			return s == ""
		})).and(func(r mock.Request) bool { return !strings.Contains(r.Target, "?") }), ok(`[]`), 401),
	},
	{
		ID: "bearer.oracle", Story: "The response reveals whether an entity exists before the token is checked.",
		Aims:   []string{"oauth2.bearer.no-challenge-oracle"},
		Change: answers(at("GET /api/states/no.such").and(authorization(func(s string) bool { return s == "" })), status(404), 401),
	},
	{
		ID: "bearer.sun-open", Story: "The state of the sun can be read without a token.",
		Aims: []string{"oauth2.bearer.no-challenge-oracle"},
		Change: answers(at("GET /api/states/sun.sun").and(authorization(func(s string) bool {
			return s == ""
		})), ok(`{"state":"above_horizon"}`), 401),
	},
	{
		ID: "bearer.oracle-words", Story: "The body of a refused call reveals whether the entity exists.",
		Aims:   []string{"oauth2.bearer.no-challenge-oracle"},
		Change: answers(at("GET /api/states/no.such"), body("401: no such entity"), 401),
	},
	{
		ID: "bearer.oracle-challenge", Story: "The challenge of a refused call names the entity if it exists.",
		Aims:   []string{"oauth2.bearer.no-challenge-oracle"},
		Change: answers(at("GET /api/states/sun.sun"), header("WWW-Authenticate", `Bearer realm="sun.sun"`), 401),
	},
	{
		ID: "bearer.post-open", Story: "Only GET is protected, so anyone can set states.",
		Aims:   []string{"ha.bearer.write-needs-token", "ha.signed-path.get-only"},
		Change: answers(at("POST /api/states/*").and(authorization(func(s string) bool { return s == "" })), ok(`{}`), 401),
	},
	{
		ID: "bearer.services-open", Story: "Anyone can call services.",
		Aims:   []string{"ha.bearer.write-needs-token"},
		Change: answers(at("POST /api/services/*/*").and(authorization(func(s string) bool { return s == "" })), ok(`[]`), 401),
	},
	{
		ID: "bearer.preflight-open", Story: "The API's preflight allows any origin.",
		Aims:   []string{"ha.bearer.options-public", "ha.cors.configured-origins"},
		Change: answers(at("OPTIONS /api/"), all(status(200), header("Access-Control-Allow-Origin", "*")), 403),
	},
	{
		ID: "bearer.preflight-guarded", Story: "A preflight requires a token, which preflights never carry.",
		Aims:   []string{"ha.bearer.options-public"},
		Change: answers(at("OPTIONS /api/"), all(status(401), allow(""))),
	},
	{
		ID: "bearer.config-bare", Story: "/api/config contains only a version.",
		Aims:   []string{"ha.bearer.config-members"},
		Change: answers(at("GET /api/config"), body(`{"version":"2026.11.0"}`), 200),
	},
	{
		ID: "bearer.config-version", Story: "version is a word instead of a version number.",
		Aims:   []string{"ha.bearer.config-members", "ha.ws.version"},
		Change: answers(at("GET /api/config"), member("version", "latest"), 200),
	},
	{
		ID: "bearer.states-object", Story: "/api/states is an object keyed by entity.",
		Aims:   []string{"ha.rest.states"},
		Change: answers(at("GET /api/states"), body(`{}`), 200),
	},
	{
		ID: "bearer.states-bare", Story: "A state has no timestamps.",
		Aims:   []string{"ha.rest.states"},
		Change: answers(at("GET /api/states"), body(`[{"entity_id":"sun.sun"}]`), 200),
	},
}
