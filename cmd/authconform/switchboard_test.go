package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/proof"
)

// plane calls the control plane of a server.
func plane(t *testing.T, client *http.Client, url string, r readyFile, method, name, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url+"/_authconform/"+name, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.Control.Token)
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, strings.TrimSpace(string(raw))
}

func TestDefectsAndFlavoursAreSwitchedWhileItRuns(t *testing.T) {
	t.Parallel()
	r := serving(t, "--provider", "127.0.0.1:0", "--defect", "metadata.missing")
	shown := func(url string) int {
		resp, err := http.Get(url + "/.well-known/oauth-authorization-server")
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	for _, c := range []struct {
		method, name, body, want string
		home, provider           int // what the metadata answers then
	}{
		{"GET", "flavours", "", `{"seeds":[]}`, 404, 200},
		{"POST", "defects", `{"id":"thirdparty.no-metadata"}`, `{"on":["metadata.missing","thirdparty.no-metadata"]}`, 404, 404},
		{"DELETE", "defects?id=metadata.missing", "", `{"on":["thirdparty.no-metadata"]}`, 200, 404},
		{"POST", "flavours", `{"seed":3}`, `{"seeds":[3]}`, 200, 404},
		{"POST", "flavours", `{"seed":4}`, `{"seeds":[3,4]}`, 200, 404},
		{"DELETE", "flavours?seed=3", "", `{"seeds":[4]}`, 200, 404},
		{"DELETE", "defects", "", `{"on":[]}`, 200, 200},
		{"POST", "reset", "", `{}`, 404, 200},
		{"GET", "flavours", "", `{"seeds":[]}`, 404, 200},
		{"POST", "defects", `{"id":"metadata.misssing"}`, `did you mean \"metadata.missing\"?`, 404, 200},
		{"POST", "defects", `{"ids":"metadata.missing"}`, `did you mean \"id\"?`, 404, 200},
		{"POST", "defects", `{"id":"` + aProxyDefect(t) + `"}`, "start it too: authconform serve --account-link ADDRESS", 404, 200},
		{"POST", "defects", `{"id":"users.password-case"}`, "serve --defect users.password-case", 404, 200},
		{"DELETE", "defects?id=metadata.misssing", "", "did you mean", 404, 200},
		{"DELETE", "flavours?seed=9", "", "there is no flavour", 404, 200},
		{"POST", "flavours", `{"seed":0}`, "from 1", 404, 200},
	} {
		_, said := plane(t, http.DefaultClient, r.Home.URL, r, c.method, c.name, c.body)
		if !strings.Contains(said, c.want) {
			t.Errorf("%s %s %s: %s, want %s", c.method, c.name, c.body, said, c.want)
		}
		if home, provider := shown(r.Home.URL), shown(r.Provider.URL); home != c.home || provider != c.provider {
			t.Errorf("then, %s %s %s: the metadata of home and provider answer %d and %d", c.method, c.name, c.body, home, provider)
		}
	}
	_, said := plane(t, http.DefaultClient, r.Provider.URL, r, "GET", "defects", "")
	var list []switchable
	if err := json.Unmarshal([]byte(said), &list); err != nil {
		t.Fatal(err)
	}
	on := slices.DeleteFunc(slices.Clone(list), func(d switchable) bool { return !d.On })
	if len(on) != 1 || on[0].ID != "metadata.missing" || on[0].Server != "home" || len(list) < 100 {
		t.Errorf("of %d defects these are on: %+v", len(list), on)
	}
}

func TestServeListsItsDefects(t *testing.T) {
	t.Parallel()
	o := invoke(t, "serve", "--defect", "list")
	for _, want := range []string{"Defects of --home", "  code.reusable\n", "Defects of --account-link", aProxyDefect(t)} {
		if o.code != exit.OK || !strings.Contains(o.out, want) {
			t.Errorf("exit %d, without %q", o.code, want)
		}
	}
}

// strictX509 fetches a URL with Python's strict certificate checks.
const strictX509 = `import ssl, sys, urllib.request
context = ssl.create_default_context(cafile=sys.argv[1])
context.verify_flags |= ssl.VERIFY_X509_STRICT
print(urllib.request.urlopen(sys.argv[2], context=context).status)`

func TestAHomeOverTLSIsTakenByStrictClients(t *testing.T) {
	t.Parallel()
	r := serving(t, "--provider", "127.0.0.1:0", "--account-link", "127.0.0.1:0", "--tls")
	lax := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	resp, err := lax.Get(r.Home.URL + "/_authconform/ca.pem") // without the token, before anybody trusts the CA
	if err != nil {
		t.Fatal(err)
	}
	ca, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		t.Fatalf("no CA: %s", ca)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}}
	for _, url := range []string{r.Home.URL, r.Provider.URL, r.AccountLink.URL, strings.Replace(r.Home.URL, "127.0.0.1", "localhost", 1)} {
		if status, said := plane(t, client, url, r, "GET", "servers", ""); status != http.StatusOK || !strings.HasPrefix(url, "https:") {
			t.Errorf("%s: %d %s", url, status, said)
		}
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not here: strict checks of X.509 were not tried")
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, ca, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{r.Home.URL, r.AccountLink.URL} {
		out, err := exec.CommandContext(t.Context(), python, "-c", strictX509, file, url+"/_authconform/ca.pem").CombinedOutput()
		if err != nil || strings.TrimSpace(string(out)) != "200" {
			t.Errorf("%s: %v\n%s", url, err, out)
		}
	}
}

