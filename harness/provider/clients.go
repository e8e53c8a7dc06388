package provider

// Clients are the options for our clients at a server.
type Clients struct {
	ClientID       string `flag:"client-id" value:"ID" group:"Clients" help:"our client at the provider (secret: AUTHCONFORM_CLIENT_SECRET)"`
	Secret         string `env:"CLIENT_SECRET"`
	OtherClientID  string `flag:"other-client-id" value:"ID" group:"Clients" help:"a second client (secret: AUTHCONFORM_OTHER_CLIENT_SECRET)"`
	OtherSecret    string `env:"OTHER_CLIENT_SECRET"`
	PublicClientID string `flag:"public-client-id" value:"ID" group:"Clients" help:"a client without a secret"`
	RedirectURI    string `flag:"redirect-uri" value:"URL" group:"Clients" help:"the redirect URL that our clients are registered with"`
	ClientAuth     string `flag:"client-auth" value:"METHOD" group:"Clients" help:"how our clients authenticate: auto, basic, post or both"`
	Scope          string `flag:"scope" value:"SCOPE" group:"Clients" help:"the scope to request"`
}
