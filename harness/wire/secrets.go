package wire

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"sort"
	"strings"
	"sync"
)

// Secrets replaces secrets by typed, comparable names: ‹access_token 1› is the same secret wherever it stands within
// one spec's evidence. A secret is learned from the member or parameter that carries it, then replaced everywhere: in
// bodies, headers, URLs and failure texts. It is safe for concurrent use.
type Secrets struct {
	mu     sync.Mutex
	names  map[string]string // secret -> its name
	counts map[string]int    // kind -> secrets seen
	order  []string          // longest first
}

// NewSecrets makes a table that knows nothing yet.
func NewSecrets() *Secrets {
	return &Secrets{names: map[string]string{}, counts: map[string]int{}}
}

// kinds are the members, parameters and headers whose value is a secret, and the word that stands for it.
var kinds = map[string]string{
	"password": "password", "new_password": "password", "current_password": "password",
	"code": "code", "auth_code": "code", "result": "code",
	"access_token": "access_token", "refresh_token": "refresh_token", "token": "token",
	"authsig": "signature", "client_secret": "client_secret", "code_verifier": "verifier",
	"authorization": "credentials", "cookie": "cookie",
	"webhook_id": "webhook", "secret": "secret", "totp_secret": "secret",
}

// shortest is the length below which a value is not taken for a secret: it would be replaced inside other words.
const shortest = 6

// A password that is shorter is replaced where the member or parameter that carries it stands, and nowhere else.
var (
	shortMember = regexp.MustCompile(`("(?:new_|current_)?password"\s*:\s*")(?:\\u[0-9A-Fa-f]{4}|\\.|[^"\\‹]){1,5}(")`)
	shortField  = regexp.MustCompile(`(\b(?:new_|current_)?password=)(?:%[0-9A-Fa-f]{2}|[^&\s"'<>#;%‹]){1,5}($|[&\s"'<>#;])`)
)

var (
	jwt     = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`)
	pair    = regexp.MustCompile(`([A-Za-z_]+)=([^&\s"'<>#;]+)`)
	part    = regexp.MustCompile(`(?s)name="([A-Za-z_]+)"(?:;[^\r\n]*)?\r?\n(?:[^\r\n]+\r?\n)*\r?\n(.*?)\r?\n--`)
	scanned = regexp.MustCompile(`"([A-Za-z_]+)"\s*:\s*"((?:[^"\\]|\\.)*)"`)
)

// Learn makes value a secret of the kind.
func (s *Secrets) Learn(kind, value string) {
	if len(value) < shortest {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.learn(kind, value)
}

// learn gives a secret its name, and the name to other ways in which it was spelled: a client may escape what another
// one leaves.
func (s *Secrets) learn(kind, value string, spelled ...string) {
	if strings.HasPrefix(value, "‹") {
		return
	}
	name := s.names[value]
	if name == "" {
		s.counts[kind]++
		name = fmt.Sprintf("‹%s %d›", kind, s.counts[kind])
		quoted, _ := json.Marshal(value)
		spelled = append(spelled, value, url.QueryEscape(value), url.PathEscape(value), strings.Trim(string(quoted), `"`))
	}
	known := len(s.order)
	for _, form := range spelled {
		if s.names[form] == "" {
			s.names[form] = name
			s.order = append(s.order, form)
		}
	}
	if len(s.order) > known {
		sort.SliceStable(s.order, func(i, j int) bool { return len(s.order[i]) > len(s.order[j]) })
	}
}

// LearnExchange learns the secrets of a request and its answer.
func (s *Secrets) LearnExchange(e *Exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range e.Request.Header.Values("Authorization") {
		scheme, value, found := strings.Cut(v, " ")
		if !found {
			value = scheme
		}
		s.member("authorization", strings.TrimSpace(value))
	}
	for _, v := range e.Request.Header.Values("Cookie") {
		s.cookies(v, strings.Split(v, ";"))
	}
	for _, v := range e.Header.Values("Set-Cookie") {
		first, _, _ := strings.Cut(v, ";")
		s.cookies(v, []string{first})
	}
	if _, query, ok := strings.Cut(e.Request.URL, "?"); ok {
		s.scan(query)
	}
	s.scan(e.Request.Body)
	s.scan(e.Header.Get("Location"))
	s.scan(e.Body)
}

// cookies learns the values of cookies, or the whole header if it holds none.
func (s *Secrets) cookies(header string, pairs []string) {
	for _, p := range pairs {
		_, value, found := strings.Cut(p, "=")
		if !found {
			value = header
		}
		s.member("cookie", strings.Trim(strings.TrimSpace(value), `"`))
	}
}

// LearnText learns the secrets that stand in a text: a URL, a form, JSON, a multipart body.
func (s *Secrets) LearnText(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scan(text)
}

func (s *Secrets) scan(text string) {
	for _, m := range scanned.FindAllStringSubmatch(text, -1) {
		var value string
		if json.Unmarshal([]byte(`"`+m[2]+`"`), &value) == nil {
			s.member(m[1], value, m[2])
		}
	}
	for _, m := range part.FindAllStringSubmatch(text, -1) {
		s.member(m[1], m[2])
	}
	for _, m := range pair.FindAllStringSubmatch(text, -1) {
		if value, err := url.QueryUnescape(m[2]); err == nil {
			s.member(m[1], value, m[2])
		}
	}
	for _, m := range jwt.FindAllString(text, -1) {
		s.learn("jwt", m)
	}
}

func (s *Secrets) member(name, value string, spelled ...string) {
	if kind := kinds[strings.ToLower(name)]; kind != "" && len(value) >= shortest && !words[value] && !errorWord.MatchString(value) {
		s.learn(kind, value, spelled...)
	}
}

// words are values that stand in secret members and are none.
var words = map[string]bool{
	"Bearer": true, "username": true, "password": true, "refresh_token": true, "access_token": true,
	"invalid_auth": true, "invalid_code": true, "User linked": true,
}

// errorWord is how error codes look, which stand in members called code too: no secret is made of words alone.
var errorWord = regexp.MustCompile(`^[a-z]+(_[a-z]+)+$`)

// Hide replaces every known secret in text.
func (s *Secrets) Hide(text string) string {
	if text == "" {
		return text
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range s.order {
		if strings.Contains(text, secret) {
			text = strings.ReplaceAll(text, secret, s.names[secret])
		}
	}
	if strings.Contains(text, "password") {
		text = shortMember.ReplaceAllString(text, "${1}‹password›${2}")
		text = shortField.ReplaceAllString(text, "${1}‹password›${2}")
	}
	return jwt.ReplaceAllString(text, "‹jwt›")
}
