package replay

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// hops are headers that curl sets itself.
var hops = []string{"Content-Length", "Connection", "Accept-Encoding", "Transfer-Encoding"}

// command returns the curl command that repeats a request.
func (w *writer) command(e *exchange) string {
	var words []string
	switch {
	case e.Method == "HEAD":
		words = append(words, "-I")
	case e.Method != "GET" && (e.Method != "POST" || e.RequestBody == ""), e.Method == "GET" && e.RequestBody != "":
		words = append(words, "-X "+single(e.Method))
	}
	if strings.ContainsAny(e.URL, "[]{}") {
		words = append(words, "-g")
	}
	if strings.Contains(e.URL, "/.") {
		words = append(words, "--path-as-is")
	}
	typed := false
	for _, h := range e.RequestHeaders {
		typed = typed || strings.EqualFold(h.Name, "Content-Type")
		if slices.ContainsFunc(hops, func(hop string) bool { return strings.EqualFold(hop, h.Name) }) {
			continue
		}
		field := h.Name + ": " + h.Value
		if h.Value == "" {
			field = h.Name + ";"
		}
		words = append(words, "-H "+w.quote(field, asIs))
	}
	if e.RequestBody != "" {
		if !typed {
			words = append(words, "-H 'Content-Type:'") // curl would add one
		}
		words = append(words, "--data-raw "+w.quote(e.RequestBody, notation(e)))
	}
	return strings.Join(append(words, w.address(e.URL)), " ")
}

// address quotes a URL whose query may hold secrets.
func (w *writer) address(raw string) string {
	path, query, _ := strings.Cut(raw, "?")
	if v, _, _ := w.next(query); v == nil {
		return w.quote(raw, asIs)
	}
	return w.quote(path+"?", asIs) + w.quote(query, "form")
}

// How to write a value into a text: as it is, or through one of the script's functions.
const asIs = ""

// notation chooses how to write values into a body.
func notation(e *exchange) string {
	switch kind := typeOf(e); {
	case strings.Contains(kind, "json"):
		return "json"
	case strings.Contains(kind, "x-www-form-urlencoded"):
		return "form"
	}
	return asIs
}

func typeOf(e *exchange) string {
	for _, h := range e.RequestHeaders {
		if strings.EqualFold(h.Name, "Content-Type") {
			return strings.ToLower(h.Value)
		}
	}
	return ""
}

// quote makes a shell word: single quotes, with variables in double quotes between them.
func (w *writer) quote(text, how string) string {
	var b strings.Builder
	rest := text
	for rest != "" {
		v, start, end := w.next(rest)
		if v == nil {
			break
		}
		b.WriteString(single(rest[:start]))
		switch {
		case how == asIs, v.raw, !isSecret(v.text):
			b.WriteString(`"$` + v.name + `"`)
		default:
			b.WriteString(`"$(` + how + ` "$` + v.name + `")"`)
		}
		rest = rest[end:]
	}
	b.WriteString(single(rest))
	if b.Len() == 0 {
		return "''"
	}
	return b.String()
}

// next returns the first value in a text that comes from an earlier step or from the user, and its position.
func (w *writer) next(text string) (first *value, start, end int) {
	take := func(v *value, from, to int) {
		if first == nil || from < start || from == start && to > end {
			first, start, end = v, from, to
		}
	}
	if at := secret.FindStringSubmatchIndex(text); at != nil {
		name := spelled(text[at[0]:at[1]])
		if i := slices.IndexFunc(w.values, func(v *value) bool { return v.text == name }); i >= 0 {
			take(w.values[i], at[0], at[1])
		}
	}
	for _, v := range w.values {
		if isSecret(v.text) || !slices.Contains(w.steps, v.source) {
			continue
		}
		for _, form := range []string{v.text, url.QueryEscape(v.text)} {
			if at := strings.Index(text, form); at >= 0 {
				take(v, at, at+len(form))
			}
		}
	}
	return first, start, end
}

func single(s string) string {
	if s == "" {
		return ""
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// oneLine keeps a text within a comment.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// path returns a URL without its origin and query.
func path(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Path == "" {
		return raw
	}
	return u.EscapedPath()
}

func decoded(body string) any {
	var v any
	_ = json.Unmarshal([]byte(body), &v) // nil if it is no JSON
	return v
}
