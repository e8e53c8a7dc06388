package defects

import (
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var mcpMetadataDefects = []Defect[mockserver.Policy]{
	{
		ID: "mcp.unfindable", Story: "There is no resource metadata, neither in the challenge nor at a well-known URL.",
		Aims:   []string{"mcp.rs.metadata-findable"},
		Change: both(challenging(withoutParameter("resource_metadata")), answers(mcpResourceDoc, status(404))),
	},
	{
		ID: "mcp.dead-link", Story: "The challenge names a document that does not exist.",
		Aims:   []string{"oauth2.resource-metadata.link"},
		Change: challenging(func(c string) string { return strings.Replace(c, "/.well-known/", "/well-known/", 1) }),
	},
	{
		ID: "mcp.relative-link", Story: "The challenge names the document by a relative path.",
		Aims: []string{"oauth2.resource-metadata.link"},
		Change: challenging(func(c string) string {
			before, rest, ok := strings.Cut(c, "http://")
			if !ok {
				return c
			}
			return before + rest[strings.Index(rest, "/"):]
		}),
	},
	{
		ID: "mcp.linked-page", Story: "The document that the challenge names is sent as text/html.",
		Aims:   []string{"oauth2.resource-metadata.link"},
		Change: answers(mcpResourceDoc, header("Content-Type", "text/html")),
	},
	{
		ID: "mcp.no-servers", Story: "The resource does not name its authorization server.",
		Aims:   []string{"mcp.rs.metadata-servers"},
		Change: answers(mcpResourceDoc, member("authorization_servers", nil)),
	},
	{
		ID: "mcp.relative-server", Story: "The resource names its authorization server by a relative path.",
		Aims:   []string{"mcp.rs.metadata-servers"},
		Change: answers(mcpResourceDoc, member("authorization_servers", []string{"/"})),
	},
	{
		ID: "mcp.resource-is-origin", Story: "The endpoint's document names the origin as the resource.",
		Aims: []string{"oauth2.resource-metadata.identifier"},
		Change: answers(at(pathDoc), object(func(m map[string]any) {
			if s, ok := m["resource"].(string); ok {
				m["resource"] = strings.TrimSuffix(s, mcpPath)
			}
		})),
	},
	{
		ID: "mcp.resource-elsewhere", Story: "The document names a resource on another host.",
		Aims:   []string{"oauth2.resource-metadata.identifier"},
		Change: answers(at(pathDoc), member("resource", "https://mcp.example.com/mcp")),
	},
	{
		ID: "mcp.resource-slash", Story: "The document names the endpoint with a trailing slash.",
		Aims: []string{"oauth2.resource-metadata.identifier"},
		Change: answers(at(pathDoc), object(func(m map[string]any) {
			if s, ok := m["resource"].(string); ok {
				m["resource"] = s + "/"
			}
		})),
	},
	{
		ID: "mcp.root-resource", Story: "The document at the root names the endpoint, although its resource is the root.",
		Aims: []string{"oauth2.resource-metadata.identifier"},
		Change: answers(resourceDoc, object(func(m map[string]any) {
			if s, ok := m["resource"].(string); ok {
				m["resource"] = s + mcpPath
			}
		})),
	},
	{
		ID: "mcp.empty-scopes", Story: "scopes_supported is an empty list.",
		Aims:   []string{"oauth2.resource-metadata.shape"},
		Change: answers(mcpResourceDoc, member("scopes_supported", []string{})),
	},
	{
		ID: "mcp.scopes-as-text", Story: "scopes_supported is one space-separated string.",
		Aims:   []string{"oauth2.resource-metadata.shape"},
		Change: answers(mcpResourceDoc, member("scopes_supported", "read write")),
	},
	{
		ID: "mcp.null-member", Story: "A member of the document is null.",
		Aims: []string{"oauth2.resource-metadata.shape"},
		Change: answers(mcpResourceDoc, func(a mock.Answer) mock.Answer {
			a.Body = []byte(strings.Replace(string(a.Body), "{", `{"resource_name":null,`, 1))
			return a
		}, 200),
	},
	{
		ID: "mcp.offline-supported", Story: "scopes_supported names offline_access.",
		Aims:   []string{"mcp.rs.metadata-no-offline"},
		Change: answers(mcpResourceDoc, member("scopes_supported", []string{"control", "offline_access"})),
	},
	{
		ID: "mcp.root-only", Story: "The document is only at the root, and the challenge does not name it.",
		Aims:   []string{"mcp.rs.metadata-path"},
		Change: both(challenging(withoutParameter("resource_metadata")), answers(at(pathDoc), status(404))),
	},
	{
		ID: "mcp.no-metadata-cors", Story: "Pages from other origins cannot read the resource metadata.",
		Aims:   []string{"mcp.rs.metadata-cors"},
		Change: answers(mcpResourceDoc.or(metadataDoc), header("Access-Control-Allow-Origin", "https://none.example")),
	},
}
