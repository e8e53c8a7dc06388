package mockserver

import "github.com/authconform/authconform/mock"

// Lifetimes changes how long codes, tokens and login flows of a policy live.
func Lifetimes(p *Policy, l mock.Lifetimes) {
	if l.Code > 0 {
		p.Redeem, p.CodeTTL = redeemable(l.Code), mock.Is(l.Code)
	}
	if l.AccessToken > 0 {
		p.AccessTTL = mock.Is(l.AccessToken)
	}
	if l.RefreshToken > 0 {
		p.Alive, p.RefreshIdleTTL = alive(l.RefreshToken), mock.Is(l.RefreshToken)
	}
	if l.LoginFlow > 0 {
		p.FlowTTL = mock.Is(l.LoginFlow)
	}
}
