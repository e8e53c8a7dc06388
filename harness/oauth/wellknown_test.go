package oauth

import (
	"slices"
	"testing"
)

func TestDocumentsStandWhereClientsLook(t *testing.T) {
	t.Parallel()
	for resource, want := range map[string][]string{
		"http://home:8123/api/mcp": {
			"http://home:8123/.well-known/oauth-protected-resource/api/mcp", "http://home:8123/.well-known/oauth-protected-resource",
		},
		"https://mcp.example":  {"https://mcp.example/.well-known/oauth-protected-resource"},
		"https://mcp.example/": {"https://mcp.example/.well-known/oauth-protected-resource"},
	} {
		if got := ResourcePlaces(resource); !slices.Equal(got, want) {
			t.Errorf("%s: %q", resource, got)
		}
	}
	for issuer, want := range map[string][]string{
		"https://as.example": {
			"https://as.example/.well-known/oauth-authorization-server", "https://as.example/.well-known/openid-configuration",
		},
		"https://as.example/": {
			"https://as.example/.well-known/oauth-authorization-server", "https://as.example/.well-known/openid-configuration",
		},
		"https://as.example/t": {
			"https://as.example/.well-known/oauth-authorization-server/t", "https://as.example/.well-known/openid-configuration/t",
			"https://as.example/t/.well-known/openid-configuration",
		},
	} {
		if got := ServerPlaces(issuer); !slices.Equal(got, want) {
			t.Errorf("%s: %q", issuer, got)
		}
	}
}
