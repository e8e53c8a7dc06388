package oauth

import "github.com/authconform/authconform/harness/wire"

// Tokens are a successful answer of the token endpoint (RFC 6749 §5.1).
type Tokens struct {
	Access   string `json:"access_token"`
	Refresh  string `json:"refresh_token"`
	Type     string `json:"token_type"`
	Expires  int    `json:"expires_in"` // seconds
	ClientID string `json:"client_id"`  // the client they were issued to
}

// Read reads tokens from an answer. The error says what is missing.
func Read(e *wire.Exchange, clientID string) (Tokens, error) {
	t := Tokens{ClientID: clientID}
	err := e.Decode(&t)
	t.ClientID = clientID
	return t, err
}

// Account is a resource owner (RFC 6749 §1.1): a person who can log in.
type Account struct {
	Username   string `json:"username"`
	Password   string `json:"password"`
	TOTPSecret string `json:"totp_secret,omitempty"` // base32; empty: no second factor
}
