package reports

import (
	"encoding/json"
	"net/url"
	"time"
)

// HAREntry is an exchange and the row it belongs to.
type HAREntry struct {
	ID string
	Exchange
}

// The parts of a HAR 1.2 file that readers want. Own structs: cdproto's would make every reader of a report a user of
// the browser's protocol.
type (
	harFile struct {
		Log harLog `json:"log"`
	}
	harLog struct {
		Version string     `json:"version"`
		Creator harCreator `json:"creator"`
		Pages   []harPage  `json:"pages"`
		Entries []harItem  `json:"entries"`
	}
	// harCreator is HAR's creator.
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
	harItem struct {
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
		Method      string   `json:"method"`
		URL         string   `json:"url"`
		HTTPVersion string   `json:"httpVersion"`
		Cookies     []Header `json:"cookies"`
		Headers     []Header `json:"headers"`
		Query       []Header `json:"queryString"`
		PostData    *harBody `json:"postData,omitempty"`
		HeadersSize int      `json:"headersSize"`
		BodySize    int      `json:"bodySize"`
	}
	harBody struct {
		MimeType string `json:"mimeType"`
		Text     string `json:"text"`
	}
	harResponse struct {
		Status      int        `json:"status"`
		StatusText  string     `json:"statusText"`
		HTTPVersion string     `json:"httpVersion"`
		Cookies     []Header   `json:"cookies"`
		Headers     []Header   `json:"headers"`
		Content     harContent `json:"content"`
		RedirectURL string     `json:"redirectURL"`
		HeadersSize int        `json:"headersSize"`
		BodySize    int        `json:"bodySize"`
	}
	harContent struct {
		Size     int    `json:"size"`
		MimeType string `json:"mimeType"`
		Text     string `json:"text"`
	}
)

// WriteHAR writes exchanges as a HAR 1.2 file, one page per row.
func WriteHAR(path string, tool Tool, entries []HAREntry) error {
	log := harLog{Version: "1.2", Creator: harCreator{"authconform", tool.Version}, Pages: []harPage{}, Entries: []harItem{}}
	last := ""
	for _, e := range entries {
		if e.ID != last {
			last = e.ID
			log.Pages = append(log.Pages, harPage{e.ID, e.ID, e.Started, map[string]int{}})
		}
		log.Entries = append(log.Entries, e.item())
	}
	raw, err := json.MarshalIndent(harFile{log}, "", " ")
	if err != nil {
		return err
	}
	return writeFile(path, raw)
}

func (e HAREntry) item() harItem {
	query := []Header{}
	if u, err := url.Parse(e.URL); err == nil {
		for name, values := range u.Query() {
			for _, v := range values {
				query = append(query, Header{name, v})
			}
		}
	}
	item := harItem{
		Page: e.ID, Started: e.Started, Time: e.DurationMS, Comment: e.Label, Timings: map[string]float64{"send": 0, "wait": e.DurationMS, "receive": 0},
		Request: harRequest{
			Method: e.Method, URL: e.URL, HTTPVersion: "HTTP/1.1", Cookies: []Header{}, Headers: list(e.RequestHeaders), Query: query, HeadersSize: -1, BodySize: len(e.RequestBody),
		},
		Response: harResponse{
			Status: e.Status, StatusText: e.Error, HTTPVersion: "HTTP/1.1", Cookies: []Header{}, Headers: list(e.ResponseHeaders), HeadersSize: -1, BodySize: len(e.ResponseBody),
			Content: harContent{len(e.ResponseBody), header(e.ResponseHeaders, "Content-Type"), e.ResponseBody}, RedirectURL: header(e.ResponseHeaders, "Location"),
		},
	}
	if e.RequestBody != "" {
		item.Request.PostData = &harBody{header(e.RequestHeaders, "Content-Type"), e.RequestBody}
	}
	return item
}

func list(h []Header) []Header {
	if h == nil {
		return []Header{}
	}
	return h
}

func header(hs []Header, name string) string {
	for _, h := range hs {
		if h.Name == name {
			return h.Value
		}
	}
	return ""
}
