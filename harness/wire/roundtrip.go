package wire

import (
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Stock is an http.Client for libraries that make their own requests, which are sent and recorded like ours.
func (c *Client) Stock() *http.Client { return &http.Client{Transport: recorded{c}} }

type recorded struct{ client *Client }

// RoundTrip implements http.RoundTripper.
func (r recorded) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		_ = req.Body.Close()
	}
	e := r.client.Do(req.Context(), Request{Method: req.Method, URL: req.URL.String(), Header: req.Header, Body: string(body)})
	if e.Err != nil {
		return nil, e.Err
	}
	return &http.Response{
		Status:        fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status)),
		StatusCode:    e.Status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        e.Header,
		Body:          io.NopCloser(strings.NewReader(e.Body)),
		ContentLength: int64(len(e.Body)),
		Request:       req,
	}, nil
}
