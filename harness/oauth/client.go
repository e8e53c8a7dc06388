package oauth

// Client is a client as it is registered with a server.
type Client struct {
	ID       string `json:"id,omitempty"`
	Secret   string `json:"secret,omitempty"`   // "": a public client (RFC 6749 §2.1)
	Redirect string `json:"redirect,omitempty"` // "": as the default client's
}

// Asks makes an authorization request the client's.
func (c Client) Asks() []Change {
	list := []Change{Set("client_id", c.ID)}
	if c.Redirect != "" {
		list = append(list, Set("redirect_uri", c.Redirect))
	}
	return list
}

// Redeems makes a token request the client's.
func (c Client) Redeems() []Change {
	if c.Secret == "" {
		return []Change{Set("client_id", c.ID), Drop("client_secret")}
	}
	return []Change{Set("client_id", c.ID), Set("client_secret", c.Secret)}
}
