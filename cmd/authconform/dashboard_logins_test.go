package main

import (
	"net/http"
	"strings"
	"testing"
)

func TestTheDashboardShowsLoginsUnderWay(t *testing.T) {
	t.Parallel()
	d := openBoard(t, "#token=TOKEN")
	d.says("#logins", "No flow is open")
	body := `{"client_id":"` + d.r.Home.URL + `/","handler":["homeassistant",null],"redirect_uri":"` + d.r.Home.URL + `/"}`
	resp, err := http.Post(d.r.Home.URL+"/auth/login_flow", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	d.says("#logins", "login form, homeassistant, no PKCE, never ends")
	d.says("#logins", d.r.Home.URL)
}
