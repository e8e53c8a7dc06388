package mockserver

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/authconform/authconform/mock"
)

// Flavour makes a policy use the freedom that the specifications leave: members in another order and more of them, other
// lengths of secrets, other human-readable texts, the error code of RFC 6749 §5.2 where the real home has another. A client
// or a check that fails on it requires more than it may. The same seed gives the same flavour.
func Flavour(p *Policy, seed uint64) {
	f := &flavour{random: rand.New(rand.NewPCG(seed, 0))} //nolint:gosec // a choice, no secret
	p.NewCode = f.secrets(20, 60)
	p.NewRefresh = f.secrets(24, 120)
	description := f.choose("", "see the documents", "no") // printable ASCII (RFC 6749 §5.2)
	grantWord := f.flip()
	pretty, more, charset := f.flip(), f.flip(), f.flip()
	answer := p.Answer
	p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
		a = answer(r, a)
		if a.Header.Get("Content-Type") != "application/json" || strings.HasPrefix(r.Path(), mcpPath) {
			return a // MCP leaves no such freedom
		}
		if charset {
			a.Header = a.Header.Clone()
			a.Header.Set("Content-Type", "application/json; charset=utf-8")
		}
		if grantWord && a.Why == badCode.Error() {
			a.Body = bytes.Replace(a.Body, []byte(`"invalid_request"`), []byte(`"invalid_grant"`), 1)
		}
		a.Body = f.object(a.Body, pretty, more && a.Status == http.StatusOK, description)
		return a
	}
}

type flavour struct {
	mu     sync.Mutex
	random *rand.Rand
}

func (f *flavour) intn(n int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.random.IntN(n)
}

func (f *flavour) flip() bool { return f.intn(2) == 0 }

func (f *flavour) choose(words ...string) string { return words[f.intn(len(words))] }

func (f *flavour) secrets(least, spread int) func() string {
	n := least + f.intn(spread)
	return func() string { return mock.Secret(n) }
}

// object writes a JSON object's members in a new order.
func (f *flavour) object(raw []byte, pretty, more bool, description string) []byte {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil || members == nil {
		return raw
	}
	for _, words := range []string{"error_description", "message"} {
		if _, there := members[words]; there && description != "" {
			members[words], _ = json.Marshal(description)
		}
	}
	if more {
		members["x_flavour"] = json.RawMessage(`{"more":[1,null,"ü"]}`)
	}
	names := slices.Sorted(maps.Keys(members))
	f.mu.Lock()
	f.random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	f.mu.Unlock()
	var parts []string
	for _, name := range names {
		key, _ := json.Marshal(name)
		parts = append(parts, string(key)+":"+string(members[name]))
	}
	out := []byte("{" + strings.Join(parts, ",") + "}")
	if pretty {
		var b bytes.Buffer
		if json.Indent(&b, out, "", "  ") == nil {
			return b.Bytes()
		}
	}
	return out
}
