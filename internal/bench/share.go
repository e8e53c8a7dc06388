package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	maxShare = 1.3
	workers  = 4 // as many as the run has
	sections = "section:client-id,section:redirect-uri,section:login-flow,section:code," +
		"section:pkce,section:token,section:refresh,section:revocation,section:bearer"
)

// share judges a real home over HTTP, and then sends the same requests again with a minimal client: rows side by side in as many
// workers; within a row, each request starts when those that it waited for have ended. Flows are live, so the home hashes each
// password again. Codes and tokens are spent, so the home refuses their requests, which costs it less: the ratio is rather too
// high than too low.
func (b *bench) share(home, user, passwordFile string) {
	password, err := os.ReadFile(passwordFile)
	must(err)
	dir, err := os.MkdirTemp("", "share")
	must(err)
	defer os.RemoveAll(dir)
	ours := b.execAny("run", "--target", home, "--user", user, "--password-file", passwordFile, "--browser", "off", "--clock", "none",
		"--procs", fmt.Sprint(workers), "--select", sections, "--report-dir", dir, "-q")
	rows, n := recorded(filepath.Join(dir, "exchanges.har"))
	bare := replay(rows, strings.TrimSpace(string(password)))
	ratio := float64(ours) / float64(bare)
	b.say(
		fmt.Sprintf("run on a real home ÷ bare client, %d requests", n),
		fmt.Sprintf("%.2f (%.1f s ÷ %.1f s)", ratio, ours.Seconds(), bare.Seconds()),
		"≤ 1.3",
		ratio <= maxShare,
	)
}

// sent is one recorded request.
type sent struct {
	method, url, body string
	header            http.Header
	start, end        time.Time
	flow              string // that the answer opened
}

var placeholder = regexp.MustCompile(`‹[^›]*›`)

// recorded reads the HTTP exchanges of a HAR, by row, in the order of their start.
func recorded(file string) ([][]sent, int) {
	raw, err := os.ReadFile(file)
	must(err)
	var har struct {
		Log struct {
			Entries []struct {
				Pageref string
				Started time.Time `json:"startedDateTime"`
				Time    float64
				Request struct {
					Method, URL string
					Headers     []struct{ Name, Value string }
					PostData    struct{ Text string } `json:"postData"`
				}
				Response struct{ Content struct{ Text string } }
			}
		}
	}
	must(json.Unmarshal(raw, &har))
	byRow := map[string][]sent{}
	n := 0
	for _, e := range har.Log.Entries {
		if e.Request.Method == "WS" {
			continue
		}
		s := sent{
			method: e.Request.Method,
			url:    e.Request.URL,
			body:   e.Request.PostData.Text,
			header: http.Header{},
			start:  e.Started,
			end:    e.Started.Add(time.Duration(e.Time * float64(time.Millisecond))),
		}
		for _, h := range e.Request.Headers {
			s.header.Add(h.Name, placeholder.ReplaceAllString(h.Value, "x"))
		}
		var step struct {
			Flow string `json:"flow_id"`
		}
		if json.Unmarshal([]byte(e.Response.Content.Text), &step) == nil {
			s.flow = step.Flow
		}
		byRow[e.Pageref] = append(byRow[e.Pageref], s)
		n++
	}
	var rows [][]sent
	for _, list := range byRow {
		slices.SortFunc(list, func(a, b sent) int { return a.start.Compare(b.start) })
		rows = append(rows, list)
	}
	slices.SortFunc(rows, func(a, b []sent) int { return a[0].start.Compare(b[0].start) })
	return rows, n
}

// replay sends the rows again and returns how long that took.
func replay(rows [][]sent, password string) time.Duration {
	client := &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	started := time.Now()
	next := make(chan []sent)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for row := range next {
				again(client, row, password)
			}
		})
	}
	for _, row := range rows {
		next <- row
	}
	close(next)
	wg.Wait()
	return time.Since(started)
}

// again sends one row: each request starts after those that had ended before it started.
func again(client *http.Client, row []sent, password string) {
	var live sync.Map // recorded flow -> flow of now
	done := make([]chan struct{}, len(row))
	var wg sync.WaitGroup
	for i, s := range row {
		done[i] = make(chan struct{})
		wg.Go(func() {
			defer close(done[i])
			for j, before := range row[:i] {
				if !before.end.After(s.start) {
					<-done[j]
				}
			}
			resend(client, s, password, &live)
		})
	}
	wg.Wait()
}

func resend(client *http.Client, s sent, password string, live *sync.Map) {
	url := placeholder.ReplaceAllString(s.url, "x")
	if at := strings.LastIndex(url, "/login_flow/"); at >= 0 {
		if now, ok := live.Load(url[at+len("/login_flow/"):]); ok {
			url = url[:at+len("/login_flow/")] + now.(string)
		}
	}
	body := strings.NewReplacer("‹password 1›", password).Replace(s.body)
	req, err := http.NewRequest(s.method, url, strings.NewReader(placeholder.ReplaceAllString(body, "x"))) //nolint:noctx // a bench
	if err != nil {
		return // an odd request that only our own client can spell
	}
	req.Header = s.header
	resp, err := client.Do(req)
	if err != nil {
		return
	}
	defer resp.Body.Close()
	raw, _ := io.ReadAll(resp.Body)
	var step struct {
		Flow string `json:"flow_id"`
	}
	if s.flow != "" && json.Unmarshal(raw, &step) == nil && step.Flow != "" {
		live.Store(s.flow, step.Flow)
	}
}
