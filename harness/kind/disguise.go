package kind

import "github.com/authconform/authconform/harness/wire"

// As is the client that requests imitate with --disguise; nil without it.
func (r *Reach) As(role wire.Role) wire.Role {
	if r.Disguise {
		return role
	}
	return nil
}