func TestServeRefusesHalfACertificateAndUnknownLives(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"--tls-cert a.pem":                  "belong together",
		"--tls-cert a.pem --tls-key b.pem":  "a.pem",
		"--lifetime acess-token=1m":         `did you mean "access-token"?`,
		"--lifetime code":                   "NAME=DURATION",
		"--lifetime code=soon":              "is not a duration",
		"--lifetime code=0s":                "one second to ten years",
		"--log xml":                         "text, json",
		"--defect metadata.missing,metadta": "unknown defect",
	} {
		o := invoke(t, append([]string{"serve", "--home", "127.0.0.1:0"}, strings.Fields(args)...)...)
		if o.code != exit.Usage || !strings.Contains(o.err, want) {
			t.Errorf("%s: exit %d, %s; want %s", args, o.code, o.err, want)
		}
		oneLine(t, o.err)
	}
}

// TestServeWritesRequests: one line each, with names of parameters and without values.
func TestServeWritesRequests(t *testing.T) {
	t.Parallel()
	for flag, want := range map[string]string{
		"-v":         ` home     400 POST /auth/token grant="refresh_token" form="grant_type,refresh_token" why="invalid_grant`,
		"--log=json": `{"server":"home","seq":1,"at":"`,
	} {
		ctx, cancel := context.WithCancel(t.Context())
		file := filepath.Join(t.TempDir(), "ready.json")
		cmd := program(ctx, t, "serve", "--home", "127.0.0.1:0", "--ready-file", file, flag, "--lifetime", "access-token=1m")
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
		pipe, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var r readyFile
		eventually(t, "serve is never ready", func() bool {
			raw, err := os.ReadFile(file)
			return err == nil && json.Unmarshal(raw, &r) == nil
		})
		const body = "grant_type=refresh_token&refresh_token=s3cret"
		resp, err := http.Post(r.Home.URL+"/auth/token", "application/x-www-form-urlencoded", bytes.NewBufferString(body))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		line, _ := bufio.NewReader(pipe).ReadString('\n')
		if !strings.Contains(line, want) || strings.Contains(line, "s3cret") {
			t.Errorf("%s: %s", flag, line)
		}
		cancel()
		_ = cmd.Wait()
		if _, err := os.Stat(file); !os.IsNotExist(err) {
			t.Errorf("%s: the ready file is still there: %v", flag, err)
		}
	}
}

