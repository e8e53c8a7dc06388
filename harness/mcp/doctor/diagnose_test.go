package doctor

import (
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/wire"
)

// row is a server and its expected diagnosis.
type row struct {
	server  func(own string) at
	path    string // "": /api/mcp
	state   State
	causes  string
	stopped string // clients, by how their names begin
}

func TestEveryCauseOfALoginIsNamed(t *testing.T) {
	t.Parallel()
	diagnosed(t, map[string]row{
		"a home under a name that it knows": {home, "", GetIn, usual, ""},
		"a name that it does not know": {func(own string) at {
			h := but(func(string) at { return at{"/api/mcp": {status: 401}, protected: {}} })(own)
			h[wellKnown] = answer{body: object{"authorization_endpoint": "/auth/authorize", "token_endpoint": "/auth/token"}}
			return h
		}, "", Causes, "unknown-name", allSDKs},
		"a Host that is rewritten": {func(string) at { return home("http://homeassistant:8123") }, "", Causes, "host-rewritten",
			allSDKs},
		"another port of the same host": {func(string) at { return home("https://127.0.0.1:8443") }, "", Causes, "other-address",
			allSDKs},
		"below a path": {func(own string) at {
			h := home(own)
			return at{"/home/api/mcp": h["/api/mcp"], "/home" + wellKnown: h[wellKnown], "/home/auth/providers": h["/auth/providers"]}
		}, "/home/api/mcp", Causes, "below-path", "claude,ChatGPT,Gemini,VS,Go"},
		"no authorization server named": {
			without(protected, "authorization_servers", is(nil)),
			"", Causes, "servers-missing " + usual, "Go SDK",
		},
		"an empty list of them": {
			without(protected, "authorization_servers", is([]string{})),
			"", Causes, "servers-missing " + usual, "Go SDK",
		},
		"an issuer with a slash": {
			without(wellKnown, "issuer", func(own string) any { return own + "/" }),
			"", Causes, "issuer-slash " + usual, "TypeScript SDK 2,Python SDK 2",
		},
		"an issuer of another host": {
			without(wellKnown, "issuer", is("https://other.example")),
			"", Causes, "issuer-other " + usual, ts2 + ",Go," + py,
		},
		"no issuer": {
			without(wellKnown, "issuer", is(nil)),
			"", Causes, "issuer-missing " + usual, ts + ",Go",
		},
		"an endpoint that is relative": {
			without(wellKnown, "token_endpoint", is("/auth/token")),
			"", Causes, "relative-endpoints " + usual, "TypeScript SDK 1,Python SDK 1",
		},
		"no response types": {
			without(wellKnown, "response_types_supported", is(nil)),
			"", Causes, "response-types-missing " + usual, ts,
		},
		"PKCE plain only": {
			without(wellKnown, "code_challenge_methods_supported", is([]string{"plain"})),
			"", Causes, "pkce-plain " + usual, ts,
		},
		"PKCE that is not announced": {
			without(wellKnown, "code_challenge_methods_supported", is(nil)),
			"", Causes, "pkce-unannounced path-metadata-missing document-unread no-registration", "Go SDK",
		},
		"an auth method that is missing": {
			without(wellKnown, "token_endpoint_auth_methods_supported", is(nil)),
			"", GetIn, "path-metadata-missing none-unannounced no-registration", "",
		},
		"registration": {
			without(wellKnown, "registration_endpoint", func(own string) any { return own + "/register" }),
			"", GetIn, "path-metadata-missing", "",
		},
		"no challenge": {
			but(func(string) at { return at{"/api/mcp": {status: 401}} }),
			"", GetIn, "challenge-missing " + usual, "",
		},
		"a challenge that leads nowhere": {
			challenged(func(own string) string { return own + "/nowhere" }),
			"", GetIn, "challenge-dead " + usual, "",
		},
		"one that leads to a file": {
			challenged(func(string) string { return "file:///etc/passwd" }),
			"", GetIn, "challenge-dead " + usual, "",
		},
		"one to the machine's services": {
			challenged(func(string) string { return "http://169.254.169.254/latest" }),
			"", GetIn, "challenge-dead " + usual, "",
		},
		"no server metadata": {
			but(func(string) at { return at{wellKnown: {}} }),
			"", Causes, "server-metadata-missing path-metadata-missing", "claude,ChatGPT,Go,FastMCP",
		},
		"server metadata that are a page": {
			but(func(string) at { return at{wellKnown: page} }),
			"", Causes, "server-metadata-missing path-metadata-missing", "VS,Go",
		},
		"server metadata without end": {
			but(func(string) at { return at{wellKnown: {body: strings.Repeat(" ", 1<<20+1)}} }),
			"", Causes, "server-metadata-missing path-metadata-missing", "Go",
		},
		"server metadata that are a list": {
			but(func(string) at { return at{wellKnown: {body: []any{1}}} }),
			"", Causes, "server-metadata-missing path-metadata-missing", "Go",
		},
		"server metadata that redirect": {
			but(func(own string) at { return at{wellKnown: {302, map[string]string{"Location": own + wellKnown}, nil}} }),
			"", Causes, "server-metadata-missing path-metadata-missing", "Go",
		},
		"a server inside": {
			without(protected, "authorization_servers", is([]string{"http://10.0.0.1"})),
			"", Causes, "metadata-elsewhere path-metadata-missing", "Go",
		},
		"a server that is a file": {
			without(protected, "authorization_servers", is([]string{"file:///etc"})),
			"", Causes, "metadata-elsewhere path-metadata-missing", "Go",
		},
		"a login page that is not there": {
			but(func(string) at { return at{"/auth/authorize": {}} }),
			"", Causes, "authorize-unreachable " + usual, "claude,Go",
		},
		"metadata by the challenge alone": {
			but(func(own string) at { return at{protected: {}, "/x": home(own)[protected]} }),
			"", GetIn, "resource-missing no-registration", "",
		},
		"OpenID metadata": {
			but(func(own string) at {
				return at{wellKnown: {}, "/.well-known/openid-configuration": home(own)[wellKnown]}
			}),
			"", GetIn, usual, "",
		},
		"metadata of the path": {
			but(func(own string) at { return at{protected + "/api/mcp": home(own)[protected]} }),
			"", GetIn, "no-registration", "",
		},
	})
}

