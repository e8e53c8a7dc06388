package doctor

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/authconform/authconform/harness/oauth"
)

// login judges everything after a 401. One deviation is one cause: its consequences are not listed again.
func (l *finder) login(f *Facts) {
	defer l.client(f)
	if !f.Challenge.Bearer && !f.Home && first(f.Server) == nil && (f.Knock.Schemes != "" || f.Knock.Type == "text/html") {
		l.all("proxy-login",
			"Its 401 does not come from an MCP server ("+either(f.Knock.Schemes, "a web page")+"): a proxy asks for its own login.",
			"Exempt the endpoint, /auth/ and /.well-known/ from the proxy's login.", "MCP, Authorization Flow")
		return
	}
	l.plain(f)
	resource, server := first(f.Resource), first(f.Server)
	switch {
	case !f.Challenge.Bearer && resource == nil && server != nil && server.Text("issuer") == "" && f.Home:
		l.some("unknown-name", fmt.Sprintf("The home does not recognise the host name %s: no challenge, no issuer.", rootOf(f.Target)),
			fmt.Sprintf("Set %s as its external URL (Settings > System > Network), or make the proxy pass Host.", rootOf(f.Target)),
			"RFC 8414 §2: issuer; Home Assistant, get_url(require_current_request)")
		return
	case server == nil && f.Prefix != nil && (f.Prefix.Members != nil || f.Home):
		l.all("below-path", fmt.Sprintf("The home is below the path %s, and its metadata is not at the root.", prefix(f.Target)),
			"Give the home a host name of its own, without a path.", "RFC 8414 §3.1; RFC 9728 §3.1")
		return
	}
	if l.elsewhere(f, resource) {
		return
	}
	l.resource(f, resource)
	if server == nil {
		l.missing(f)
		return
	}
	l.server(f, server)
	l.ways(f, server)
}

// plain reports that tokens travel without encryption.
func (l *finder) plain(f *Facts) {
	u, err := url.Parse(f.Target)
	if err != nil || u.Scheme != "http" || loopback(u.Hostname()) {
		return
	}
	l.remark("plain-http", "It uses plain http: anyone on the network path can read tokens.",
		"Use https, which MCP requires except on loopback.",
		"MCP, Communication Security")
}

func loopback(name string) bool {
	ip := net.ParseIP(name)
	return strings.EqualFold(name, "localhost") || ip != nil && ip.IsLoopback()
}

// elsewhere reports a server that identifies itself as another one than the client has asked.
func (l *finder) elsewhere(f *Facts, resource *Document) bool {
	own := f.origin()
	named := resource.Text("resource")
	if named == "" {
		named = f.Challenge.Link
	}
	other := rootOf(named)
	if other == "" || strings.EqualFold(other, own) {
		return false
	}
	switch {
	case f.Home && hostOf(other) != hostOf(own):
		l.some("host-rewritten", fmt.Sprintf("The home answers as %s, not as %s.", other, own),
			"Make the proxy pass Host unchanged (nginx: proxy_set_header Host $host), and set "+own+" as external URL.",
			"RFC 9728 §3.3: resource must equal the requested resource")
		return true
	case f.Home:
		l.some("other-address", fmt.Sprintf("The home answers as %s, not as %s.", other, own),
			"Use the first address, or set the second as its external URL (Settings > System > Network) and make the proxy pass Host.",
			"RFC 9728 §3.3: resource must equal the requested resource")
		return true
	case resource != nil:
		l.some("resource-other", fmt.Sprintf("resource is on another origin: %s.", Shown(named)),
			"Set resource to the endpoint's own URL: "+Shown(f.Target)+".", "RFC 9728 §3.3")
	}
	return false
}

// resource judges the resource metadata.
func (l *finder) resource(f *Facts, resource *Document) {
	if resource == nil {
		l.remark("resource-missing", "There is no resource metadata: "+problems(f.Resource)+".",
			"Serve it at "+f.Resource[len(f.Resource)-1].URL+", and name it in the 401.", "RFC 9728 §3")
		return
	}
	if named, there := resource.Texts("authorization_servers"); len(named) == 0 {
		what := "The resource metadata names no authorization server."
		if there {
			what = "authorization_servers of the resource metadata is empty, or not a list of URLs."
		}
		l.some("servers-missing", what, "Add authorization_servers with the issuer.", "MCP, Authorization Server Location")
	}
	switch at := f.Resource[0]; {
	case f.Challenge.Link == "":
		l.remark("challenge-missing", "The 401 does not say where the resource metadata is.",
			`Send WWW-Authenticate: Bearer resource_metadata="`+resource.URL+`".`, "RFC 9728 §5.1")
	case at.Members == nil:
		l.remark("challenge-dead", "The challenge leads nowhere: "+at.URL+": "+at.Problem+".", "Name "+resource.URL+" there.", "RFC 9728 §5.1")
	}
	byPath, others := f.by("path"), 0
	for _, d := range f.Resource {
		if d.By != "challenge" && d.Members != nil {
			others++
		}
	}
	switch {
	case others == 0:
		l.remark("metadata-by-challenge-only", "Only the challenge leads to the resource metadata.",
			"Also serve it at "+f.Resource[len(f.Resource)-1].URL+".", "RFC 9728 §3.1")
	case byPath != nil && byPath.Members == nil:
		l.remark("path-metadata-missing", "No resource metadata for the path of the endpoint, only at the root.",
			"Most clients manage without it; your own server should serve "+byPath.URL+".", "RFC 9728 §3.1")
	}
}

