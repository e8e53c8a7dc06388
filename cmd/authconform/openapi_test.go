package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
)

// document is the part of an OpenAPI description that the tests read.
type document struct {
	Paths map[string]map[string]struct {
		Parameters []struct {
			Name    string
			Example any
		}
		RequestBody struct {
			Content map[string]struct {
				Schema   json.RawMessage
				Examples map[string]struct{ Value any }
			}
		}
	}
	Components struct{ Schemas map[string]json.RawMessage }
}

// described is a control plane with its description.
type described struct {
	t       *testing.T
	url     string
	token   string
	client  *http.Client
	doc     document
	checker validator.Validator
}

// refusedExamples are calls whose example is refused, with the reason.
var refusedExamples = map[string]string{
	"delete /sessions": "the id of a session is random",
}

func describedPlane(t *testing.T, url string, r readyFile, client *http.Client) *described {
	t.Helper()
	resp, err := client.Get(url + "/_authconform/openapi.json") // it needs no token
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, _ := io.ReadAll(resp.Body)
	d := &described{t: t, url: url, token: r.Control.Token, client: client}
	if err := json.Unmarshal(raw, &d.doc); err != nil {
		t.Fatal(err)
	}
	parsed, err := libopenapi.NewDocument(raw)
	if err != nil {
		t.Fatal(err)
	}
	var errs []error
	if d.checker, errs = validator.NewValidator(parsed); len(errs) > 0 {
		t.Fatal(errs)
	}
	if ok, problems := d.checker.ValidateDocument(); !ok {
		for _, p := range problems {
			t.Errorf("%s: %s %v", url, p.Message, p.SchemaValidationErrors)
		}
	}
	return d
}

// call sends a request, and checks the request and its answer against the description.
func (d *described) call(method, path, query, body string) (int, string) {
	d.t.Helper()
	made := func() *http.Request {
		req, err := http.NewRequestWithContext(d.t.Context(), strings.ToUpper(method), d.url+"/_authconform"+path+query, strings.NewReader(body))
		if err != nil {
			d.t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+d.token)
		if body != "" {
			req.Header.Set("Content-Type", "application/json")
		}
		return req
	}
	resp, err := d.client.Do(made())
	if err != nil {
		d.t.Fatal(err)
	}
	raw, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(raw))
	if ok, problems := d.checker.ValidateHttpRequestResponse(made(), resp); !ok {
		for _, p := range problems {
			d.t.Errorf("%s %s%s %s: %s: %s %v\n%s", method, path, query, body, p.Message, p.Reason, p.SchemaValidationErrors, raw)
		}
	}
	return resp.StatusCode, string(raw)
}

// inOrder returns the calls of a description: those that add before those that read, those that remove after both, and shutdown
// last.
func (d *described) inOrder() (calls [][2]string) {
	for path, by := range d.doc.Paths {
		for method := range by {
			calls = append(calls, [2]string{method, path})
		}
	}
	rank := func(c [2]string) int {
		switch {
		case c[1] == "/reset":
			return 9
		case c[0] == "delete":
			return 5
		}
		return map[string]int{"post": 1, "get": 3}[c[0]]
	}
	slices.SortFunc(calls, func(a, b [2]string) int { return rank(a) - rank(b) + strings.Compare(a[1], b[1])/2 })
	return calls
}

func TestTheControlPlanesAreAsTheyAreDescribed(t *testing.T) {
	t.Parallel()
	r := serving(t, "--provider", "127.0.0.1:0", "--account-link", "127.0.0.1:0")
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(r.AccountLink.CA))
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}}
	for name, url := range map[string]string{"home": r.Home.URL, "provider": r.Provider.URL, "account-link": r.AccountLink.URL} {
		d := describedPlane(t, url, r, client)
		for _, c := range d.inOrder() {
			if c[1] == "/events" || c[1] == "/ca.pem" {
				continue // a stream, and no JSON
			}
			for at, body := range d.examples(c) {
				status, said := d.call(c[0], c[1], d.query(c), body)
				if why := refusedExamples[c[0]+" "+c[1]]; (status != http.StatusOK) != (why != "") {
					t.Errorf("%s: the example %s of %v is answered %d %s", name, at, c, status, said)
				}
			}
			d.refusesUnknown(c)
		}
		d.namesAll()
	}
}

// examples returns the example bodies of a call, or one empty body where it takes none.
func (d *described) examples(c [2]string) map[string]string {
	out := map[string]string{}
	for _, kind := range d.doc.Paths[c[1]][c[0]].RequestBody.Content {
		for name, example := range kind.Examples {
			raw, _ := json.Marshal(example.Value)
			out[name] = string(raw)
		}
	}
	if len(out) == 0 {
		out["without a body"] = ""
	}
	return out
}

