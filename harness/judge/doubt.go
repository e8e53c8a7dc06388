package judge

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/authconform/authconform/harness/wire"
)

// Credulity is a kind of credential that a target takes though it was invented, so accepting a right one proves nothing.
type Credulity string

// The kinds of invented credentials, as a reason names them.
const (
	AnyBearer   Credulity = "an invented bearer token"
	AnyCode     Credulity = "an invented code"
	AnyPassword Credulity = "a wrong password"
	AnyClient   Credulity = "an invalid client id"
)

// Doubt says what the target of the spec takes though it was invented. A row that passes, and shows it such a credential, and
// has seen no refusal, rests on acceptance alone: it ends as blocked.
func Doubt(ctx context.Context, taken ...Credulity) {
	r := From(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.credulous = taken
}

// DoubtBearersAt names the resource that Doubt says takes invented bearer tokens, if bearer tokens are sent to other URLs too.
func DoubtBearersAt(ctx context.Context, resource string) {
	r := From(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open = resource
}

// worthless returns why a pass of this record proves nothing, or "".
func (r *Record) worthless() string {
	why := ""
	for _, s := range r.seen {
		e := s.value.exchange
		if e == nil {
			continue
		}
		if refuses(e) {
			return ""
		}
		for _, c := range r.credulous {
			if why == "" && c.shown(e) && (c != AnyBearer || strings.HasPrefix(e.Request.URL, r.open)) {
				why = "the target accepts " + string(c) + ", so accepting a right one proves nothing"
			}
		}
	}
	return why
}

// shown reports whether a request carries a credential of the kind.
func (c Credulity) shown(e *wire.Exchange) bool {
	var words []string
	switch c {
	case AnyBearer:
		scheme, _, _ := strings.Cut(e.Request.Header.Get("Authorization"), " ")
		return strings.EqualFold(scheme, "Bearer") || e.Request.Method == "WS" && strings.Contains(e.Request.Body, "access_token")
	case AnyCode:
		words = []string{"code=", `"code"`}
	case AnyClient:
		words = []string{"client_id=", `"client_id"`}
	case AnyPassword:
		words = []string{"password=", `"password"`}
	}
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(e.Request.Body, word) })
}

// refuses reports whether an answer refuses: by its status, by an OAuth error, by showing a form again, or on a WebSocket.
func refuses(e *wire.Exchange) bool {
	if e.Status >= http.StatusBadRequest || strings.Contains(e.Body, `"auth_invalid"`) {
		return true
	}
	v, _ := e.Object()
	errors, _ := v["errors"].(map[string]any)
	return len(errors) > 0 || e.Text("error") != ""
}
