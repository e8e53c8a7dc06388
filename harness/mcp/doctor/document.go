package doctor

import (
	"fmt"
	"net/url"
	"strings"
)

// The sizes of client id metadata documents, in bytes.
const (
	homeReads = 10 << 10 // of which a home reads less (2026.11.0)
	mostNamed = 5 << 10  // the limit that the draft names (draft-ietf-oauth-client-id-metadata-document-01 §6.6)
)

// client judges the metadata document of the client in question.
func (l *finder) client(f *Facts) {
	if f.ClientID == "" {
		return
	}
	const where = "MCP, Client ID Metadata Documents"
	u, err := url.Parse(f.ClientID)
	d := f.Client
	switch {
	case err != nil || u.Host == "":
		return // an id that is no URL is registered somewhere
	case d == nil && u.Scheme == "http" && strings.Trim(u.Path, "/") != "":
		l.remark("document-plain", "The client id is an http URL: no document is read there.",
			"Use redirects of its origin, or publish the document at an https URL.", where)
	case d == nil:
		return // of its redirect's origin
	case d.Status == 0:
		l.document("document-unreachable", "The client's document does not come from here: "+d.Problem+".",
			"Publish it where the server can reach it as well.", where)
	case d.Members == nil && d.Status == 200 && d.Size < homeReads || d.Status != 200:
		l.document("document-unreadable", "The client's document cannot be used: "+d.Problem+".", "Serve a JSON object with status 200.", where)
	case d.Size >= homeReads:
		l.document("document-large", fmt.Sprintf("The client's document has %d bytes; a home reads fewer than %d.", d.Size, homeReads),
			"Shorten it: logo and long texts belong elsewhere.", "draft-ietf-oauth-client-id-metadata-document §6.6")
	case d.Size > mostNamed && !f.Home:
		l.document("document-large", fmt.Sprintf("The client's document has %d bytes; servers may stop at %d.", d.Size, mostNamed),
			"Shorten it: logo and long texts belong elsewhere.", "draft-ietf-oauth-client-id-metadata-document §6.6")
	case d.Text("client_id") != f.ClientID:
		l.document("document-id", "client_id in the client's document is not its URL: "+Shown(d.Text("client_id"))+".",
			"Write "+Shown(f.ClientID)+" there, to the letter.", where)
	case len(redirects(d)) == 0:
		l.document("document-redirects", "The client's document lists no absolute redirect_uris.", "Add redirect_uris.", where)
	}
}

// document adds a cause that stops only the client in question.
func (l *finder) document(id, what, change, where string) {
	l.stops = append(l.stops, Cause{ID: id, What: what, Change: change, Where: where, Stops: true, asked: true})
}

// theirs is the client in question. How it reacts to causes is unknown, except to those that stop all.
func (f *Facts) theirs(causes []Cause) Client {
	k := known{Name: "your client", Ways: []string{byID}, Source: Shown(f.ClientID)}
	if f.Client != nil {
		k.Ways = []string{byDocument}
	}
	c := k.judge(causes, f.offered(), f.Home)
	var by []string
	for _, cause := range causes {
		if cause.asked {
			by = append(by, cause.ID)
		}
	}
	if by != nil && c.Verdict != Stopped {
		c.Verdict, c.By, c.How = Stopped, by, ""
	}
	return c
}

func redirects(d *Document) (list []string) {
	all, _ := d.Texts("redirect_uris")
	for _, raw := range all {
		if u, err := url.Parse(raw); err == nil && u.IsAbs() && !strings.Contains(raw, " ") {
			list = append(list, raw)
		}
	}
	return list
}
