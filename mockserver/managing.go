package mockserver

// Managing is a command about a user: the command, the caller and the user.
type Managing struct {
	Command     string
	By, Whom    User
	Deactivates bool
}

// manages is the strict rule of who may do what to whom: the error code of a refusal, or "". Administrators manage all but
// the home's own users; nobody removes the owner, and passwords and user names of others are the owner's to change.
func manages(m Managing) string {
	switch m.Command {
	case "config/auth/update":
		switch {
		case m.Whom.System:
			return "cannot_modify_system_generated"
		case m.Whom.Owner && m.Deactivates:
			return "cannot_deactivate_owner"
		}
	case "config/auth/delete":
		switch {
		case m.Whom.ID == m.By.ID:
			return "no_delete_self"
		case m.Whom.System:
			return "cannot_modify_system_generated"
		case m.Whom.Owner:
			return "cannot_delete_owner"
		}
	case loginCreate:
		switch {
		case m.Whom.System:
			return "system_generated"
		case m.Whom.Owner && !m.By.Owner:
			return "unauthorized"
		case m.Whom.Username != "":
			return "credentials_exist"
		}
	case loginDelete:
		if m.Whom.Owner {
			return "cannot_delete_owner_credentials"
		}
	case anyPassword, anyUsername:
		if !m.By.Owner {
			return "unauthorized"
		}
	}
	return ""
}

// refusedManaging are the words of the refusals, by code.
var refusedManaging = map[string]string{
	"cannot_modify_system_generated":  "Unable to change system generated users.",
	"cannot_deactivate_owner":         "Unable to deactivate owner.",
	"no_delete_self":                  "Unable to delete your own account",
	"cannot_delete_owner":             "Unable to delete the owner",
	"system_generated":                "Cannot add credentials to a system generated user.",
	"credentials_exist":               "User already has credentials for this provider",
	"cannot_delete_owner_credentials": "Unable to delete the credentials of the owner",
	"unauthorized":                    "Unauthorized",
}
