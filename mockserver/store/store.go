// Package store keeps what a mock home must remember of grants: codes and refresh tokens. Verbs are atomic; values go
// in and out; nothing is called back under a lock. Package storetest is the contract of every implementation.
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

// NewUser is somebody whom a login provider let in and the home does not know yet: redeeming the code makes the user.
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

// Store is where grants are kept.
type Store interface {
	// PutCode keeps a code.
	PutCode(Code)
	// Code looks at a code without taking it.
	Code(value string) (Code, bool)
	// Codes lists those that nobody has taken.
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
	// Evicted counts what went because there was too much of it, since the start or the last Clear.
	Evicted() Evicted
	// Clear forgets everything.
	Clear()
}

// Evicted is what a store let go to stay within its bounds, oldest first.
type Evicted struct {
	Codes   int `json:"codes"`
	Refresh int `json:"refresh_tokens"`
}
