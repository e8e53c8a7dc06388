package wire

import (
	"net/http"
	"strings"
)

// AsBrowsersRead returns a URL reference in which backslashes before its query are slashes, as browsers read them (WHATWG URL,
// relative slash state): https://evil.example\@app.example leads to evil.example.
func AsBrowsersRead(ref string) string {
	end := strings.IndexAny(ref, "?#")
	if end < 0 {
		end = len(ref)
	}
	return strings.ReplaceAll(ref[:end], `\`, "/") + ref[end:]
}

// oddLocation keeps a Location from http.Client that it could not parse: instead of the answer, it would return an error.
type oddLocation struct {
	next     http.RoundTripper
	location []string
}

// RoundTrip implements http.RoundTripper.
func (o *oddLocation) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := o.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if _, bad := req.URL.Parse(resp.Header.Get("Location")); bad != nil {
		o.location = resp.Header["Location"]
		resp.Header.Del("Location")
	}
	return resp, nil
}

// giveBack restores it.
func (o *oddLocation) giveBack(resp *http.Response) {
	if len(o.location) > 0 {
		resp.Header["Location"] = o.location
	}
}
