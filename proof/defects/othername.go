package defects

import (
	"strings"

	"github.com/authconform/authconform/mockserver"
)

// otherNameDefects show when a home is called by another name than its first.
var otherNameDefects = []Defect[mockserver.Policy]{
	{
		ID: "metadata.issuer-other-name", Story: "Under its second host name the metadata has no issuer.",
		Aims:   []string{"oauth2.metadata.issuer-every-name"},
		Change: answers(metadataDoc.and(asLocalhost), member("issuer", nil), 200),
	},
	{
		ID: "metadata.issuer-path-other-name", Story: "Under its second host name the issuer is a relative path.",
		Aims:   []string{"oauth2.metadata.issuer-every-name"},
		Change: answers(metadataDoc.and(asLocalhost), member("issuer", "/"), 200),
	},
	{
		ID: "metadata.relative-other-name", Story: "Under its second host name the endpoints are relative paths.",
		Aims:   []string{"oauth2.metadata.members-every-name"},
		Change: answers(metadataDoc.and(asLocalhost), member("token_endpoint", "/auth/token"), 200),
	},
	{
		ID: "metadata.members-other-name", Story: "Under its second host name response_types_supported is left out.",
		Aims:   []string{"oauth2.metadata.members-every-name"},
		Change: answers(metadataDoc.and(asLocalhost), member("response_types_supported", nil), 200),
	},
	{
		ID: "metadata.unnamed-other-name", Story: "Under its second host name the home does not recognise itself.",
		Aims: []string{"oauth2.metadata.issuer-every-name", "oauth2.metadata.members-every-name"},
		Change: answers(metadataDoc.and(asLocalhost), object(func(m map[string]any) {
			delete(m, "issuer")
			for name, value := range m {
				if s, ok := value.(string); ok && strings.HasSuffix(name, "_endpoint") {
					m[name] = s[strings.Index(s, "/auth"):]
				}
			}
		}), 200),
	},
	{
		ID: "bearer.no-challenge-other-name", Story: "Under its second host name the API's 401 has no WWW-Authenticate.",
		Aims:   []string{"oauth2.bearer.challenge-every-name"},
		Change: answers(at("GET /api/").and(asLocalhost), header("WWW-Authenticate", ""), 401),
	},
	{
		ID: "bearer.open-other-name", Story: "Under its second host name, meant for internal use, the API requires no token.",
		Aims:   []string{"oauth2.bearer.challenge-every-name"},
		Change: answers(at("GET /api/").and(asLocalhost), ok(`{"message":"API running."}`), 401),
	},
}
