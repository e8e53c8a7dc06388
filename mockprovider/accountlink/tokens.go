package accountlink

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/authconform/authconform/mock"
)

// refresh answers POST /refresh_token/{service}.
func (p *Proxy) refresh(c *mock.Call) *mock.Answer {
	domain := c.PathValue("service")
	s, _ := p.service(domain)
	if !p.Policy().Known(p.Services, domain) {
		return mock.JSON(http.StatusNotFound, map[string]string{"error": "unsupported"})
	}
	token, ok := p.Policy().Refresh(c.Bytes)
	if !ok {
		return mock.JSON(http.StatusBadRequest, map[string]string{"error": "invalid_request"})
	}
	status, v := p.Policy().Refreshed(p.ask(c.Context(), s, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}))
	a := mock.JSON(status, v)
	for name, values := range p.Policy().RefreshHeader() {
		a.Header[name] = values
	}
	return a
}

// ask asks a third party's token endpoint as the proxy's client.
func (p *Proxy) ask(ctx context.Context, s Service, form url.Values) (int, map[string]any) {
	form.Set("client_id", s.ClientID)
	form.Set("client_secret", s.ClientSecret)
	ctx, stop := p.within(ctx, 30*time.Second)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.TokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, nil
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := p.HTTP.Do(req)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	var v map[string]any
	_ = json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&v) // what is no object is no token
	return resp.StatusCode, v
}

func readRefresh(body []byte) (string, bool) {
	var b map[string]any
	if json.Unmarshal(body, &b) != nil {
		return "", false
	}
	token, ok := b["refresh_token"].(string)
	return token, ok && token != ""
}

// refreshed passes tokens through; a refusal of the third party is ours, and its trouble is told as such.
func refreshed(status int, answer map[string]any) (int, map[string]any) {
	switch {
	case status == http.StatusOK && answer["access_token"] != nil:
		return http.StatusOK, answer
	case status >= 400 && status < 500 && status != http.StatusTooManyRequests:
		return http.StatusBadRequest, map[string]any{"error": "invalid_grant"}
	}
	return http.StatusBadGateway, map[string]any{"error": "unavailable"}
}
