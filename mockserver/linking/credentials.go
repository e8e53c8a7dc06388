package linking

import (
	"fmt"
	"slices"
	"strings"
)

// Credential is a client id and secret that a user created at a third party's developer console.
type Credential struct {
	ID           string `json:"id"`
	Domain       string `json:"domain"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	Name         string `json:"name,omitempty"`
	AuthDomain   string `json:"auth_domain,omitempty"`
}

// Error is an error response to a WebSocket command.
type Error struct{ Code, Text string }

func (e *Error) Error() string { return e.Code + ": " + e.Text }

// Credentials lists the credentials; never nil.
func (l *Linker) Credentials() []Credential {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Credential{}, l.credentials...)
}

// credentialsOf lists those of an integration.
func (l *Linker) credentialsOf(domain string) []Credential {
	return slices.DeleteFunc(l.Credentials(), func(c Credential) bool { return c.Domain != domain })
}

// CreateCredential stores a credential. Its id consists of domain and client id, and of a number if that is taken.
func (l *Linker) CreateCredential(c Credential) (Credential, *Error) {
	if !slices.Contains([]string{Domain, Agent}, c.Domain) {
		return c, &Error{"invalid_format", "No application_credentials platform for " + c.Domain}
	}
	c.ClientID, c.ClientSecret = l.Policy().Tidy(c.ClientID), l.Policy().Tidy(c.ClientSecret)
	for {
		beside := l.Credentials()
		if len(beside) >= maxCredentials {
			return c, &Error{"home_assistant_error", "Too many credentials"}
		}
		var taken []string
		for _, o := range beside {
			taken = append(taken, o.ID)
		}
		c.ID = l.Policy().CredentialID(slug(c.Domain+"."+c.ClientID), taken)
		if l.addCredential(c, beside) {
			return c, nil
		}
	}
}

const maxCredentials = 1000

// addCredential adds one beside those that its id was chosen for; false: there are others now.
func (l *Linker) addCredential(c Credential, beside []Credential) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Equal(l.credentials, beside) {
		return false
	}
	l.credentials = append(l.credentials, c)
	return true
}

// numbered gives an id that is taken a number.
func numbered(base string, taken []string) string {
	id := base
	for n := 2; slices.Contains(taken, id); n++ {
		id = fmt.Sprintf("%s_%d", base, n)
	}
	return id
}

// DeleteCredential deletes a credential that no entry uses.
func (l *Linker) DeleteCredential(id string) *Error {
	guarded := l.Policy().InUse()
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.credentials, func(c Credential) bool { return c.ID == id })
	if i < 0 {
		return &Error{"not_found", "Unable to find application_credentials_id " + id}
	}
	if guarded && slices.ContainsFunc(l.entries, func(e *entry) bool { return e.implementation == id }) {
		return &Error{"home_assistant_error", "Cannot delete credential in use by integration " + l.credentials[i].Domain}
	}
	l.credentials = slices.Delete(l.credentials, i, i+1)
	delete(l.bound, id)
	return nil
}

// CredentialOf returns the credential of an entry; "" if it has none.
func (l *Linker) CredentialOf(entryID string) (string, *Error) {
	for _, e := range l.Entries() {
		switch {
		case e.ID != entryID:
		case e.Implementation == cloud:
			return "", nil
		default:
			return l.Policy().CredentialOf(e.Implementation, l.Credentials()), nil
		}
	}
	return "", &Error{"invalid_config_entry_id", "Config entry not found: " + entryID}
}

func (l *Linker) credential(id string) (Credential, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.credentials, func(c Credential) bool { return c.ID == id })
	if i < 0 {
		return Credential{}, false
	}
	return l.credentials[i], true
}

// slug is an id in lower case letters, digits and underscores.
func slug(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	if out := strings.Trim(b.String(), "_"); out != "" {
		return out
	}
	return "unknown"
}
