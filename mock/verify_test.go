package mock

import (
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestVerifyTellsWhatWasAskedHowOftenAndInWhichOrder(t *testing.T) {
	t.Parallel()
	p, _ := tokens(t)
	post(p, "grant_type=authorization_code&client_id=app&code=x")
	post(p, "grant_type=refresh_token&client_id=app")
	post(p, "grant_type=refresh_token&bad=1")
	for _, c := range []struct{ expected, want string }{ // "": it holds
		{`{"requests":[{"path":"/auth/token"}]}`, ""},
		{`{"requests":[{"path":"/auth/*","times":3}]}`, ""},
		{`{"requests":[{"method":"POST","form":["code"],"times":1}]}`, ""},
		{`{"requests":[{"grant_type":"refresh_token","at_least":1,"at_most":2}]}`, ""},
		{`{"requests":[{"path":"/auth/revoke","times":0}]}`, ""},
		{`{"requests":[{"grant_type":"authorization_code"},{"grant_type":"refresh_token"}]}`, ""},
		{`{"in_order":true,"requests":[{"form":["code"]},{"status":400}]}`, ""},
		{`{"since":3,"requests":[{"times":0}]}`, ""},
		{`{"requests":[{"path":"/auth/token","times":2}]}`, "found 3, want exactly 2"},
		{`{"requests":[{"path":"/auth/token","at_most":1}]}`, "want at most 1"},
		{`{"requests":[{"path":"/auth/token","status":503}]}`, "nearest: request 1 (POST /auth/token) has status 200"},
		{`{"requests":[{"client_id":"other"}]}`, `has client_id "app"`},
		{`{"requests":[{"grant_type":"refresh_token","client_id":"app","form":["scope"]}]}`, `request 2 (POST /auth/token) has form`},
		{`{"in_order":true,"requests":[{"grant_type":"refresh_token"},{"form":["code"]}]}`, "requests[1] came, but not after"},
		{`{"in_order":true,"requests":[{"grant_type":"refresh_token","times":2},{"status":400}]}`, "requests[1] came, but not after"},
		{`{"requests":[{"path":"/auth/token"},{"path":"/auth/token","method":"PUT","at_least":1}]}`, "requests[1]: found 0, want at least 1"},
	} {
		status, said := control(p, "POST", "verify", c.expected)
		holds := strings.HasPrefix(said, `{"holds":true`)
		if status != http.StatusOK || holds != (c.want == "") || !strings.Contains(strings.ReplaceAll(said, `\"`, `"`), c.want) {
			t.Errorf("%s: %d %s, c.want %q", c.expected, status, said, c.want)
		}
	}
	for wrong, want := range map[string]string{
		`{}`:                                        "give 1 to 100",
		`{"requests":[{"time":1}]}`:                 `did you mean \"times\"`,
		`{"requests":[{"times":-1}]}`:               "negative",
		`{"requests":[{"path":"["}]}`:               "valid glob",
		`{"requests":[{"times":1,"at_most":2}]}`:    "either",
		`{"requests":[{"at_least":3,"at_most":2}]}`: "more than",
	} {
		if status, said := control(p, "POST", "verify", wrong); status != http.StatusBadRequest || !strings.Contains(said, want) {
			t.Errorf("%s: %d %s, want %s", wrong, status, said, want)
		}
	}
}

func TestVerifyDoesNotGuessAtWhatItHasForgotten(t *testing.T) {
	t.Parallel()
	p, _ := tokens(t)
	for range kept + 1 {
		p.Note(Entry{Method: "POST", Path: "/auth/token"})
	}
	const all, most = `{"requests":[{"times":1001}]}`, `{"since":1,"requests":[{"times":1000}]}`
	if status, said := control(p, "POST", "verify", all); status != http.StatusBadRequest || !strings.Contains(said, "no longer kept") {
		t.Errorf("%d %s", status, said)
	}
	if status, said := control(p, "POST", "verify", most); status != http.StatusOK || !strings.Contains(said, `"holds":true`) {
		t.Errorf("%d %s", status, said)
	}
	p.History.Clear()
	if status, _ := control(p, "POST", "verify", `{"requests":[{"times":0}]}`); status != http.StatusOK {
		t.Errorf("after it was cleared: %d", status)
	}
}

func TestWaitAnswersWhenTheRequestArrives(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, _ := tokens(t)
		post(p, "grant_type=authorization_code")
		answers := make(chan string)
		go func() {
			_, said := control(p, "POST", "wait", `{"grant_type":"refresh_token","times":2,"timeout":"30s"}`)
			answers <- said
		}()
		post(p, "grant_type=refresh_token")
		synctest.Wait()
		select {
		case said := <-answers:
			t.Fatalf("after one of two: %s", said)
		default:
		}
		post(p, "grant_type=refresh_token")
		if said := <-answers; !strings.HasPrefix(said, `{"arrived":true`) || strings.Count(said, `"seq"`) != 2 {
			t.Errorf("%s", said)
		}
		began := time.Now()
		_, said := control(p, "POST", "wait", `{"path":"/never","timeout":"30s"}`)
		if passed := time.Since(began); !strings.HasPrefix(said, `{"arrived":false`) || passed != 30*time.Second {
			t.Errorf("after %s: %s", passed, said)
		}
	})
	p, _ := tokens(t)
	for _, wrong := range []string{
		`{"timeout":"2m"}`, `{"timeout":"-1s"}`, `{"timeout":"x"}`, `{"times":0}`, `{"times":1001}`, `{"path":"["}`, ``,
	} {
		if status, said := control(p, "POST", "wait", wrong); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", wrong, status, said)
		}
	}
}

func TestAWaitEndsWithItsServer(t *testing.T) {
	t.Parallel()
	l, url, err := Bind("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p, _ := tokens(t)
	s := Serve(l, url, p)
	asked := make(chan int)
	go func() {
		req, _ := http.NewRequest(http.MethodPost, url+controlPrefix+"wait", strings.NewReader(`{"path":"/never","timeout":"1m"}`))
		req.Header.Set("Authorization", "Bearer "+p.Control.Token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			asked <- 0
			return
		}
		_ = resp.Body.Close()
		asked <- resp.StatusCode
	}()
	for p.History.added.silent() { // until it waits
		runtime.Gosched()
	}
	s.Stop()
	if status := <-asked; status != http.StatusOK {
		t.Errorf("it is answered %d", status)
	}
}
