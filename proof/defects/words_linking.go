package defects

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/linking"
)

// The words for defects of a home as OAuth client.

// client changes the policy of the home as OAuth client.
func client(edit func(*linking.Policy)) change {
	return func(p *mockserver.Policy) { edit(&p.Linking) }
}

const (
	flowsAt = "/api/config/config_entries/flow"
	flowAt  = "* /api/config/config_entries/flow/*"
)

// stepAnswers changes the answers of config flows of one type; "" is any.
func stepAnswers(kind string, with func(mock.Answer) mock.Answer) change {
	return answers(at("* "+flowsAt).or(at(flowAt)), func(a mock.Answer) mock.Answer {
		if m := decoded(a.Body); m != nil && (kind == "" || m["type"] == kind) {
			return with(a)
		}
		return a
	})
}

// plainValue converts a value to its JSON form.
func plainValue(v any) any {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var out any
	_ = json.Unmarshal(raw, &out)
	return out
}

func textOf(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return fmt.Sprint(v)
}

// idRecords remembers records by id.
type idRecords struct {
	mu   sync.Mutex
	byID map[string]any
}

// merge adds the records that were seen before.
func (s *idRecords) merge(list []any) []any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID == nil {
		s.byID = map[string]any{}
	}
	for _, v := range list {
		if m, ok := v.(map[string]any); ok {
			s.byID[textOf(m["id"])] = v
		}
	}
	out := []any{}
	for _, id := range slices.Sorted(maps.Keys(s.byID)) {
		out = append(out, s.byID[id])
	}
	return out
}

// tokenSent changes a grant's token requests before they are sent; "" is any grant.
func tokenSent(grant string, with func(linking.TokenRequest) linking.TokenRequest) change {
	return client(func(p *linking.Policy) {
		before := p.TokenRequest
		p.TokenRequest = func(r linking.TokenRequest) linking.TokenRequest {
			if r = before(r); grant == "" || formValue(r, "grant_type") == grant {
				r.Form, r.Header = slices.Clone(r.Form), r.Header.Clone()
				r = with(r)
			}
			return r
		}
	})
}

func formValue(r linking.TokenRequest, name string) string {
	for _, p := range r.Form {
		if p[0] == name {
			return p[1]
		}
	}
	return ""
}

// formSet sets a parameter of a token request, or drops it for nil.
func formSet(name string, value func(string) *string) func(linking.TokenRequest) linking.TokenRequest {
	return func(r linking.TokenRequest) linking.TokenRequest {
		for i, p := range r.Form {
			if p[0] != name {
				continue
			}
			if v := value(p[1]); v != nil {
				r.Form[i][1] = *v
			} else {
				r.Form = slices.Delete(r.Form, i, i+1)
			}
			break
		}
		return r
	}
}

func dropped(string) *string { return nil }

func edited(edit func(string) string) func(string) *string {
	return func(s string) *string { s = edit(s); return &s }
}

// reading changes how the home reads token answers.
func reading(with func(a linking.TokenAnswer, refresh bool, t linking.Token, f linking.Failure) (linking.Token, linking.Failure)) change {
	return client(func(p *linking.Policy) {
		before := p.Read
		p.Read = func(a linking.TokenAnswer, refresh bool) (linking.Token, linking.Failure) {
			t, f := before(a, refresh)
			return with(a, refresh, t, f)
		}
	})
}

// asJSON changes an answer before the home reads it, if it is JSON.
func asJSON(edit func(a linking.TokenAnswer, m map[string]any)) change {
	return client(func(p *linking.Policy) {
		before := p.Read
		p.Read = func(a linking.TokenAnswer, refresh bool) (linking.Token, linking.Failure) {
			if m := decoded(a.Body); m != nil && a.Status == http.StatusOK {
				edit(a, m)
				a.Body = encoded(m)
			}
			return before(a, refresh)
		}
	})
}

// crashed is the home's answer to an unhandled error.
func crashed(a mock.Answer) mock.Answer {
	text := "500 Internal Server Error\n\nServer got itself in trouble"
	return all(status(http.StatusInternalServerError), header("Content-Type", "text/plain"), body(text))(a)
}

// reasonCrashes makes the flow crash instead of aborting for a reason.
func reasonCrashes(reasons ...string) change {
	return stepAnswers("abort", func(a mock.Answer) mock.Answer {
		if slices.Contains(reasons, textOf(decoded(a.Body)["reason"])) {
			return crashed(a)
		}
		return a
	})
}

// reasonBecomes changes the reason of aborts.
func reasonBecomes(old, by string) change {
	return stepAnswers("abort", object(func(m map[string]any) {
		if m["reason"] == old {
			m["reason"] = by
		}
	}))
}

var errElsewhere = errors.New("that is not a URL of this home")

func open2(what string) change {
	return func(p *mockserver.Policy) {
		before := p.AdminOnly
		p.AdminOnly = func(asked string, admin bool) bool { return asked != what && before(asked, admin) }
	}
}

// parametersBecome edits the parameters of authorize URLs.
func parametersBecome(edit func(linking.Authorization, [][2]string) [][2]string) change {
	return client(func(p *linking.Policy) {
		before := p.Parameters
		p.Parameters = func(a linking.Authorization) [][2]string { return edit(a, before(a)) }
	})
}

// offers returns the options of a form.
func offers(m map[string]any) (list []string) {
	schema, _ := m["data_schema"].([]any)
	for _, f := range schema {
		field, _ := f.(map[string]any)
		options, _ := field["options"].([]any)
		for _, o := range options {
			if pair, ok := o.([]any); ok && len(pair) > 0 {
				list = append(list, textOf(pair[0]))
			}
		}
	}
	return list
}

// credentialResult changes the result of a credential command.
func credentialResult(command string, edit func(map[string]any) map[string]any) change {
	return resultOf("application_credentials/"+command, edit)
}

// chooses uses one of the offered credentials, whichever one the person chose.
func chooses(one func(offered []string) string) change {
	return func(p *mockserver.Policy) {
		offered := &idSecrets{}
		answers(at("POST "+flowsAt), func(a mock.Answer) mock.Answer {
			for _, o := range offers(decoded(a.Body)) {
				offered.add(o)
			}
			return a
		})(p)
		takes(at("POST "+flowsAt+"/*"), withObject(func(m map[string]any) {
			if list := offered.list(); slices.Contains(list, textOf(m["implementation"])) {
				m["implementation"] = one(list)
			}
		}))(p)
	}
}

// whileAway edits the answers to polls of a flow that waits for the browser. It leaves flows through the proxy alone, because
// their tokens arrive at any time.
func whileAway(edit func(m map[string]any)) change {
	return answers(at("GET "+flowsAt+"/*"), object(func(m map[string]any) {
		if m["type"] == "external" && strings.Contains(textOf(m["url"]), "redirect_uri=") {
			edit(m)
		}
	}))
}

// merging changes the token after a refresh.
func merging(edit func(old, fresh, merged linking.Token)) change {
	return client(func(p *linking.Policy) {
		before := p.Merge
		p.Merge = func(old, fresh linking.Token) linking.Token {
			merged := before(old, fresh)
			edit(old, fresh, merged)
			return merged
		}
	})
}
