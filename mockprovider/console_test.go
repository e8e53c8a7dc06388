package mockprovider_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

const callback = "https://home.example/auth/external/callback"

func TestTheConsoleManagesAppsOverREST(t *testing.T) {
	t.Parallel()
	p := started(t)
	call := func(method, path, body string) (int, map[string]any) {
		req, _ := http.NewRequestWithContext(t.Context(), method, p.URL+path, strings.NewReader(body))
		req.SetBasicAuth("dora", "dora-password")
		resp, err := http.DefaultClient.Do(req)
		status, raw := read(t, resp, err)
		var v map[string]any
		_ = json.Unmarshal([]byte(raw), &v)
		return status, v
	}
	status, made := call("POST", "/console/api/apps", `{"name":"<b>Home</b>","redirect_uris":["`+callback+`"]}`)
	if status != http.StatusCreated || made["client_secret"] == "" {
		t.Fatalf("%d %v", status, made)
	}
	at := "/console/api/apps/" + fmt.Sprint(made["client_id"])
	if status, v := call("GET", at, ""); status != 200 || v["client_secret"] != nil {
		t.Errorf("the secret is shown again: %d %v", status, v)
	}
	status, v := call("POST", at+"/redirects", `{"url":"`+callback+`/"}`)
	if status != 400 || !strings.Contains(fmt.Sprint(v["message"]), "slash") {
		t.Errorf("%d %v", status, v)
	}
	if status, v := call("POST", at+"/secret", ""); status != 200 || v["client_secret"] == made["client_secret"] {
		t.Errorf("%d %v", status, v)
	}
	for name, body := range map[string]string{
		"no JSON": "{", "a list": "[]", "a number": `{"name":5}`, "another member": `{"name":"x","secret":"y"}`,
		"no name": `{"name":" "}`, "control": `{"name":"a\u0000b"}`, "long": `{"name":"` + strings.Repeat("x", 5000) + `"}`,
	} {
		if status, v := call("POST", "/console/api/apps", body); status != http.StatusBadRequest || v["hint"] == nil {
			t.Errorf("%s: %d %v", name, status, v)
		}
	}
	if status, _ := call("DELETE", at, ""); status != 200 {
		t.Errorf("delete: %d", status)
	}
	if status, _ := call("GET", at, ""); status != http.StatusNotFound {
		t.Errorf("after delete: %d", status)
	}
}

func TestTheConsoleMakesAppsByPages(t *testing.T) {
	t.Parallel()
	p := started(t)
	b := browser(t, p)
	resp, err := b.Get(p.URL + "/console")
	_, page := read(t, resp, err)
	form := fieldsOf(page)
	form.Set("username", "dora")
	form.Set("password", "dora-password")
	resp, err = b.PostForm(p.URL+"/console/login", form)
	_, page = read(t, resp, err)
	form = fieldsOf(page)
	form.Set("name", `<script>alert("x")</script>`)
	form.Set("redirect", "http://home.example/auth/external/callback")
	resp, err = b.PostForm(p.URL+"/console/apps", form)
	status, page := read(t, resp, err)
	const script = "<script>alert"
	if status != http.StatusBadRequest || !strings.Contains(page, callback) || strings.Contains(page, script) {
		t.Errorf("%d %s", status, page)
	}
	form.Set("redirect", callback)
	resp, err = b.PostForm(p.URL+"/console/apps", form)
	status, page = read(t, resp, err)
	if status != 200 || !strings.Contains(page, "not shown again") || strings.Contains(page, script) {
		t.Errorf("%d %s", status, page)
	}
	form.Del("csrf")
	resp, err = b.PostForm(p.URL+"/console/apps", form)
	if status, _ = read(t, resp, err); status != http.StatusForbidden {
		t.Errorf("without csrf: %d", status)
	}
}
