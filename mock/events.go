package mock

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// heartbeat is how often a stream of events sends a sign of life.
const heartbeat = 15 * time.Second

// events answers GET events: requests as they arrive, and changes, as server-sent events (HTML §9.2).
func (p *Plane) events(w http.ResponseWriter, r *http.Request) {
	since, err := strconv.ParseInt(r.URL.Query().Get("since"), 10, 64)
	if err != nil {
		since = 0
	}
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // a proxy in between does not hold it back
	ctx := waiting(r)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	all := func(Entry) bool { return true }
	for {
		added, changed := p.History.added.listen(), p.Control.changed.listen()
		found, _ := p.History.find(since, all)
		for _, e := range found {
			since = e.Seq
			if !tell(w, "request", e) {
				return
			}
		}
		if !flush(w) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-added:
		case <-changed:
			if !tell(w, "change", Done{}) {
				return
			}
		case <-beat.C:
			if _, err := fmt.Fprint(w, ": still there\n\n"); err != nil {
				return
			}
		}
	}
}

// tell writes one event. A client that does not read in time is dropped.
func tell(w http.ResponseWriter, kind string, v any) bool {
	raw, err := json.Marshal(v)
	if err != nil {
		return true // there is nothing to tell
	}
	soon(w)
	_, err = fmt.Fprintf(w, "event: %s\ndata: %s\n\n", kind, raw)
	return err == nil
}

func flush(w http.ResponseWriter) bool {
	soon(w)
	return http.NewResponseController(w).Flush() == nil
}