// Releases 2026.5 to 2026.8 announce client documents and refuse whoever believes it.
func TestAClientDocumentThatIsNotReadIsNoWayIn(t *testing.T) {
	t.Parallel()
	unread := without(wellKnown, "code_challenge_methods_supported", is(nil))
	d, err := Ask(t.Context(), served(t, unread)+"/api/mcp", "", wire.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range d.Clients {
		if strings.Contains(c.How, "document") || c.Verdict == In && !strings.Contains(c.How, "client id") {
			t.Errorf("%s: %s %s", c.Name, c.Verdict, c.How)
		}
	}
}

func TestEveryCauseAtTheDoorIsNamed(t *testing.T) {
	t.Parallel()
	diagnosed(t, map[string]row{
		"a redirect": {
			func(own string) at { return at{"/api/mcp": {307, map[string]string{"Location": own + "/mcp/"}, nil}} },
			"", Causes, "redirects", "claude,Go",
		},
		"a login of a proxy elsewhere": {
			func(string) at {
				return at{"/api/mcp": {302, map[string]string{"Location": "https://sso.example/?rd=s3cr3t"}, nil}}
			},
			"", Causes, "proxy-login", "claude,Go",
		},
		"a login of a proxy by Basic": {
			func(string) at {
				return at{"/api/mcp": {401, map[string]string{"WWW-Authenticate": `Basic realm="x"`}, nil}}
			},
			"", Causes, "proxy-login", "claude,Go",
		},
		"a login page of a proxy": {
			func(string) at { return at{"/api/mcp": {401, page.header, page.body}} },
			"", Causes, "proxy-login", "claude,Go",
		},
		"a refusal": {
			func(string) at { return at{"/api/mcp": {status: 403}} },
			"", Causes, "forbidden", "claude,Go",
		},
		"a proxy that is not trusted": {
			func(string) at { return at{"/api/mcp": {status: 400, body: "400: Bad Request"}} },
			"", Causes, "proxy-untrusted", "claude,Go",
		},
		"a gateway's error": {
			func(string) at { return at{"/api/mcp": {status: 502}} },
			"", Nothing, "unavailable", "",
		},
		"too many requests": {
			func(string) at { return at{"/api/mcp": {status: 429}} },
			"", Nothing, "unavailable", "",
		},
		"no MCP server":     {func(string) at { return at{} }, "", Nothing, "not-mcp", ""},
		"a home without it": {func(own string) at { h := home(own); delete(h, "/api/mcp"); return h }, "", Nothing, "not-mcp", ""},
		"a web page":        {func(string) at { return at{"/api/mcp": page} }, "", Nothing, "not-mcp", ""},
		"something else": {
			func(string) at { return at{"/api/mcp": {body: object{"ok": true}}} },
			"", Nothing, "not-mcp", "",
		},
		"no token needed": {
			func(string) at { return at{"/api/mcp": {body: object{"jsonrpc": "2.0"}}} },
			"", GetIn, "no-token-needed", "",
		},
		"the older transport": {
			func(string) at { return at{"POST /api/mcp": {status: 405}, "GET /api/mcp": {status: 401}} },
			"", Causes, "older-transport", "Go",
		},
		"the older transport, unprotected": {
			func(string) at {
				return at{"GET /api/mcp": {header: map[string]string{"Content-Type": "text/event-stream"}}}
			},
			"", Causes, "older-transport", "Go",
		},
	})
}

// diagnosed compares diagnoses with the expected ones.
func diagnosed(t *testing.T, rows map[string]row) {
	t.Helper()
	for name, c := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := c.path
			if path == "" {
				path = "/api/mcp"
			}
			d, err := Ask(t.Context(), served(t, c.server)+path, "", wire.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(ids(d.Causes), " "); d.State != c.state || got != c.causes {
				t.Errorf("%s: %s; want %s: %s", d.State, got, c.state, c.causes)
			}
			holds(t, d, c.stopped)
		})
	}
}
