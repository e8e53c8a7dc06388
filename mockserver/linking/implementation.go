package linking

import "context"

// implementation is a way to link: a credential's id, or cloud.
type implementation struct{ ID, Name string }

const cloud = "cloud"

// implement chooses the way to link: the only one, or the person's choice.
func (l *Linker) implement(ctx context.Context, f *flow, base string, given bool) (Step, error) {
	var err error
	f.options, err = l.implementations(ctx)
	switch {
	case len(f.options) == 0 && err != nil:
		return l.aborted(f, "oauth_implementation_unavailable", nil), nil //nolint:nilerr // that is the answer to it
	case len(f.options) == 0:
		return l.aborted(f, "missing_credentials", nil), nil
	case len(f.options) == 1:
		return l.choose(ctx, f, f.options[0], base, given)
	}
	f.step = "pick_implementation"
	return f.pick(), nil
}

// implementations lists the ways to link: the proxy first.
func (l *Linker) implementations(ctx context.Context) ([]implementation, error) {
	var list []implementation
	offered, err := l.offered(ctx)
	if offered {
		list = append(list, implementation{cloud, "Home Assistant Cloud"})
	}
	for _, c := range l.Credentials() {
		name := c.Name
		if name == "" {
			name = c.ClientID
		}
		list = append(list, implementation{c.ID, name})
	}
	return list, err
}

func (l *Linker) choose(ctx context.Context, f *flow, way implementation, base string, given bool) (Step, error) {
	f.chosen = way
	if way.ID == cloud {
		f.provider = l.provider("")
		f.step = "auth"
		return l.converse(ctx, f)
	}
	if err := l.Policy().Base(base, given || l.My != ""); err != nil {
		return nil, err
	}
	var there bool
	if f.credential, there = l.credential(way.ID); !there {
		return l.aborted(f, "missing_credentials", nil), nil
	}
	f.provider = l.provider(f.credential.ClientID)
	a := Authorization{
		ClientID: f.credential.ClientID, Secret: f.credential.ClientSecret,
		Redirect: l.Policy().Redirect(base, l.My), Scope: f.provider.Scope, Reauth: f.source == "reauth",
	}
	if l.Policy().PKCE(f.provider.PKCE) {
		f.verifier = l.Policy().Verifier()
		a.Challenge, a.Verifier = challengeOf(f.verifier), f.verifier
	}
	a.State = l.Policy().SignState(f.id, a.Redirect, l.stateKey(), l.Clock.Now())
	l.await(f)
	f.url, f.step = l.Policy().Authorize(f.provider.AuthorizeURL, l.Policy().Parameters(a)), "auth"
	l.tell(ctx, l.Policy().Early(f.provider, f.credential, nil))
	return f.external(), nil
}

// await lets a browser come back to a flow.
func (l *Linker) await(f *flow) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f.awaits = true
}
