package replay

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

const password = `own"er's pass\word & more=`

// home is a small server with logins: flows, codes, tokens. Every use of a code is granted.
type home struct {
	mu    sync.Mutex
	seen  []string // what was asked, in order
	flows int
	codes int
}

func (h *home) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	var asked map[string]string
	_ = json.Unmarshal(body, &asked)
	say := func(format string, args ...any) { fmt.Fprintf(w, format, args...) }
	switch {
	case r.URL.Path == "/flow":
		h.flows++
		h.seen = append(h.seen, "flow")
		say(`{"type":"form","flow_id":"f10w-of-this-run-%d","errors":{}}`, h.flows)
	case strings.HasPrefix(r.URL.Path, "/flow/"):
		if asked["password"] != password || r.URL.Path != fmt.Sprintf("/flow/f10w-of-this-run-%d", h.flows) {
			say(`{"type":"form","errors":{"base":"invalid_auth"}}`)
			return
		}
		h.codes++
		h.seen = append(h.seen, "login")
		say(`{"type":"create_entry","result":"c\/ode+%d"}`, h.codes)
	case r.PostFormValue("code") == fmt.Sprintf("c/ode+%d", h.codes), r.PostFormValue("refresh_token") == "refresh=1":
		h.seen = append(h.seen, "token")
		say(`{"access_token":"access-1","refresh_token":"refresh=1"}`)
	case r.Header.Get("Authorization") == "Bearer access-1":
		h.seen = append(h.seen, r.Method+" "+r.URL.Path)
		say(`{"message":"hello"}`)
	default:
		http.Error(w, "no", http.StatusUnauthorized)
	}
}

// saw returns the requests in order.
func (h *home) saw() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.seen)
}
