package mock

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestStrangersDoNotLeadAMockToLinkLocalAddresses(t *testing.T) {
	t.Parallel()
	for address, refused := range map[string]bool{
		"169.254.169.254:80": true, "[::ffff:169.254.169.254]:80": true, "[fe80::1]:80": true, "[fe80::1%eth0]:443": true,
		"[fd00:ec2::254]:80": true, "224.0.0.1:80": true,
		"168.63.129.16:80": true, "[64:ff9b::a9fe:a9fe]:80": true,
		"127.0.0.1:80": false, "10.0.0.1:80": false, "192.168.1.5:8123": false, "[::1]:80": false,
		"[fd00::1]:80": false, "93.184.216.34:443": false,
	} {
		if err := refuseLinkLocal(address); errors.Is(err, ErrLinkLocal) != refused || !refused && err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/page" {
			_, _ = w.Write([]byte("a page"))
			return
		}
		http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
	}))
	defer elsewhere.Close()
	resp, err := Outward(nil).Get(elsewhere.URL + "/page")
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("a page of this machine: %v %v", resp, err)
	}
	_ = resp.Body.Close()
	for _, at := range []string{"http://169.254.169.254/", "http://[fe80::1]/", elsewhere.URL + "/moved"} {
		if resp, err := Outward(nil).Get(at); !errors.Is(err, ErrLinkLocal) {
			t.Errorf("%s: %v %v", at, resp, err)
		}
	}
}
