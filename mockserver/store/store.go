// Package store keeps a mock home's codes and refresh tokens. Operations are atomic; values are copied
// in and out; nothing is called back under a lock. Package storetest tests every implementation.
package store

import "time"

// Code is an authorization code that was issued and not yet redeemed.
type Code struct {
	Value      string
	ClientID   string
	UserID     string // "": New says who is to be made
	Provider   string // type and id of the login provider
	ProviderID string
	New        NewUser
	Challenge  string // S256 code_challenge, "" without PKCE
	Issued     time.Time
}

// NewUser is a person whom a login provider accepted but the home does not know yet: redeeming the code creates the user.
type NewUser struct {
	Account string // name at the login provider; "": nobody new
	Name    string
	Group   string
	Local   bool
}

// Refresh is a refresh token, the root of a session.
type Refresh struct {
	ID         string // names it without giving it away: the iss of its access tokens
	Token      string
	Key        []byte // signs its access tokens
	ClientID   string // "" for long-lived tokens
	Name       string // client_name of long-lived tokens
	Type       Kind
	UserID     string
	Provider   string // type and id of the login provider
	ProviderID string
	Created    time.Time
	Used       time.Time     // last
	UsedIP     string        // last
	TTL        time.Duration // of its access tokens
	NoExpiry   bool          // auth/refresh_token_set_expiry switched idle expiry off
}

// Kind is the kind of a refresh token.
type Kind string

// The kinds.
const (
	Normal    Kind = "normal"
	LongLived Kind = "long_lived_access_token"
)

// Store keeps grants.
type Store interface {
	// PutCode keeps a code.
	PutCode(Code)
	// Code looks at a code without taking it.
	Code(value string) (Code, bool)
	// Codes lists the codes that have not been taken.
	Codes() []Code
	// TakeCode removes a code and returns it, to one caller only.
	TakeCode(value string) (Code, bool)
	// PutRefresh keeps a refresh token, or replaces the one of that id.
	PutRefresh(Refresh)
	// Refresh finds a refresh token by its secret, RefreshByID by its id.
	Refresh(token string) (Refresh, bool)
	RefreshByID(id string) (Refresh, bool)
	// Touch notes the last use of a refresh token.
	Touch(id string, at time.Time, ip string)
	// Delete removes a refresh token, to one caller only.
	Delete(id string) bool
	// OfUser lists a user's refresh tokens, oldest first.
	OfUser(userID string) []Refresh
	// Evicted counts what was dropped to stay within the bounds, since the start or the last Clear.
	Evicted() Evicted
	// Clear forgets everything.
	Clear()
}

// Evicted counts what a store dropped, oldest first, to stay within its bounds.
type Evicted struct {
	Codes   int `json:"codes"`
	Refresh int `json:"refresh_tokens"`
}
