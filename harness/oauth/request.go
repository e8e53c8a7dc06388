package oauth

import (
	"net/http"

	"github.com/authconform/authconform/harness/wire"
)

// Raw is a request to an endpoint, as it is: a query, and a body of a type unless that is "".
func Raw(endpoint, method, query, contentType, body string) wire.Request {
	r := wire.Request{Method: method, URL: endpoint, Body: body, Header: http.Header{}}
	if query != "" {
		r.URL += "?" + query
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}
