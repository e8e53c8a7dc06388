package mockprovider

import "github.com/authconform/authconform/mock"

// Lifetimes sets how long a policy's codes and tokens live. A provider has no login flows that expire.
func Lifetimes(p *Policy, l mock.Lifetimes) {
	if l.Code > 0 {
		p.Redeem = redeemable(l.Code)
	}
	if l.AccessToken > 0 {
		p.AccessTTL = mock.Is(l.AccessToken)
	}
	if l.RefreshToken > 0 {
		p.Refresh, p.RefreshIdleTTL = refreshable(l.RefreshToken), mock.Is(l.RefreshToken)
	}
}
