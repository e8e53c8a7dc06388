package accountlink

import "github.com/authconform/authconform/mockprovider"

// Join starts a proxy with one service, authconform_demo: a mock provider where the proxy has a client.
func Join(third *mockprovider.Server, address string, o Options) (*Server, error) {
	const secret = "held-by-the-proxy-0123456789"
	o.Services = []Service{{
		Domain: "authconform_demo", MinVersion: "0.1.0", AuthorizeURL: third.URL + "/oauth/authorize", TokenURL: third.URL + "/oauth/token",
		ClientID: "proxy", ClientSecret: secret, Scope: "profile devices:read",
	}}
	proxy, err := Listen(address, o)
	if err != nil {
		return nil, err
	}
	app := mockprovider.App{ID: "proxy", Secret: secret, Name: "Account link", Owner: "dora", Redirects: []string{proxy.URL + "/callback"}}
	if _, err := third.Register(app); err != nil {
		proxy.Kill()
		return nil, err
	}
	return proxy, nil
}

// StartDemo starts a proxy and the mock provider behind it, on free loopback ports.
func StartDemo(policy *Policy) (*mockprovider.Server, *Server, error) {
	third, err := mockprovider.Listen("127.0.0.1:0", mockprovider.Options{})
	if err != nil {
		return nil, nil, err
	}
	proxy, err := Join(third, "127.0.0.1:0", Options{Policy: policy})
	if err != nil {
		third.Kill()
		return nil, nil, err
	}
	return third, proxy, nil
}
