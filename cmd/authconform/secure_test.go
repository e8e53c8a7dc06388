package main

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestTheMyPageServesHTTPSLikeTheOthers: with the CA that the home offers. It redirects to the home.
func TestTheMyPageServesHTTPSLikeTheOthers(t *testing.T) {
	t.Parallel()
	r := serving(t, "--my", "127.0.0.1:0", "--tls")
	if !strings.HasPrefix(r.My.URL, "https://") {
		t.Fatalf("it is at %s", r.My.URL)
	}
	trusting := &tls.Config{InsecureSkipVerify: true} // to fetch the CA
	anything := &http.Client{Transport: &http.Transport{TLSClientConfig: trusting}}
	resp, err := anything.Get(r.Home.URL + "/_authconform/ca.pem")
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(raw) {
		t.Fatalf("no CA: %s", raw)
	}
	client := &http.Client{
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err = client.Get(r.My.URL + "?code=a&state=s")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if want := r.Home.URL + "/auth/external/callback?code=a&state=s"; resp.Header.Get("Location") != want {
		t.Errorf("it redirects to %s, not %s", resp.Header.Get("Location"), want)
	}
}
