package mockserver

import (
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"net/url"
	"strings"

	"rsc.io/qr"

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
		return setupForm(id, k.who.User.login(), key, nil), nil
	}
	id, _ := m["flow_id"].(string)
	key, ok := k.setups[id]
	if !ok {
		return nil, &commandError{"no_flow", "No such setup"}
	}
	input, _ := m["user_input"].(map[string]any)
	code, _ := input["code"].(string)
	if !k.home.Policy().TOTP(key, strings.TrimSpace(code), true, k.home.now()) {
		return setupForm(id, k.who.User.login(), key, map[string]string{"base": "invalid_code"}), nil
	}
	delete(k.setups, id)
	k.home.users.change(k.who.User.ID, func(u *User) { u.TOTP = key })
	return map[string]any{
		"type": "create_entry", "flow_id": id, "handler": "totp", "description": nil, "description_placeholders": nil,
	}, nil
}

func setupForm(id, name, key string, errs map[string]string) map[string]any {
	link := otpauth(name, key)
	if errs == nil {
		errs = map[string]string{}
	}
	return map[string]any{
		"type": "form", "flow_id": id, "handler": "totp", "step_id": "init", "errors": errs,
		"data_schema": []any{map[string]any{"type": "string", "name": "code", "required": true}},
		"description_placeholders": map[string]string{
			"code": key, "url": link, "qr_code": drawn(link),
			"authy_url": "https://authy.com/", "google_authenticator_url": "https://support.google.com/accounts/answer/1066447",
		},
	}
}

// otpauth is a TOTP secret as authenticator apps scan it.
func otpauth(name, key string) string {
	const issuer = "Home%20Assistant"
	return "otpauth://totp/" + issuer + ":" + url.PathEscape(name) + "?secret=" + key + "&issuer=" + issuer
}

// drawn is a text as the picture of a QR code, an svg element as the real home sends it; "" where it is too long for one.
func drawn(text string) string {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return ""
	}
	const scale, quiet = 4, 4 // pixels of a module; modules of white around
	var path strings.Builder
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	side := code.Size + 2*quiet
	return fmt.Sprintf(`<svg height="%[1]d" width="%[1]d" viewBox="0 0 %[2]d %[2]d" class="pyqrcode">`+
		`<path fill="#fff" d="M0 0h%[2]dv%[2]dh-%[2]dz"/><path d="%[3]s"/></svg>`, side*scale, side, path.String())
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