func (d *described) query(c [2]string) string {
	values := url.Values{}
	for _, p := range d.doc.Paths[c[1]][c[0]].Parameters {
		values.Set(p.Name, fmt.Sprint(p.Example))
	}
	if len(values) == 0 {
		return ""
	}
	return "?" + values.Encode()
}

// refusesUnknown compares the members that a call reads with those described, and fails unless it refuses others by name.
func (d *described) refusesUnknown(c [2]string) {
	d.t.Helper()
	var schema json.RawMessage
	for _, kind := range d.doc.Paths[c[1]][c[0]].RequestBody.Content {
		schema = kind.Schema
	}
	if schema == nil {
		if c[1] == "/openapi.json" {
			return
		}
		if status, said := d.raw(c, "?zzz=1", ""); status != http.StatusBadRequest || !strings.Contains(said, `\"zzz\"`) {
			d.t.Errorf("%v takes an unknown parameter: %d %s", c, status, said)
		}
		return
	}
	if status, said := d.raw(c, "", `{"zzz":1}`); status != http.StatusBadRequest || !strings.Contains(said, `\"zzz\"`) {
		d.t.Errorf("%v takes an unknown member: %d %s", c, status, said)
	}
	_, said := d.raw(c, "", "")
	var v struct{ Error string }
	_ = json.Unmarshal([]byte(said), &v)
	_, list, _ := strings.Cut(v.Error, "a JSON object with ")
	read := slices.Sorted(strings.SplitSeq(list, ", "))
	written := map[string]bool{}
	d.members(schema, written)
	if c[1] == "/faults" { // the mock sets id and hits: it reads them, and refuses them
		read = slices.DeleteFunc(read, func(name string) bool { return name == "id" || name == "hits" })
	}
	if want := slices.Sorted(maps.Keys(written)); !slices.Equal(read, want) {
		d.t.Errorf("%v reads %q; described are %q", c, read, want)
	}
}

// members collects the properties of a schema, of its parts and of its list items.
func (d *described) members(raw json.RawMessage, into map[string]bool) {
	var s struct {
		Ref        string `json:"$ref"`
		AllOf      []json.RawMessage
		Items      json.RawMessage
		Properties map[string]json.RawMessage
	}
	if raw == nil || json.Unmarshal(raw, &s) != nil {
		return
	}
	d.members(d.doc.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")], into)
	d.members(s.Items, into)
	for _, part := range s.AllOf {
		d.members(part, into)
	}
	for name, property := range s.Properties {
		into[name] = true
		d.members(property, into)
	}
}

// raw sends a request without checking it against the description.
func (d *described) raw(c [2]string, query, body string) (int, string) {
	d.t.Helper()
	return plane(d.t, d.client, d.url, readyFile{Control: struct {
		URL   string `json:"url"`
		Token string `json:"token"`
	}{d.url, d.token}}, strings.ToUpper(c[0]), strings.TrimPrefix(c[1], "/")+query, body)
}

// namesAll compares the existing calls with those described.
func (d *described) namesAll() {
	d.t.Helper()
	_, said := d.raw([2]string{"get", "/zzzzzzzzzz"}, "", "")
	var v struct{ Hint string }
	_ = json.Unmarshal([]byte(said), &v)
	names, _, _ := strings.Cut(v.Hint, ";")
	for name := range strings.SplitSeq(names, ", ") {
		_, said := d.raw([2]string{"put", "/" + name}, "", "")
		_ = json.Unmarshal([]byte(said), &v)
		_, methods, _ := strings.Cut(v.Hint, " takes ")
		have := slices.Sorted(strings.SplitSeq(strings.ToLower(methods), ", "))
		if want := slices.Sorted(maps.Keys(d.doc.Paths["/"+name])); !slices.Equal(have, want) {
			d.t.Errorf("%s takes %q; described are %q", name, have, want)
		}
	}
}

func TestAWrongTokenIsRefusedAsDescribed(t *testing.T) {
	t.Parallel()
	r := serving(t)
	d := describedPlane(t, r.Home.URL, r, http.DefaultClient)
	d.token = "guess"
	for _, c := range d.inOrder() {
		if c[1] == "/openapi.json" || c[1] == "/events" {
			continue
		}
		for _, body := range d.examples(c) {
			if status, said := d.call(c[0], c[1], d.query(c), body); status != http.StatusUnauthorized {
				t.Errorf("%v: %d %s", c, status, said)
			}
		}
	}
}
