package requirements

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/authconform/authconform/evidence"
)

var rfc = regexp.MustCompile(`^RFC (\d+)$`)

// sources are the texts that a row may cite besides the RFCs: name -> address, with %s for the anchor.
var sources = map[string]string{
	"IndieAuth":           "https://indieauth.spec.indieweb.org/#%s",
	"CIMD":                "https://datatracker.ietf.org/doc/html/draft-ietf-oauth-client-id-metadata-document#section-%s",
	"WHATWG":              "https://%s.spec.whatwg.org/",
	"WebSocket API (HA)":  "https://developers.home-assistant.io/docs/api/websocket#%s",
	"REST API (HA)":       "https://developers.home-assistant.io/docs/api/rest#%s",
	"Auth API (HA)":       "https://developers.home-assistant.io/docs/auth_api#%s",
	"Auth index (HA)":     "https://developers.home-assistant.io/docs/auth_index#%s",
	"Auth module (HA)":    "https://developers.home-assistant.io/docs/auth_auth_module#%s",
	"Frontend (HA)":       "https://developers.home-assistant.io/docs/frontend/development#%s",
	"Native apps (HA)":    "https://developers.home-assistant.io/docs/api/native-app-integration/setup#%s",
	"http (HA)":           "https://www.home-assistant.io/integrations/http#%s",
	"auth providers (HA)": "https://www.home-assistant.io/docs/authentication/providers#%s",
	"multi-factor (HA)":   "https://www.home-assistant.io/docs/authentication/multi-factor-auth#%s",
	"onboarding (HA)":     "https://www.home-assistant.io/getting-started/onboarding#%s",
	"HA core":             "https://github.com/home-assistant/core/blob/2026.11.0/homeassistant/%s",
	"HA frontend":         "https://github.com/home-assistant/frontend/blob/dev/src/%s",
	"HAWS":                "https://github.com/home-assistant/home-assistant-js-websocket/blob/master/lib/%s",
	"HA Android":          "https://github.com/home-assistant/android/blob/main/%s",
	"MCP":                 "https://modelcontextprotocol.io/specification/2026-07-28/basic/%s",
	"OAuth 2.1":           "https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1-13#section-%s",
	"Advisory":            "https://github.com/home-assistant/core/security/advisories/%s",
	"CVE":                 "https://nvd.nist.gov/vuln/detail/%s",
}

// indieAuthAnchors map the sections of the IndieAuth text (2024-07-11) to their anchors, which are words.
var indieAuthAnchors = map[string]string{
	"3": "identifiers", "3.1": "issuer-identifier", "3.2": "user-profile-url", "3.3": "client-identifier", "3.4": "url-canonicalization",
	"4": "discovery", "4.1": "discovery-by-clients", "4.1.1": "indieauth-server-metadata", "4.2": "client-information-discovery",
	"4.2.1": "client-metadata", "4.2.2": "redirect-url",
	"5": "authorization", "5.1": "discovery-0", "5.2": "authorization-request", "5.2.1": "authorization-response",
	"5.3": "redeeming-the-authorization-code", "5.3.1": "request", "5.3.2": "profile-url-response", "5.3.3": "access-token-response",
	"5.3.4": "profile-information",
	"5.4":   "authorization-server-confirmation",
	"5.5":   "refresh-tokens", "5.5.1": "refreshing-an-access-token",
	"6.1": "access-token-verification-request", "6.2": "access-token-verification-response", "9": "user-information",
	"7": "token-revocation", "7.1": "token-revocation-request", "8": "accessing-protected-resources", "8.1": "error-responses",
	"10": "security-considerations", "10.1": "preventing-phishing-and-redirect-attacks",
}

// Resolve turns "RFC 6749 §4.1.2" into a name, a section and a link to its anchor. Several sources are separated by ";"; the
// first one is the row's. The text after § is the section or, for sources with named anchors, the anchor.
func Resolve(source string) (evidence.Spec, error) {
	first, _, _ := strings.Cut(source, ";")
	name, section, _ := strings.Cut(strings.TrimSpace(first), "§")
	name, section = strings.TrimSpace(name), strings.TrimSpace(section)
	if m := rfc.FindStringSubmatch(name); m != nil {
		url := "https://www.rfc-editor.org/rfc/rfc" + m[1]
		if section != "" {
			url += "#section-" + section
			if strings.HasPrefix(section, "App. ") {
				url = "https://www.rfc-editor.org/rfc/rfc" + m[1] + "#appendix-" + strings.TrimPrefix(section, "App. ")
			}
		}
		return evidence.Spec{Name: name, Section: section, URL: url}, nil
	}
	form, ok := sources[name]
	if !ok {
		return evidence.Spec{}, fmt.Errorf("spec %q is not a known source", source)
	}
	anchor := section
	if name == "IndieAuth" {
		if anchor, ok = indieAuthAnchors[section]; !ok {
			return evidence.Spec{}, fmt.Errorf("spec %q: no such section of IndieAuth", source)
		}
	}
	return evidence.Spec{Name: name, Section: section, URL: strings.TrimSuffix(fmt.Sprintf(form, anchor), "#")}, nil
}
