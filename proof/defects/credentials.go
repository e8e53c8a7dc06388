package defects

import (
	"slices"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/linking"
)

// credential makes a change to one command of application credentials as the home hears it.
func credential(command string, edit func(map[string]any)) change {
	return hears(func(m map[string]any) map[string]any {
		if kind(m, "application_credentials/"+command) {
			edit(m)
		}
		return m
	})
}

// succeeding makes a command report success whatever its result.
func succeeding(command string) change {
	return credentialResult(command, func(m map[string]any) map[string]any {
		return map[string]any{"id": m["id"], "type": "result", "success": true, "result": nil}
	})
}

// listedCredentials edits each record of application_credentials/list.
func listedCredentials(edit func([]any) []any) change {
	return credentialResult("list", func(m map[string]any) map[string]any {
		if list, ok := plainValue(m["result"]).([]any); ok {
			m["result"] = edit(list)
		}
		return m
	})
}

// credentialFields are the fields of a command that stores a credential.
var credentialFields = []string{"id", "type", "domain", "client_id", "client_secret", "name", "auth_domain"}

var credentialsDefects = []Defect[mockserver.Policy]{
	{
		ID: "credentials.not-listed", Story: "The credential is returned but never stored, so it is missing from the list.",
		Aims:   []string{"ha.credentials.created"},
		Change: listedCredentials(func([]any) []any { return []any{} }),
	},
	{
		ID: "credentials.no-id", Story: "The response to create echoes the record, without its id.",
		Aims: []string{"ha.credentials.created", "ha.credentials.same-client", "ha.credentials.admin-writes"},
		Change: credentialResult("create", func(m map[string]any) map[string]any {
			if r, ok := plainValue(m["result"]).(map[string]any); ok {
				delete(r, "id")
				m["result"] = r
			}
			return m
		}),
	},
	{
		ID: "credentials.secret-masked", Story: "The list shows asterisks for the secret, which the frontend then stores again.",
		Aims: []string{"ha.credentials.created", "ha.credentials.no-update"},
		Change: listedCredentials(func(list []any) []any {
			for _, v := range list {
				if r, ok := v.(map[string]any); ok {
					r["client_secret"] = "****"
				}
			}
			return list
		}),
	},
	{
		ID: "credentials.built-in-only", Story: "Only built-in integrations are listed, no custom ones.",
		Aims: []string{"ha.credentials.offered"},
		Change: credentialResult("config", func(m map[string]any) map[string]any {
			m["result"] = map[string]any{"domains": []string{"fitbit", "spotify"}, "integrations": map[string]any{}}
			return m
		}),
	},
	{
		ID: "credentials.config-refused", Story: "The list of integrations requires a value that no client sends.",
		Aims:   []string{"ha.credentials.offered"},
		Change: refusing("application_credentials/config", "invalid_format"),
	},
	{
		ID: "credentials.one-per-client", Story: "A second credential of the same client is refused as a duplicate.",
		Aims: []string{"ha.credentials.same-client"},
		Change: func(p *mockserver.Policy) {
			seen := &idSecrets{}
			hears(func(m map[string]any) map[string]any {
				if id, ok := m["client_id"].(string); ok && kind(m, "application_credentials/create") {
					if slices.Contains(seen.list(), id) {
						delete(m, "domain")
					}
					seen.add(id)
				}
				return m
			})(p)
		},
	},
	{
		ID:    "credentials.same-id",
		Story: "The id consists of domain and client id alone, so two credentials of one client have the same id.",
		Aims:  []string{"ha.credentials.same-client"},
		Change: func(p *mockserver.Policy) {
			p.Linking.CredentialID = func(base string, _ []string) string { return base }
		},
	},
	{
		ID: "credentials.spaces-kept", Story: "Pasted values are stored unchanged, trailing newlines included.",
		Aims:   []string{"ha.credentials.trimmed"},
		Change: func(p *mockserver.Policy) { p.Linking.Tidy = func(s string) string { return s } },
	},
	{
		ID: "credentials.newline-kept", Story: "Spaces are removed, but newlines are not.",
		Aims:   []string{"ha.credentials.trimmed"},
		Change: func(p *mockserver.Policy) { p.Linking.Tidy = func(s string) string { return strings.Trim(s, " ") } },
	},
	{
		ID: "credentials.any-domain", Story: "A credential is accepted for an integration that supports none.",
		Aims:   []string{"ha.credentials.unknown-domain"},
		Change: credential("create", func(m map[string]any) { m["domain"] = linking.Domain }),
	},
	{
		ID:    "credentials.unknown-domain-not-found",
		Story: "An integration that supports no credentials is reported as not found, an error the frontend cannot show.",
		Aims:  []string{"ha.credentials.unknown-domain"},
		Change: credentialResult("create", func(m map[string]any) map[string]any {
			if e, ok := plainValue(m["error"]).(map[string]any); ok && strings.HasPrefix(textOf(e["message"]), "No application") {
				return failed(m["id"], "not_found")
			}
			return m
		}),
	},
	{
		ID: "credentials.secret-optional", Story: "A credential without a secret is stored with an empty one.",
		Aims: []string{"ha.credentials.missing-field"},
		Change: credential("create", func(m map[string]any) {
			if _, there := m["client_secret"]; !there {
				m["client_secret"] = ""
			}
		}),
	},
	{
		ID: "credentials.client-id-optional", Story: "A credential without a client id is stored.",
		Aims: []string{"ha.credentials.missing-field"},
		Change: credential("create", func(m map[string]any) {
			if _, there := m["client_id"]; !there {
				m["client_id"] = ""
			}
		}),
	},
	{
		ID: "credentials.extra-ignored", Story: "An unknown field is silently dropped, even a misspelled one.",
		Aims: []string{"ha.credentials.extra-field"},
		Change: credential("create", func(m map[string]any) {
			for name := range m {
				if !slices.Contains(credentialFields, name) {
					delete(m, name)
				}
			}
		}),
	},
	{
		ID: "credentials.extra-unknown-error", Story: "An unknown field is reported as an unknown error.",
		Aims: []string{"ha.credentials.extra-field"},
		Change: credentialResult("create", func(m map[string]any) map[string]any {
			if e, ok := plainValue(m["error"]).(map[string]any); ok && strings.Contains(textOf(e["message"]), "not a valid option") {
				return failed(m["id"], "unknown_error")
			}
			return m
		}),
	},
	{
		ID: "credentials.update-says-yes", Story: "update reports success and does nothing.",
		Aims:   []string{"ha.credentials.no-update"},
		Change: succeeding("update"),
	},
	{
		ID: "credentials.delete-says-yes", Story: "delete reports success whether or not the credential exists.",
		Aims:   []string{"ha.credentials.deleted", "ha.credentials.in-use", "ha.credentials.admin-writes"},
		Change: succeeding("delete"),
	},
	{
		ID: "credentials.delete-keeps", Story: "delete reports success and deletes nothing.",
		Aims:   []string{"ha.credentials.deleted"},
		Change: both(credential("delete", func(m map[string]any) { m["application_credentials_id"] = "nothing" }), succeeding("delete")),
	},
	{
		ID: "credentials.delete-hidden", Story: "A deleted credential can no longer be used but is still listed.",
		Aims: []string{"ha.credentials.deleted", "ha.credentials.same-client"},
		Change: func(p *mockserver.Policy) {
			var kept idRecords
			listedCredentials(func(list []any) []any { return kept.merge(list) })(p)
		},
	},
	{
		ID: "credentials.in-use-deleted", Story: "A credential that an entry uses is deleted like any other.",
		Aims:   []string{"ha.credentials.in-use"},
		Change: func(p *mockserver.Policy) { p.Linking.InUse = mock.Is(false) },
	},
	{
		ID: "credentials.in-use-for-ever", Story: "A credential that an entry has ever used can never be deleted.",
		Aims: []string{"ha.credentials.in-use"},
		Change: func(p *mockserver.Policy) {
			used := &idSecrets{}
			credentialResult("delete", func(m map[string]any) map[string]any {
				if e, ok := plainValue(m["error"]).(map[string]any); ok && textOf(e["code"]) == "home_assistant_error" {
					used.add("one")
				} else if len(used.list()) > 0 {
					return failed(m["id"], "home_assistant_error")
				}
				return m
			})(p)
		},
	},
	{
		ID: "credentials.of-any-entry", Story: "config_entry names the domain's first credential, whichever one the entry uses.",
		Aims: []string{"ha.credentials.of-entry"},
		Change: func(p *mockserver.Policy) {
			p.Linking.CredentialOf = func(_ string, list []linking.Credential) string { return list[0].ID }
		},
	},
	{
		ID: "credentials.of-unknown-entry", Story: "A missing entry is answered like one without a credential.",
		Aims: []string{"ha.credentials.of-entry", "ha.credentials.admin-reads"},
		Change: credentialResult("config_entry", func(m map[string]any) map[string]any {
			if m["success"] == false {
				return map[string]any{"id": m["id"], "type": "result", "success": true, "result": map[string]any{}}
			}
			return m
		}),
	},
	{
		ID: "credentials.create-by-anybody", Story: "Any user of the home may create credentials.",
		Aims:   []string{"ha.credentials.admin-writes"},
		Change: open2("application_credentials/create"),
	},
	{
		ID: "credentials.delete-by-anybody", Story: "Any user of the home may delete credentials.",
		Aims:   []string{"ha.credentials.admin-writes"},
		Change: open2("application_credentials/delete"),
	},
	{
		ID: "credentials.read-by-anybody", Story: "Any user of the home may read all client secrets (as in releases before 2026).",
		Aims:   []string{"ha.credentials.admin-reads"},
		Change: open2("application_credentials/list"),
	},
	{
		ID: "credentials.of-entry-by-anybody", Story: "Any user of the home may read which credential an entry uses.",
		Aims:   []string{"ha.credentials.admin-reads"},
		Change: open2("application_credentials/config_entry"),
	},
}
