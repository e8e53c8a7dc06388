package defects

import "github.com/authconform/authconform/mockserver"

var code = []Defect{
	{
		ID: "code.reusable", Story: "A code is deleted when it expires, not when it is redeemed.",
		Breaks: []string{"oauth2.code.single-use", "oauth2.code.single-use-parallel", "oauth2.pkce.parallel", "ha.revoke.code-dead-session", "ha.link.single-use"},
		Change: func(p *mockserver.Policy) { p.SingleUse = false },
	},
}
