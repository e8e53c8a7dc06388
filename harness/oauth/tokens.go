package oauth

import (
	"net/http"
	"strconv"
	"time"

	"github.com/authconform/authconform/harness/wire"
)

// Tokens is a successful token response (RFC 6749 §5.1).
type Tokens struct {
	Access   string `json:"access_token"`
	Refresh  string `json:"refresh_token"`
	Type     string `json:"token_type"`
	Expires  int    `json:"expires_in"` // seconds
	ClientID string `json:"client_id"`  // the client they were issued to
}

// Read reads the tokens that a response grants, whatever else is wrong with it, such as its media type. The
// error says that there are none. Rows judge the shape.
func Read(e *wire.Exchange, clientID string) (Tokens, error) {
	t := Tokens{ClientID: clientID}
	v, err := e.Object()
	if err != nil {
		return t, err
	}
	t.Access, _ = v["access_token"].(string)
	t.Refresh, _ = v["refresh_token"].(string)
	t.Type, _ = v["token_type"].(string)
	t.Expires = seconds(v["expires_in"])
	return t, nil
}

// Granted reads the tokens of a successful response.
func Granted(e *wire.Exchange, clientID string) Tokens {
	if e.Status < http.StatusOK || e.Status >= http.StatusMultipleChoices {
		return Tokens{ClientID: clientID}
	}
	t, _ := Read(e, clientID) // the zero value says it
	return t
}

// seconds parses a lifetime, even as text or with a fraction.
func seconds(v any) int {
	n, _ := v.(float64)
	if text, ok := v.(string); ok {
		n, _ = strconv.ParseFloat(text, 64)
	}
	if n < 0 || n > (365*100*24*time.Hour).Seconds() {
		return 0
	}
	return int(n)
}

// Account is a resource owner (RFC 6749 §1.1): a user who can log in.
type Account struct {
	Username   string `json:"username"`
	Password   string `json:"password"`
	TOTPSecret string `json:"totp_secret,omitempty"` // base32; empty if there is no second factor
}
