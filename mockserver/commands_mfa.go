package mockserver

import (
	"crypto/rand"
	"encoding/base32"
	"strings"

	"github.com/authconform/authconform/mock"
)

// maxSetups is how many second factors one socket may be setting up.
const maxSetups = 100

// setupMFA enrols a second factor: first the secret is shown, then a code of it is asked for.
func setupMFA(k *socket, m map[string]any) (any, *commandError) {
	if module, ok := m["mfa_module_id"].(string); ok {
		if module != "totp" {
			return nil, &commandError{"no_module", "MFA module " + module + " not found"}
		}
		if len(k.setups) >= maxSetups {
			return nil, &commandError{"unknown_error", "Too many second factors are being set up on this connection"}
		}
		key, id := newTOTPSecret(), mock.Secret(16)
		k.setups[id] = key
		return setupForm(id, key, nil), nil
	}
	id, _ := m["flow_id"].(string)
	key, ok := k.setups[id]
	if !ok {
		return nil, &commandError{"no_flow", "No such setup"}
	}
	input, _ := m["user_input"].(map[string]any)
	code, _ := input["code"].(string)
	if !k.home.Policy().TOTP(key, strings.TrimSpace(code), true, k.home.now()) {
		return setupForm(id, key, map[string]string{"base": "invalid_code"}), nil
	}
	delete(k.setups, id)
	k.home.users.change(k.who.User.ID, func(u *User) { u.TOTP = key })
	return map[string]any{
		"type": "create_entry", "flow_id": id, "handler": "totp", "description": nil, "description_placeholders": nil,
	}, nil
}

func setupForm(id, key string, errs map[string]string) map[string]any {
	if errs == nil {
		errs = map[string]string{}
	}
	return map[string]any{
		"type": "form", "flow_id": id, "handler": "totp", "step_id": "init", "errors": errs,
		"data_schema": []any{map[string]any{"type": "string", "name": "code", "required": true}},
		"description_placeholders": map[string]string{
			"code": key, "url": "otpauth://totp/Mock%20home?secret=" + key, "qr_code": "", // no picture is drawn
			"authy_url": "https://authy.com/", "google_authenticator_url": "https://support.google.com/accounts/answer/1066447",
		},
	}
}

func deposeMFA(k *socket, m map[string]any) (any, *commandError) {
	if module, _ := m["mfa_module_id"].(string); module != "totp" {
		return nil, &commandError{"disable_failed", "Cannot disable MFA Module"}
	}
	k.home.users.change(k.who.User.ID, func(u *User) { u.TOTP = "" })
	return "done", nil
}

func newTOTPSecret() string {
	raw := make([]byte, 20)
	_, _ = rand.Read(raw) // never fails
	return base32.StdEncoding.EncodeToString(raw)
}
