package accountlink

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/judge"
)

func TestALinkingGoesFromTheServiceToTheTokens(t *testing.T) {
	f, s := start(t, nil)
	got := s.spec(t, func(ctx context.Context, p *Proxy) {
		tokens := p.Linked(ctx)
		if tokens["access_token"] != "access-of-c0de" || tokens["expires_in"] != 3600.0 {
			t.Errorf("%v", tokens)
		}
		judge.Violated(ctx, "nothing", fmt.Sprint(tokens["access_token"], " ", tokens["refresh_token"], " ", password))
	})
	if want := "‹access_token 1› ‹refresh_token 1› ‹password 1›"; got.Failures[0].Got != want {
		t.Errorf("%s, want %s", got.Failures[0].Got, want)
	}
	if lines := f.lines(); !strings.Contains(lines, `said {"service":"thermostat"}`) || !strings.Contains(lines, "GET /callback?code=c0de") {
		t.Errorf("%s", lines)
	}
}

func TestALinkingThatGoesWrongBlocksItsSpec(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*fake)
		want   string
	}{
		"another first frame": {func(f *fake) { f.first = `{"error":"x"}` }, `no authorize_url for thermostat: the frame says error "x"`},
		"no JSON":             {func(f *fake) { f.first = `hello` }, "no authorize_url for thermostat: the frame is not a JSON object"},
		"no tokens":           {func(f *fake) { f.last = `{"tokens":null,"x":1}` }, "no tokens arrive: the frame has the members tokens, x"},
		"silence":             {func(f *fake) { f.silent = true }, "no tokens arrive: no frame came"},
		"nobody there":        {func(f *fake) { f.Close() }, "no WebSocket at /v1: "},
		"no third party":      {func(f *fake) { f.party.Close() }, "the pages end without an answer"},
	} {
		f, s := start(t, nil)
		c.change(f)
		if name == "silence" {
			s.Patience = 20 * time.Millisecond
		}
		got := s.spec(t, func(ctx context.Context, p *Proxy) { p.Linked(ctx) })
		if got.Verdict != evidence.Blocked || !strings.Contains(got.Reason, c.want) {
			t.Errorf("%s: %s: %s, want %s", name, got.Verdict, got.Reason, c.want)
		}
	}
}

func TestAPersonComesBackToTheProxy(t *testing.T) {
	f, s := start(t, nil)
	s.spec(t, func(ctx context.Context, p *Proxy) {
		for no, want := range map[bool]string{false: "/callback?code=c0de", true: "/callback?error=access_denied"} {
			last, back := p.Finish(ctx, f.party.URL+"/authorize", no)
			if back != f.URL+want || last.Status != http.StatusOK || last.Body != "thank you" {
				t.Errorf("refuses %v: %s at %s", no, last, back)
			}
			<-f.back
		}
		p.Person.Account.Password = "wrong"
		if last, back := p.Finish(ctx, f.party.URL+"/authorize", false); back != "" || last.MediaType() != "text/html" {
			t.Errorf("nobody came back: %s at %q", last, back)
		}
	})
}

func TestANeighbourOfTheProxyIsNotTheProxy(t *testing.T) {
	for where, want := range map[string]bool{
		"http://h:2102/callback": true, "http://h:21029/callback": false, "http://h:2102.example/": false, "https://h:2102/callback": false,
	} {
		if got := below(where, "http://h:2102"); got != want {
			t.Errorf("%s: %v, want %v", where, got, want)
		}
	}
}

func TestAFrameIsToldFromSilenceAndFromAnEnd(t *testing.T) {
	f, s := start(t, nil)
	f.first, f.silent = `{"a":1}`, true
	s.spec(t, func(ctx context.Context, p *Proxy) {
		c := p.Dial(ctx)
		c.Say(ctx, websocket.MessageText, "hello")
		if m, text, err := c.Hear(ctx, time.Minute); err != nil || !text || m["a"] != 1.0 {
			t.Errorf("%v, %v, %v", m, text, err)
		}
		if _, _, err := c.Hear(ctx, 10*time.Millisecond); !errors.Is(err, ErrSilent) {
			t.Errorf("silence: %v", err)
		}
		c.Close()
		if _, _, err := c.Hear(ctx, time.Minute); err == nil || errors.Is(err, ErrSilent) {
			t.Errorf("after the end: %v", err)
		}
	})
}

func TestWhatWasSaidIsEvidence(t *testing.T) {
	f, s := start(t, nil)
	f.first, f.silent = `{"a":1}`, true
	got := s.spec(t, func(ctx context.Context, p *Proxy) {
		c := p.Dial(ctx)
		c.Say(ctx, websocket.MessageText, "hello")
		_, _, _ = c.Hear(ctx, time.Minute)
		judge.Violated(ctx, "a", "b")
	})
	var frames []string
	for _, item := range got.Evidence {
		frames = append(frames, item.Exchange.Method+item.Exchange.RequestBody+item.Exchange.ResponseBody)
	}
	if want := `WShello|WS{"a":1}`; strings.Join(frames, "|") != want {
		t.Errorf("%q, want %q", frames, want)
	}
}

func TestTokensAreRefreshedAtTheProxy(t *testing.T) {
	f, s := start(t, nil)
	s.spec(t, func(ctx context.Context, p *Proxy) {
		if e := p.RefreshAt(ctx, "thermostat", `{"refresh_token":"r"}`); e.Status != http.StatusNotFound {
			t.Errorf("%s", e)
		}
	})
	if lines := f.lines(); !strings.Contains(lines, `POST /refresh_token/thermostat {"refresh_token":"r"}`) {
		t.Errorf("%s", lines)
	}
}
