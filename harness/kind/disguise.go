package kind

import "github.com/authconform/authconform/harness/wire"

// As is the role of a client, if that is to be played to the last.
func (r *Reach) As(role wire.Role) wire.Role {
	if r.Disguise {
		return role
	}
	return nil
}
