package accountlink

import "github.com/authconform/authconform/mockprovider"

// StartDemo starts a mock provider and a proxy that holds its client there, for the demo thermostat.
func StartDemo(policy *Policy) (*mockprovider.Server, *Server, error) {
	third, err := mockprovider.Listen("127.0.0.1:0", mockprovider.Options{})
	if err != nil {
		return nil, nil, err
	}
	const secret = "held-by-the-proxy-0123456789" //nolint:gosec // of a mock
	proxy, err := Listen("127.0.0.1:0", Options{Policy: policy, Services: []Service{{
		Domain: "authconform_demo", MinVersion: "0.1.0", AuthorizeURL: third.URL + "/oauth/authorize", TokenURL: third.URL + "/oauth/token",
		ClientID: "proxy", ClientSecret: secret, Scope: "profile devices:read",
	}}})
	if err == nil {
		_, err = third.Register(mockprovider.App{ID: "proxy", Secret: secret, Name: "Account link", Owner: "dora", Redirects: []string{proxy.URL + "/callback"}})
	}
	if err != nil {
		third.Kill()
		return nil, nil, err
	}
	return third, proxy, nil
}
