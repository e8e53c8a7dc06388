package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/authconform/authconform/evidence"
)

// The parts of a HAR 1.2 file that readers need. They are own structs, because cdproto's would make every importer depend on the
// browser's protocol.
type (
	harFile struct {
		Log harLog `json:"log"`
	}
	harLog struct {
		Version string     `json:"version"`
		Creator harCreator `json:"creator"`
		Pages   []harPage  `json:"pages"`
		Entries []harEntry `json:"entries"`
		Comment string     `json:"comment,omitempty"`
	}
	harCreator struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	harPage struct {
		ID      string         `json:"id"`
		Title   string         `json:"title"`
		Started time.Time      `json:"startedDateTime"`
		Timings map[string]int `json:"pageTimings"`
	}
	harEntry struct {
		Page     string             `json:"pageref"`
		Started  time.Time          `json:"startedDateTime"`
		Time     float64            `json:"time"`
		Request  harRequest         `json:"request"`
		Response harResponse        `json:"response"`
		Cache    struct{}           `json:"cache"`
		Timings  map[string]float64 `json:"timings"`
		Comment  string             `json:"comment,omitempty"`
	}
	harRequest struct {
		Method      string            `json:"method"`
		URL         string            `json:"url"`
		HTTPVersion string            `json:"httpVersion"`
		Cookies     []evidence.Header `json:"cookies"`
		Headers     []evidence.Header `json:"headers"`
		Query       []evidence.Header `json:"queryString"`
		PostData    *harBody          `json:"postData,omitempty"`
		HeadersSize int               `json:"headersSize"`
		BodySize    int               `json:"bodySize"`
		Comment     string            `json:"comment,omitempty"` // the URL as sent, if it is not valid
	}
	harBody struct {
		MimeType string `json:"mimeType"`
		Text     string `json:"text"`
		Comment  string `json:"comment,omitempty"`
	}
	harResponse struct {
		Status      int               `json:"status"`
		StatusText  string            `json:"statusText"`
		HTTPVersion string            `json:"httpVersion"`
		Cookies     []evidence.Header `json:"cookies"`
		Headers     []evidence.Header `json:"headers"`
		Content     harContent        `json:"content"`
		RedirectURL string            `json:"redirectURL"`
		HeadersSize int               `json:"headersSize"`
		BodySize    int               `json:"bodySize"`
		Error       string            `json:"_error,omitempty"` // as Chromium calls it
	}
	harContent struct {
		Size     int    `json:"size"`
		MimeType string `json:"mimeType"`
		Text     string `json:"text"`
		Comment  string `json:"comment,omitempty"`
	}
)

// mostHAR is the limit of a HAR file's exchanges, in bytes.
const mostHAR = 12 << 20

// version is the protocol version in a HAR: it is not recorded.
const version = "HTTP/1.1"

// HAR writes every exchange as a HAR 1.2 file, one page per row.
func HAR(w io.Writer, s *evidence.Set, _ Options) error {
	log := harLog{
		Version: "1.2", Creator: harCreator{"authconform", s.Head.Tool.Version}, Pages: []harPage{}, Entries: []harEntry{},
	}
	for _, n := range notices(s) {
		if n.serious {
			log.Comment = strings.TrimSpace(log.Comment + " " + n.text)
		}
	}
	var size int
	for _, r := range s.Results {
		first := true
		for _, item := range r.Evidence {
			if item.Exchange == nil {
				continue
			}
			if first {
				log.Pages = append(log.Pages, harPage{r.ID, r.ID + ": " + word(r.Verdict), item.Exchange.Started, map[string]int{}})
				first = false
			}
			e := entry(r.ID, item)
			raw, err := json.Marshal(e)
			if err != nil {
				return err
			}
			if size += len(raw); size > mostHAR {
				log.Comment = strings.TrimSpace(fmt.Sprintf("%s cut after %d MiB: run.jsonl has the rest", log.Comment, mostHAR>>20))
				return compact(w, harFile{log})
			}
			log.Entries = append(log.Entries, e)
		}
	}
	return compact(w, harFile{log})
}

func entry(page string, item evidence.Item) harEntry {
	e := *item.Exchange
	out := harEntry{
		Page: page, Started: e.Started, Time: e.DurationMS, Comment: place(item),
		Timings: map[string]float64{"send": 0, "wait": e.DurationMS, "receive": 0},
		Request: harRequest{
			Method: e.Method, URL: e.URL, HTTPVersion: version, Cookies: []evidence.Header{}, Headers: list(e.RequestHeaders),
			Query: query(e.URL), HeadersSize: -1, BodySize: len(e.RequestBody) + e.RequestCut,
		},
		Response: harResponse{
			Status: e.Status, HTTPVersion: version, Cookies: []evidence.Header{}, Headers: list(e.ResponseHeaders), Error: e.Error,
			RedirectURL: header(e.ResponseHeaders, "Location"), HeadersSize: -1, BodySize: len(e.ResponseBody) + e.ResponseCut,
			Content: harContent{
				len(e.ResponseBody) + e.ResponseCut, header(e.ResponseHeaders, "Content-Type"), e.ResponseBody, left(e.ResponseCut),
			},
		},
	}
	if address := uri(e.URL); address != e.URL {
		out.Request.URL, out.Request.Comment = address, e.URL
	}
	if e.RequestBody != "" {
		out.Request.PostData = &harBody{header(e.RequestHeaders, "Content-Type"), e.RequestBody, left(e.RequestCut)}
	}
	return out
}

// left says how much of a body is missing; "" means nothing.
func left(bytes int) string {
	if bytes == 0 {
		return ""
	}
	return gone(bytes)
}

// query returns a URL's parameters in order. Text that cannot be decoded stays as it is.
func query(raw string) []evidence.Header {
	out := []evidence.Header{}
	_, text, _ := strings.Cut(raw, "?")
	text, _, _ = strings.Cut(text, "#")
	for part := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(part, "=")
		if name != "" {
			out = append(out, evidence.Header{Name: decoded(name), Value: decoded(value)})
		}
	}
	return out
}

func decoded(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// uri percent-encodes everything in a URL that needs it (RFC 3986 §2): it may contain names of secrets, and invalid characters
// that a row sent on purpose.
func uri(raw string) string {
	scheme, rest, found := strings.Cut(raw, "://")
	if !found {
		return raw
	}
	authority := rest
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		authority = rest[:end]
	}
	var b strings.Builder
	b.WriteString(scheme + "://" + encoded(authority, "[]"))
	path, fragment, found := strings.Cut(rest[len(authority):], "#")
	b.WriteString(encoded(path, ""))
	if found {
		b.WriteString("#" + encoded(fragment, ""))
	}
	return b.String()
}

// encoded percent-encodes the characters that a part of a URL must not contain, except those in more.
func encoded(part, more string) string {
	const may = "-._~:/?@!$&'()*+,;=" // unreserved, and reserved but # and []
	var b strings.Builder
	for i := range len(part) {
		c := part[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9'
		triplet := c == '%' && i+2 < len(part) && isHex(part[i+1]) && isHex(part[i+2])
		if letter || triplet || strings.IndexByte(may+more, c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

func list(h []evidence.Header) []evidence.Header {
	if h == nil {
		return []evidence.Header{}
	}
	return h
}

func header(all []evidence.Header, name string) string {
	for _, h := range all {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}
