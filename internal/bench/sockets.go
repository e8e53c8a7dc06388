package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// The load of open sockets: each subscribes to one of the entities, which change in turn.
const (
	openSockets = 5000
	entities    = 50
	changes     = 100 // a second
	loadFor     = 30 * time.Second
	grace       = 30 * time.Second // for what is still on its way
	socketHeap  = 1.25
)

// sockets opens thousands of sockets at a home, changes the entities that they subscribe to, and counts the events.
func (b *bench) sockets() {
	dir, err := os.MkdirTemp("", "bench")
	must(err)
	defer os.RemoveAll(dir)
	cmd, home := b.served(filepath.Join(dir, "ready.json"))
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	c := newClient(home)
	access := c.access()
	for n := range entities {
		c.change(access, n, 0)
	}
	var arrived atomic.Int64
	conns := subscribeAll(home, access, &arrived)
	defer func() {
		for _, conn := range conns {
			_ = conn.CloseNow()
		}
	}()
	early, late := c.load(access, cmd.Process.Pid)
	want := int64(loadFor.Seconds()) * changes * openSockets / entities
	for end := time.Now().Add(grace); arrived.Load() < want && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond) //nolint:forbidigo // a poll for what is on its way
	}
	got := arrived.Load()
	b.say("events to 5,000 sockets, 10,000/s for 30 s", fmt.Sprintf("%d of %d arrived", got, want), "none lost", got == want)
	b.say("its memory at the end ÷ after 5 s", fmt.Sprintf("%.2f (%.0f MB)", float64(late)/float64(early), float64(late)/1e6),
		"≤ 1.25", float64(late) <= socketHeap*float64(early))
}

// served starts serve and waits for its ready file.
func (b *bench) served(ready string) (cmd *exec.Cmd, home string) {
	cmd = exec.Command(b.program, "serve", "--home", "127.0.0.1:0", "--ready-file", ready) //nolint:gosec,noctx // it is ours
	must(cmd.Start())
	var r struct{ Home struct{ URL string } }
	for end := time.Now().Add(10 * time.Second); ; {
		if raw, err := os.ReadFile(ready); err == nil && json.Unmarshal(raw, &r) == nil {
			return cmd, r.Home.URL
		}
		if time.Now().After(end) {
			must(fmt.Errorf("serve is not ready after 10 s"))
		}
		time.Sleep(time.Millisecond) //nolint:forbidigo // a poll for a file
	}
}

// access returns an access token.
func (c *client) access() string {
	var got struct {
		AccessToken string `json:"access_token"`
	}
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {c.login()}, "client_id": {c.base + "/"}}
	c.post("/auth/token", "application/x-www-form-urlencoded", form.Encode(), &got)
	return got.AccessToken
}

func entity(n int) string { return fmt.Sprintf("sensor.load_%d", n%entities) }

// change sets the state of an entity.
func (c *client) change(access string, n, state int) {
	at, body := c.base+"/api/states/"+entity(n), fmt.Sprintf(`{"state":"%d"}`, state)
	req, err := http.NewRequest(http.MethodPost, at, strings.NewReader(body)) //nolint:noctx // a bench
	must(err)
	req.Header.Set("Authorization", "Bearer "+access)
	resp, err := c.http.Do(req)
	must(err)
	must(resp.Body.Close())
	if resp.StatusCode > http.StatusCreated {
		must(fmt.Errorf("a change is answered %s", resp.Status))
	}
}

// load changes the entities in turn, and returns the home's memory after 5 s and at the end.
func (c *client) load(access string, pid int) (early, late int64) {
	tick := time.NewTicker(time.Second / changes)
	defer tick.Stop()
	all := int(loadFor.Seconds()) * changes
	for n := range all {
		<-tick.C
		c.change(access, n, 1+n/entities)
		if n == 5*changes {
			early = resident(pid)
		}
	}
	return early, resident(pid)
}

// subscribeAll opens the sockets and counts the changes that arrive on them.
func subscribeAll(home, access string, arrived *atomic.Int64) []*websocket.Conn {
	conns := make([]*websocket.Conn, openSockets)
	var wg sync.WaitGroup
	turns := make(chan struct{}, 64)
	for n := range conns {
		turns <- struct{}{}
		wg.Go(func() {
			defer func() { <-turns }()
			conns[n] = subscribed(home, access, n)
			go count(conns[n], arrived)
		})
	}
	wg.Wait()
	return conns
}

// subscribed opens a socket that has subscribed to one entity and received its state.
func subscribed(home, access string, n int) *websocket.Conn {
	ctx := context.Background()
	conn, resp, err := websocket.Dial(ctx, home+"/api/websocket", nil)
	must(err)
	if resp.Body != nil {
		_ = resp.Body.Close()
	}
	say := func(text string) { must(conn.Write(ctx, websocket.MessageText, []byte(text))) }
	hear := func(want string) {
		_, raw, err := conn.Read(ctx)
		must(err)
		if !bytes.Contains(raw, []byte(want)) {
			must(fmt.Errorf("a socket says %s, want %s", raw, want))
		}
	}
	hear("auth_required")
	say(fmt.Sprintf(`{"type":"auth","access_token":%q}`, access))
	hear("auth_ok")
	say(fmt.Sprintf(`{"id":1,"type":"subscribe_entities","entity_ids":[%q]}`, entity(n)))
	hear(`"success":true`)
	hear(`"a":{`)
	return conn
}

// count counts the changes that arrive on a socket until it is closed.
func count(conn *websocket.Conn, arrived *atomic.Int64) {
	for {
		_, raw, err := conn.Read(context.Background())
		if err != nil {
			return
		}
		arrived.Add(int64(bytes.Count(raw, []byte(`"c":{`))))
	}
}
