package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

// TestNoSecretAnywhere: a home repeats each secret that it is sent, in eight spellings, in a header and in the body. No file and
// no stream contains one of them, or a secret that the home itself issued, however the run ends.
func TestNoSecretAnywhere(t *testing.T) {
	slow(t)
	t.Parallel()
	for name, c := range map[string]struct {
		code int
		then func(r *running, n int64, a *mock.Answer) // called at the n-th answer
	}{
		"to the end": {exit.Failed, func(*running, int64, *mock.Answer) {}},
		"the home refuses everybody": {exit.NoTarget, func(_ *running, n int64, a *mock.Answer) {
			if n > 300 {
				*a = mock.Answer{Status: http.StatusForbidden, Header: http.Header{}, Body: []byte("403: Forbidden")}
			}
		}},
		"two workers die": {exit.Broken, func(r *running, n int64, _ *mock.Answer) {
			if n > 120 && n%120 == 0 {
				for _, pid := range r.workers() {
					kill(pid)
				}
			}
		}},
		"interrupted": {exit.Interrupted, func(r *running, n int64, _ *mock.Answer) {
			if n == 300 {
				interrupt(r)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var r atomic.Pointer[running]
			var n atomic.Int64
			started := make(chan struct{})
			p := &parrot{heard: map[string]bool{mockserver.DefaultUsers()[0].Password: true}}
			s, _, _ := mockHome(t, func(o *mockserver.Options) {
				o.Policy = mockserver.Strict()
				o.Policy.Answer = func(q mock.Request, a mock.Answer) mock.Answer {
					<-started
					a = p.answer(q, a)
					c.then(r.Load(), n.Add(1), &a)
					return a
				}
			})
			flags := []string{"-v"}
			switch c.code {
			case exit.Failed:
				flags = append(flags, "--browser", "auto")
			case exit.Broken:
				flags = append(flags, "--procs", "1")
			}
			r.Store(judging(t, s, flags...))
			close(started)
			o, _ := r.Load().end()
			if o.code != c.code || len(p.heard) < 20 {
				t.Fatalf("exit %d, want %d; %d secrets passed\n%s", o.code, c.code, len(p.heard), o.all())
			}
			p.absent(t, "the streams", o.all())
			if err := filepath.WalkDir(r.Load().dir, func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				raw, err := os.ReadFile(path)
				p.absent(t, filepath.Base(path), filepath.Base(path)+"\n"+string(raw))
				return err
			}); err != nil {
				t.Error(err)
			}
		})
	}
}

// parrot remembers the secrets that passed, and repeats them.
type parrot struct {
	mu    sync.Mutex
	heard map[string]bool
}

// secretValue finds secrets in forms, URLs and JSON, by a list of names that is independent of the judge's.
var secretValue = regexp.MustCompile(
	`"?\b(?:access_token|refresh_token|result|auth_code|code|token|password|current_password|new_password|authSig)\b"?` +
		`(?:=|:\s*")([^"&\\\s]{16,})`)

// hear remembers the secrets in an answer.
func (p *parrot) hear(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range secretsIn(text) {
		p.heard[s] = true
	}
}

func secretsIn(text string) (secrets []string) {
	for _, m := range secretValue.FindAllStringSubmatch(text, -1) {
		if secret, err := url.QueryUnescape(m[1]); err == nil && !dull(secret) {
			secrets = append(secrets, secret)
		}
	}
	return secrets
}

// dull reports whether a value in the place of a secret is none: an address, words, one letter repeated, no text.
func dull(value string) bool {
	return strings.ContainsAny(value, " <>") || strings.Contains(value, "://") ||
		strings.Trim(value, value[:1]) == "" || !utf8.ValidString(value)
}

// answer adds the request's secrets to an answer.
func (p *parrot) answer(q mock.Request, a mock.Answer) mock.Answer {
	_, token, _ := strings.Cut(q.Header.Get("Authorization"), " ")
	p.hear(string(a.Body))
	said := spellings(secretsIn(q.Target + "\n" + string(q.Body) + "\ntoken=" + token)...)
	if len(said) == 0 {
		return a
	}
	a.Header = a.Header.Clone()
	a.Header["X-Heard"] = said
	var object map[string]any
	if a.Status != http.StatusOK && json.Unmarshal(a.Body, &object) == nil && object != nil {
		object["heard"] = said
		a.Body, _ = json.Marshal(object)
	}
	return a
}

// spellings returns each secret in eight spellings.
func spellings(secrets ...string) (all []string) {
	for _, s := range secrets {
		quoted, _ := json.Marshal(s)
		all = append(all, s, strings.Trim(string(quoted), `"`), url.QueryEscape(s), html.EscapeString(s),
			base64.StdEncoding.EncodeToString([]byte(s)), base64.RawURLEncoding.EncodeToString([]byte("x:"+s)),
			hex.EncodeToString([]byte(s)), strings.ToUpper(url.QueryEscape(s)))
	}
	return all
}

// absent fails if a text contains a secret in any of its spellings.
func (p *parrot) absent(t *testing.T, where, text string) {
	t.Helper()
	const start = 8 // bytes that every spelling has
	begin := map[string][]string{}
	p.mu.Lock()
	for secret := range p.heard {
		all := spellings(secret)
		if parts := strings.Split(secret, "."); len(parts) == 3 {
			all = append(all, parts[2]) // a JWT's signature
		}
		for _, form := range all {
			begin[form[:start]] = append(begin[form[:start]], form)
		}
	}
	p.mu.Unlock()
	for at := range len(text) - start {
		for _, form := range begin[text[at:at+start]] {
			if strings.HasPrefix(text[at:], form) {
				t.Errorf("%s holds a secret: …%s…", where, text[max(0, at-80):min(len(text), at+20)])
				return
			}
		}
	}
}
