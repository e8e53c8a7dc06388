package oauth

// Client is a client as it is registered with a server.
type Client struct {
	ID       string `json:"id,omitempty"`
	Secret   string `json:"secret,omitempty"`   // "": a public client (RFC 6749 §2.1)
	Redirect string `json:"redirect,omitempty"` // "": as the default client's
	Verifier string `json:"-"`                  // its codes are bound to this code_verifier (RFC 7636); "": to none
}

// Asks sets the client's parameters in an authorization request.
func (c Client) Asks() []Change {
	list := []Change{Set("client_id", c.ID)}
	if c.Verifier != "" {
		list = append(list, Challenge(c.Verifier)...)
	}
	if c.Redirect != "" {
		list = append(list, Set("redirect_uri", c.Redirect))
	}
	return list
}

// Redeems sets the client's parameters in a token request.
func (c Client) Redeems() []Change {
	list := []Change{Set("client_id", c.ID), Drop("client_secret")}
	if c.Secret != "" {
		list = append(list, Set("client_secret", c.Secret))
	}
	if c.Verifier != "" {
		list = append(list, Set("code_verifier", c.Verifier))
	}
	return list
}