// TestEveryDefectIsSwitchedOrSaysHowToGetIt: no defect is refused at run time without the command that starts the servers with it.
func TestEveryDefectIsSwitchedOrSaysHowToGetIt(t *testing.T) {
	t.Parallel()
	r := serving(t, "--provider", "127.0.0.1:0", "--account-link", "127.0.0.1:0", "--indieauth", "127.0.0.1:0")
	refused := 0
	for _, id := range proof.DefectIDs() {
		status, said := plane(t, http.DefaultClient, r.Home.URL, r, "POST", "defects", `{"id":"`+id+`"}`)
		if status == http.StatusOK && said == `{"on":["`+id+`"]}` {
			status, said = plane(t, http.DefaultClient, r.Home.URL, r, "DELETE", "defects?id="+id, "")
			if status != http.StatusOK || said != `{"on":[]}` {
				t.Errorf("%s is not switched off: %d %s", id, status, said)
			}
			continue
		}
		refused++
		if want := "start the servers with it: authconform serve --defect " + id + `"`; status != 400 || !strings.Contains(said, want) {
			t.Errorf("%s: %d %s", id, status, said)
		}
		if o := invoke(t, "serve", "--home", "256.0.0.1:1", "--defect", id); strings.Contains(o.err, "--defect") {
			t.Errorf("serve --defect %s: %s", id, o.err)
		}
	}
	if refused == 0 || refused > 10 {
		t.Errorf("%d defects cannot be switched", refused)
	}
}

// TestADefectOfTheStoreIsSwitchedUnderLiveSessions: sessions survive the switch, and the defect takes effect at once.
func TestADefectOfTheStoreIsSwitchedUnderLiveSessions(t *testing.T) {
	t.Parallel()
	r := serving(t)
	id := r.Home.URL + "/"
	redeem := func(code string) (int, map[string]any) {
		form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "client_id": {id}}
		return posted(t, r.Home.URL+"/auth/token", "application/x-www-form-urlencoded", form.Encode())
	}
	code := func() string {
		_, flow := posted(t, r.Home.URL+"/auth/login_flow", "application/json",
			`{"client_id":"`+id+`","handler":["homeassistant",null],"redirect_uri":"`+id+`"}`)
		_, done := posted(t, r.Home.URL+"/auth/login_flow/"+flow["flow_id"].(string), "application/json",
			`{"client_id":"`+id+`","username":"ada","password":"ada-password"}`)
		return done["result"].(string)
	}
	early := code()
	_, session := redeem(code())
	refresh := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {session["refresh_token"].(string)}, "client_id": {id}}.Encode()
	for _, c := range []struct {
		method, name, body string
		again              int // a code that comes twice
	}{
		{"GET", "defects", "", 400},
		{"POST", "defects", `{"id":"code.twice"}`, 200},
		{"POST", "flavours", `{"seed":2}`, 200},
		{"DELETE", "defects?id=code.twice", "", 400},
	} {
		if status, said := plane(t, http.DefaultClient, r.Home.URL, r, c.method, c.name, c.body); status != http.StatusOK {
			t.Fatalf("%s %s: %d %s", c.method, c.name, status, said)
		}
		fresh := code()
		first, _ := redeem(fresh)
		again, _ := redeem(fresh)
		if first != 200 || again != c.again {
			t.Errorf("after %s %s %s a code gets %d, then %d; want %d", c.method, c.name, c.body, first, again, c.again)
		}
		if status, v := posted(t, r.Home.URL+"/auth/token", "application/x-www-form-urlencoded", refresh); status != 200 {
			t.Errorf("after %s %s the old session is refused: %d %v", c.method, c.name, status, v)
		}
	}
	if status, v := redeem(early); status != 200 {
		t.Errorf("a code of before: %d %v", status, v)
	}
}

// posted posts a body and reads the JSON object that comes back.
func posted(t *testing.T, at, kind, body string) (int, map[string]any) {
	t.Helper()
	resp, err := http.Post(at, kind, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var v map[string]any
	_ = json.NewDecoder(resp.Body).Decode(&v)
	return resp.StatusCode, v
}
