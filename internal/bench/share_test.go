package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"
)

// har returns a recording of two rows at a home: a login, and another request.
func har(t *testing.T, base string) string {
	t.Helper()
	entry := func(row, second, method, path, body, answer string) string {
		return fmt.Sprintf(`{"pageref":%q,"startedDateTime":"2026-11-27T00:00:%sZ","time":500,
			"request":{"method":%q,"url":%q,"headers":[{"name":"Authorization","value":"Bearer ‹token 1›"}],"postData":{"text":%q}},
			"response":{"content":{"text":%q}}}`, row, second, method, base+path, body, answer)
	}
	log := `{"log":{"entries":[` + strings.Join([]string{
		entry("login", "05", "POST", "/auth/login_flow/old", `{"password":"‹password 1›","code":"‹code 1›"}`, ""),
		entry("login", "03", "POST", "/auth/login_flow", `{}`, `{"flow_id":"old"}`),
		entry("login", "04", "WS", "/api/websocket", `{}`, ""),
		entry("other", "01", "GET", "/api/?t=‹token 1›", "", ""),
	}, ",") + `]}}`
	path := filepath.Join(t.TempDir(), "exchanges.har")
	if err := os.WriteFile(path, []byte(log), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestARecordingIsReadByRowsInTheirOrder(t *testing.T) {
	rows, n := recorded(har(t, "http://home"))
	if n != 3 || len(rows) != 2 || len(rows[0]) != 1 || len(rows[1]) != 2 {
		t.Fatalf("%d requests in %+v", n, rows)
	}
	first := rows[1][0]
	if first.url != "http://home/auth/login_flow" || first.flow != "old" || first.header.Get("Authorization") != "Bearer x" {
		t.Errorf("%+v", first)
	}
	if first.end.Sub(first.start) != 500*time.Millisecond {
		t.Errorf("it took %s", first.end.Sub(first.start))
	}
}

func TestARecordingIsSentAgainWithLiveFlowsAndThePassword(t *testing.T) {
	var mu sync.Mutex
	var heard []string
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		heard = append(heard, r.Method+" "+r.URL.String()+" "+string(body))
		mu.Unlock()
		_, _ = io.WriteString(w, `{"flow_id":"live"}`)
	}))
	defer home.Close()
	rows, _ := recorded(har(t, home.URL))
	if took := replay(rows, "s3cret"); took <= 0 {
		t.Errorf("it took %s", took)
	}
	login := slices.DeleteFunc(slices.Clone(heard), func(line string) bool { return strings.HasPrefix(line, "GET") })
	want := []string{"POST /auth/login_flow {}", `POST /auth/login_flow/live {"password":"s3cret","code":"x"}`}
	if len(heard) != 3 || !slices.Equal(login, want) {
		t.Errorf("%q, want %q", heard, want)
	}
}

func TestAMissedTargetIsCounted(t *testing.T) {
	var out bytes.Buffer
	b := &bench{out: tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)}
	b.say("size", "1 MB", "≤ 2 MB", true)
	b.say("speed", "3 s", "≤ 2 s", false)
	if b.missed != 1 || !strings.Contains(out.String(), "speed  3 s  ≤ 2 s  MISSED") {
		t.Errorf("%d missed:\n%s", b.missed, out.String())
	}
}

func TestTheMedianIsTheOneInTheMiddle(t *testing.T) {
	left := []time.Duration{9, 1, 5}
	got := median(3, func() time.Duration {
		d := left[0]
		left = left[1:]
		return d
	})
	if got != 5 {
		t.Errorf("%d", got)
	}
}

func TestTheLeastHandlerRefreshesItsOwnTokenOnly(t *testing.T) {
	server, token := bare()
	defer server.Close()
	c := newClient(server.URL)
	var answer struct {
		Access string `json:"access_token"`
	}
	c.post("/auth/token", "application/x-www-form-urlencoded", "grant_type=refresh_token&refresh_token="+token, &answer)
	if answer.Access == "" {
		t.Error("it gives no token")
	}
	defer func() {
		if recover() == nil {
			t.Error("a refusal is measured as an answer")
		}
	}()
	c.post("/auth/token", "application/x-www-form-urlencoded", "grant_type=refresh_token&refresh_token=x", &answer)
}
