package home

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/harness/home/hometest"
	"github.com/authconform/authconform/harness/oauth"
)

func TestEveryTokenAndOpenFlowIsGivenBack(t *testing.T) {
	f, h, ctx := stay(t)
	h.Tokens(ctx, Login{}) // flow-1 ends, refresh-1 is owed
	h.Begin(ctx, Login{})  // flow-2 stays open
	h.Refresh(ctx, oauth.Tokens{Refresh: "refresh-1"})
	f.Answers("POST /auth/token", http.StatusOK, `{"refresh_token":"for-nothing"}`)
	h.Exchange(ctx, "invented") // a token that a server issues to anybody is given back too
	h.GiveBack(ctx)
	same(t, "revoked", f.Asked("POST /auth/revoke"), "token=refresh-1", "token=for-nothing")
	same(t, "deleted", f.Asked("DELETE /auth/login_flow/"), "flow-2")
	h.GiveBack(ctx)
	if n := len(f.Asked("POST /auth/revoke")) + len(f.Asked("DELETE /auth/login_flow/")); n != 3 {
		t.Errorf("%d requests gave back what was given back already", n-3)
	}
}

func TestOnlyWhatIsAnsweredUnderAuthIsOwed(t *testing.T) {
	f, h, ctx := stay(t)
	answer := `{"refresh_token":"r","flow_id":"f","type":"form"}`
	f.Answers("GET /auth/token", http.StatusOK, answer)
	f.Answers("POST /auth/token", http.StatusBadRequest, answer)
	f.Answers("POST /api/other", http.StatusOK, answer)
	h.Get(ctx, "/auth/token")
	h.Exchange(ctx, "invented")
	h.PostJSON(ctx, "/api/other", map[string]string{})
	h.GiveBack(ctx)
	same(t, "revoked", f.Asked("POST /auth/revoke"))
	same(t, "deleted", f.Asked("DELETE /auth/login_flow/"))
}

func TestWhatTheTargetDidNotHearOfStaysOwed(t *testing.T) {
	f, h, ctx := stay(t)
	h.Tokens(ctx, Login{})
	h.Begin(ctx, Login{})
	ended, end := context.WithCancel(ctx)
	end()
	h.GiveBack(ended)
	same(t, "revoked", f.Asked("POST /auth/revoke"))
	h.GiveBack(ctx)
	same(t, "revoked", f.Asked("POST /auth/revoke"), "token=refresh-1")
	same(t, "deleted", f.Asked("DELETE /auth/login_flow/"), "flow-2")
}

func TestTheSharedSessionIsGivenBackLast(t *testing.T) {
	f, h, ctx := stay(t)
	if err := h.Enter(ctx); err != nil {
		t.Fatal(err)
	}
	h.Tokens(ctx, Login{})
	h.GiveBack(ctx)
	same(t, "revoked", f.Asked("POST /auth/revoke"), "token=refresh-3")
	h.Leave(ctx)
	same(t, "revoked", f.Asked("POST /auth/revoke"), "token=refresh-3", "token=refresh-1")
	h.Leave(ctx)
	if n := len(f.Asked("POST /auth/revoke")); n != 2 {
		t.Errorf("%d tokens are revoked twice", n-2)
	}
}

// listed makes the fake list grants, and record which are deleted.
func listed(f *hometest.Home, list func() []Grant) *[]string {
	deleted := &[]string{}
	f.Knows("auth/refresh_tokens", func(map[string]any) (any, string) { return list(), "" })
	f.Knows("auth/delete_refresh_token", func(fields map[string]any) (any, string) {
		id, _ := fields["refresh_token_id"].(string)
		if id == "stubborn" {
			return nil, "not_found"
		}
		*deleted = append(*deleted, id)
		return nil, ""
	})
	return deleted
}

func TestALongLivedTokenIsDeletedByItsName(t *testing.T) {
	f, h, ctx := stay(t)
	deleted := listed(f, func() []Grant { return []Grant{{ID: "1", Name: "ours"}, {ID: "2", Name: "theirs"}} })
	h.Leave(ctx)
	same(t, "deleted where none is owed", *deleted)
	h.OweNamed("ours")
	h.Leave(ctx)
	same(t, "deleted", *deleted, "1")
}

func TestOnlyTokensOfThisRunAreTakenBack(t *testing.T) {
	f, h, ctx := stay(t)
	since := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	grant := func(id, client string, at time.Time) Grant {
		return Grant{ID: id, ClientID: client, Created: at.Format(time.RFC3339)}
	}
	current := grant("current", "http://ours/", since)
	current.Current = true
	after := []Grant{
		grant("new", "http://ours/", since.Add(time.Second)),
		grant("by another clock", "http://ours/", since.Add(-59*time.Second)),
		grant("old", "http://ours/", since.Add(-61*time.Second)),
		grant("before", "http://ours/", since.Add(time.Second)),
		grant("theirs", "http://theirs/", since.Add(time.Second)),
		current,
		{ID: "undated", ClientID: "http://ours/", Created: "yesterday"},
		{ID: "stubborn", ClientID: "http://ours/"},
	}
	deleted := listed(f, func() []Grant { return after })
	ours := func(g Grant) bool { return strings.HasPrefix(g.ClientID, "http://ours/") }
	left := h.TakeBack(ctx, []Grant{{ID: "before"}}, true, since, ours)
	same(t, "deleted", *deleted, "new", "by another clock", "undated")
	same(t, "left", left, "a refresh token of client http://ours/ could not be revoked: not_found: no")

	*deleted = nil
	same(t, "left where nobody has counted before", h.TakeBack(ctx, nil, false, since, ours))
	same(t, "deleted there", *deleted)

	f.Knows("auth/refresh_tokens", nil)
	left = h.TakeBack(ctx, nil, true, since, ours)
	if len(left) != 1 || !strings.HasPrefix(left[0], "the tokens at the target could not be listed after the run: ") {
		t.Errorf("%q", left)
	}
}

func TestTokensAreGivenBackWhereThereIsNoRevocationEndpoint(t *testing.T) {
	f, h, ctx := stay(t)
	f.Answers("POST /auth/revoke", http.StatusNotFound, `{}`) // before 2022.9
	h.Tokens(ctx, Login{})
	h.GiveBack(ctx)
	asked := f.Asked("POST /auth/token")
	same(t, "the last request to the token endpoint", asked[len(asked)-1:], "token=refresh-1&action=revoke")
}
