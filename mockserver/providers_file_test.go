package mockserver_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/authconform/authconform/mockserver"
)

func TestLoginProvidersAreReadAsTheHomeReadsThem(t *testing.T) {
	t.Parallel()
	list, err := mockserver.ReadProviders("f", []byte(`
homeassistant:
  auth_providers:
    - type: homeassistant
    - type: trusted_networks
      trusted_networks: [10.0.0.0/8, fd00::1]
`))
	want := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::1/128")}
	if err != nil || len(list) != 2 || !slices.Equal(list[1].Networks, want) {
		t.Errorf("%+v, %v", list, err)
	}
	const trusted = "- {type: trusted_networks, trusted_networks: "
	for text, want := range map[string]string{
		"":                               "f: must be a list of login providers",
		"auth_providers:":                "f: must be a list of login providers",
		"- typ: homeassistant":           `f:1: unknown key "typ"; did you mean "type"?`,
		"- type: legacy_api_password":    `f:1: unknown type "legacy_api_password"`,
		"- type: trusted_networks":       "f:1: trusted_networks: trusted_networks is missing",
		"- {type: command_line}":         "f:1: command_line: command must be an absolute path",
		"- {type: homeassistant, id: x}": "has no id",
		trusted + "10.0.0.1/8}":          "10.0.0.1/8 has host bits set; the network is 10.0.0.0/8",
		trusted + "home}":                `"home" is neither an address nor a network`,
		trusted + "10.0.0.1, allow_bypass_login: maybe}":          "must be true or false",
		trusted + "10.0.0.1, trusted_users: ada}":                 "must be networks with their users",
		trusted + "1.2.3.4, trusted_users: {1.2.3.4: {grup: x}}}": `did you mean "group"?`,
		"- {type: command_line, command: [a]}":                    "command: must be a text",
		"- {type: homeassistant}\n- {type: homeassistant}":        "two login providers",
	} {
		if _, err := mockserver.ReadProviders("f", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, not %s", text, err, want)
		}
	}
}
