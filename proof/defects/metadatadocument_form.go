package defects

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/authconform/authconform/mockserver"
)

var metadataDocumentFormDefects = []Defect[mockserver.Policy]{
	{
		ID: "cimd.one-string", Story: "redirect_uris may be a single string.",
		Aims: []string{"oauth2.cimd.well-formed"},
		Change: leniently(func(id string, _ mockserver.ClientPage, doc map[string]any) bool {
			_, s := doc["redirect_uris"].(string)
			return s && idOf(doc) == id
		}),
	},
	{
		ID: "cimd.relative", Story: "A document with relative redirects is accepted.",
		Aims: []string{"oauth2.cimd.well-formed"},
		Change: believesDocument(func(_ string, page mockserver.ClientPage, doc map[string]any) bool {
			list, _ := doc["redirect_uris"].([]any)
			return slices.ContainsFunc(list, func(v any) bool { s, text := v.(string); return text && relative(s) })
		}),
	},
	{
		ID: "cimd.numbers", Story: "A document whose redirects are numbers is accepted.",
		Aims: []string{"oauth2.cimd.well-formed"},
		Change: believesDocument(func(_ string, page mockserver.ClientPage, doc map[string]any) bool {
			list, _ := doc["redirect_uris"].([]any)
			return slices.ContainsFunc(list, func(v any) bool { _, number := v.(float64); return number })
		}),
	},
	{
		ID: "cimd.object", Story: "A document whose redirects are an object is accepted.",
		Aims: []string{"oauth2.cimd.well-formed"},
		Change: believesDocument(func(_ string, page mockserver.ClientPage, doc map[string]any) bool {
			_, object := doc["redirect_uris"].(map[string]any)
			return object
		}),
	},
	{
		ID: "cimd.null", Story: "A document without redirects allows every redirect.",
		Aims: []string{"oauth2.cimd.well-formed"},
		Change: believesDocument(func(_ string, page mockserver.ClientPage, doc map[string]any) bool {
			return doc["client_id"] != nil && doc["redirect_uris"] == nil
		}),
	},
	{
		ID: "cimd.truncated", Story: "A truncated document is read as far as it goes.",
		Aims: []string{"oauth2.cimd.well-formed"},
		Change: believesDocument(func(_ string, page mockserver.ClientPage, doc map[string]any) bool {
			return doc == nil && page.Whole && decoded(append(slices.Clone(page.Body), '}')) != nil
		}),
	},
	{
		ID: "cimd.list", Story: "A document that is a bare list of redirects is accepted.",
		Aims: []string{"oauth2.cimd.well-formed"},
		Change: believesDocument(func(_ string, page mockserver.ClientPage, doc map[string]any) bool {
			var list []string
			return json.Unmarshal(page.Body, &list) == nil
		}),
	},
	{
		ID: "cimd.bytes", Story: "Invalid UTF-8 is replaced and the document accepted.",
		Aims: []string{"oauth2.cimd.well-formed"},
		Change: believesDocument(func(_ string, page mockserver.ClientPage, doc map[string]any) bool {
			return doc != nil && !utf8.Valid(page.Body)
		}),
	},
	{
		ID: "cimd.strict-members", Story: "A document with unknown members is ignored.",
		Aims: []string{"oauth2.cimd.extra-members"},
		Change: documents(func(_ string, page mockserver.ClientPage, uris []string) []string {
			for name := range decoded(page.Body) {
				if !strings.HasPrefix(name, "client_") && name != "redirect_uris" {
					return nil
				}
			}
			return uris
		}),
	},
	{
		ID: "cimd.endless", Story: "A document that never ends is accepted.",
		Aims: []string{"oauth2.cimd.too-long"},
		Change: believesDocument(func(_ string, page mockserver.ClientPage, doc map[string]any) bool {
			return !page.Whole && bytes.HasPrefix(page.Body, []byte("{"))
		}),
	},
	{
		ID: "cimd.small", Story: "A document of more than 4 kB is ignored.",
		Aims: []string{"oauth2.cimd.size"},
		Change: documents(func(_ string, p mockserver.ClientPage, u []string) []string {
			if len(p.Body) > 4<<10 {
				return nil
			}
			return u
		}),
	},
}

// believesDocument accepts any redirect of a client whose document is like this; nil stands for a document that is no JSON
// object.
func believesDocument(like func(clientID string, page mockserver.ClientPage, doc map[string]any) bool) change {
	return believes(documents(func(clientID string, page mockserver.ClientPage, uris []string) []string {
		if overTLS(clientID) && like(clientID, page, decoded(page.Body)) {
			return everything
		}
		return uris
	}))
}
