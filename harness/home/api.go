package home

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// Get requests a path, with headers given as name, value, name, value.
func (h *Home) Get(ctx context.Context, path string, header ...string) *wire.Exchange {
	return h.Send(ctx, http.MethodGet, path, "", header...)
}

// Send sends a request with the given body.
func (h *Home) Send(ctx context.Context, method, path, body string, header ...string) *wire.Exchange {
	r := wire.Request{Method: method, URL: path, Body: body, Header: http.Header{}}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
		} else {
			r.Header.Add(header[i], header[i+1])
		}
	}
	return h.via(ctx).Do(ctx, r)
}

// PostForm posts application/x-www-form-urlencoded.
func (h *Home) PostForm(ctx context.Context, path string, f oauth.Form, header ...string) *wire.Exchange {
	return h.Send(ctx, http.MethodPost, path, f.Encode(), append([]string{"Content-Type", "application/x-www-form-urlencoded"}, header...)...)
}

// PostMultipart posts multipart/form-data.
func (h *Home) PostMultipart(ctx context.Context, path string, f oauth.Form) *wire.Exchange {
	return h.Send(ctx, http.MethodPost, path, f.Multipart(), "Content-Type", "multipart/form-data; boundary="+oauth.Boundary)
}

// PostJSON posts JSON.
func (h *Home) PostJSON(ctx context.Context, path string, body any, header ...string) *wire.Exchange {
	raw, err := json.Marshal(body)
	if err != nil {
		return &wire.Exchange{Request: wire.Request{Method: http.MethodPost, URL: path}, Err: err}
	}
	return h.Send(ctx, http.MethodPost, path, string(raw), append([]string{"Content-Type", "application/json"}, header...)...)
}

// API calls a path with a bearer token: GET, or what Send would do with the Authorization header.
func (h *Home) API(ctx context.Context, token, path string) *wire.Exchange {
	return h.Get(ctx, path, "Authorization", "Bearer "+token)
}
