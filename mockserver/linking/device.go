package linking

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
)

// Device is a linked account's thermostat as last read. Temperatures are in °C.
type Device struct {
	EntryID, Account, Title string
	Temperature, Target     float64
	Known                   bool // false: it cannot be reached with the entry's token
}

// Devices lists the thermostats of the linked accounts.
func (l *Linker) Devices() []Device {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []Device
	for _, e := range l.entries {
		if e.device != nil {
			list = append(list, *e.device)
		}
	}
	return list
}

// Device reads an entry's thermostat, after setting its target temperature if one is given. If the third party refuses the
// token, the user is asked to log in again.
func (l *Linker) Device(ctx context.Context, entryID string, target *float64) {
	e := l.entry(entryID)
	if e == nil {
		return
	}
	p, failure := l.valid(ctx, e)
	if p.DeviceURL == "" {
		return
	}
	got := Device{EntryID: e.id, Account: e.account, Title: e.title}
	if !failure.failed() {
		var status int
		if got.Temperature, got.Target, status = l.thermostat(ctx, p, l.tokenOf(e), target); status == http.StatusUnauthorized {
			l.reauth(e)
		} else {
			got.Known = status == http.StatusOK
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !got.Known && e.device != nil {
		got.Temperature, got.Target = e.device.Temperature, e.device.Target
	}
	e.device = &got
}

// thermostat asks the third party's API; status 0: it did not answer.
func (l *Linker) thermostat(ctx context.Context, p Provider, t Token, set *float64) (temperature, target float64, status int) {
	ctx, stop := l.within(ctx, l.Policy().TokenTTL())
	defer stop()
	method, body := http.MethodGet, []byte(nil)
	if set != nil {
		method = http.MethodPut
		body, _ = json.Marshal(map[string]float64{"target": *set})
	}
	url, header := l.Policy().APIRequest(p.DeviceURL, t)
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return 0, 0, 0
	}
	req.Header = header
	req.Header.Set("Content-Type", "application/json")
	resp, err := l.HTTP.Do(req)
	if err != nil {
		return 0, 0, 0
	}
	defer resp.Body.Close()
	var b struct{ Temperature, Target float64 }
	if json.NewDecoder(io.LimitReader(resp.Body, int64(l.Policy().FrameLimit()))).Decode(&b) != nil {
		return 0, 0, resp.StatusCode
	}
	return b.Temperature, b.Target, resp.StatusCode
}