func (f *Facts) by(how string) *Document {
	for i := range f.Resource {
		if f.Resource[i].By == how {
			return &f.Resource[i]
		}
	}
	return nil
}

// missing reports an authorization server whose metadata cannot be found.
func (l *finder) missing(f *Facts) {
	if at := f.Server[0]; at.Failure == barred {
		l.all("metadata-elsewhere", "The authorization server is "+Shown(f.Issuer)+", where we do not ask: "+at.Problem+".",
			"Name a server that clients can reach over https; to check it, give --trust-origin.", "MCP, Communication Security")
		return
	}
	l.all("server-metadata-missing", "No metadata of the authorization server "+Shown(f.Issuer)+": "+problems(f.Server)+".",
		"Serve a JSON object at "+f.Server[0].URL+".", "RFC 8414 §3")
}

// problems lists the faults of documents without duplicates.
func problems(list []Document) string {
	var texts []string
	for _, d := range list {
		if d.Problem != "" && !slices.Contains(texts, d.Problem) {
			texts = append(texts, d.Problem)
		}
	}
	return strings.Join(texts, "; ")
}

// server judges the metadata of the authorization server.
func (l *finder) server(f *Facts, server *Document) {
	issuer, named := server.Text("issuer"), f.Issuer
	switch {
	case issuer == named:
	case issuer == "":
		l.some("issuer-missing", "The server's metadata has no issuer.", "Add issuer: "+Shown(named)+".", "RFC 8414 §2")
	case strings.TrimSuffix(issuer, "/") == strings.TrimSuffix(named, "/"):
		l.some("issuer-slash", fmt.Sprintf("issuer is %s, and the resource names %s: they differ by a slash.", Shown(issuer), Shown(named)),
			"Make both identical.", "RFC 8414 §3.3: identical")
	default:
		l.some("issuer-other", fmt.Sprintf("issuer is %s, and the resource names %s.", Shown(issuer), Shown(named)), "Make both identical.",
			"RFC 8414 §3.3: identical")
	}
	for _, member := range []string{"authorization_endpoint", "token_endpoint"} {
		if at := server.Text(member); rootOf(at) == "" {
			l.some("relative-endpoints", member+" is not an absolute URL.", "Write the endpoints as absolute URLs.", "RFC 8414 §2")
			break
		}
	}
	if types, _ := server.Texts("response_types_supported"); len(types) == 0 {
		l.some("response-types-missing", "response_types_supported is missing.", `Add response_types_supported: ["code"].`, "RFC 8414 §2")
	}
	switch methods, there := server.Texts("code_challenge_methods_supported"); {
	case !there:
		l.some("pkce-unannounced", "PKCE is not announced: no code_challenge_methods_supported.", f.update("2026.10",
			`Add code_challenge_methods_supported: ["S256"].`), "MCP, Authorization Code Protection")
	case !slices.Contains(methods, "S256"):
		l.some("pkce-plain", "code_challenge_methods_supported lacks S256.", "Add S256.", "MCP, Authorization Code Protection")
	}
	if a := f.Authorize; a.Asked() && a.Failure != barred &&
		(a.Status == 0 || a.Status == http.StatusNotFound || a.Status == http.StatusGone || a.Status >= 500) {
		why := a.Problem
		if a.Status != 0 {
			why = fmt.Sprintf("it answers %d", a.Status)
		}
		l.all("authorize-unreachable", "The login page "+a.URL+" cannot be opened: "+why+".",
			"Set authorization_endpoint to a page that browsers can reach.", "RFC 6749 §3.1")
	}
}

// update returns what to change: for a home, its release.
func (f *Facts) update(release, otherwise string) string {
	if f.Home {
		return "Update Home Assistant to " + release + " or later."
	}
	return otherwise
}

// announcesDocuments tells whether a server says that it reads client documents.
func announcesDocuments(server *Document) bool {
	return server.Members["client_id_metadata_document_supported"] == true
}

// unread tells whether a server that announces to read client documents does not: homes announce it since 2026.5, read them
// since 2026.9, and announce PKCE since 2026.10. A home of 2026.9 is taken for an older one.
func (f *Facts) unread(server *Document) bool {
	_, pkce := server.Texts("code_challenge_methods_supported")
	return announcesDocuments(server) && f.Home && !pkce
}

// ways judges how clients get a client id.
func (l *finder) ways(f *Facts, server *Document) {
	offered := f.offered()
	methods, there := server.Texts("token_endpoint_auth_methods_supported")
	switch {
	case f.unread(server):
		l.remark("document-unread", "Client documents are announced; releases 2026.5 to 2026.8 do not read them.",
			"Update Home Assistant.", "home-assistant/core#176282")
	case offered[byDocument] && (!there || !slices.Contains(methods, "none")):
		l.remark("none-unannounced", `token_endpoint_auth_methods_supported lacks "none".`,
			f.update("2026.10", `Add "none" for clients without a secret.`), "RFC 8414 §2")
	}
	if offered[byRegistration] {
		return
	}
	change := "Use clients with a client document, or type a client id"
	switch {
	case f.Home:
		change += ": the origin of the client's redirect, and any secret."
	case !offered[byDocument]:
		change = "Type a client id that is registered there, or make it accept client documents."
	default:
		change += " that is registered there."
	}
	l.remark(noRegistration, "There is no registration endpoint.", change, "MCP, Client Registration Approaches")
}

func rootOf(raw string) string { return strings.ToLower(oauth.Root(raw)) }

func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
