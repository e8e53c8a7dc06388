package expect

import (
	"context"
	"regexp"
	"time"
)

var jwt = regexp.MustCompile(`^eyJ[\w-]*\.[\w-]+\.[\w-]*$`)

// IsJWT reports whether a token has the form of a signed JWT (RFC 7519 §3). Two of the same session may be equal if they are issued
// in the same second, because their times count seconds (§2, NumericDate).
func IsJWT(token string) bool { return jwt.MatchString(token) }

// NextSecond waits until the times in JWTs differ from those before. It is the target's clock that has to move on.
func NextSecond(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(tick):
	}
}

const tick = 1100 * time.Millisecond
