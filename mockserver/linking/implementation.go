package linking

import "context"

// implementation is a way to link: a credential's id, or cloud.
type implementation struct{ ID, Name string }

const cloud = "cloud"

// implement chooses the way to link: the only one, or the person's choice.
func (l *Linker) implement(ctx context.Context, f *flow, base string, given bool) (Step, error) {
	if e := l.entry(f.entryID); e != nil && e.agent != nil {
		return l.again(ctx, f, e, base, given)
	}
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
	for _, c := range l.credentialsOf(Domain) {
		list = append(list, named(c))
	}
	return list, err
}

// named is a credential as people choose it.
func named(c Credential) implementation {
	if c.Name == "" {
		return implementation{c.ID, c.ClientID}
	}
	return implementation{c.ID, c.Name}
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
	return l.sendAway(ctx, f, base)
}

// sendAway sends the person to the provider, as the flow's client.
func (l *Linker) sendAway(ctx context.Context, f *flow, base string) (Step, error) {
	f.provider = l.provider(f.credential.ClientID)
	if f.agent != nil {
		f.provider = f.agent.provider()
		l.bind(f.credential.ID, f.provider.issuer)
	}
	a := Authorization{
		ClientID: f.credential.ClientID, Secret: f.credential.ClientSecret,
		Redirect: l.Policy().Redirect(base, l.My), Scope: f.provider.Scope, Reauth: f.source == "reauth",
		Resource: l.indicator(f.provider, "authorize"),
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

// indicator is the resource that a request names (RFC 8707 §2).
func (l *Linker) indicator(p Provider, in string) string {
	if p.resource == "" {
		return ""
	}
	return l.Policy().Agent.Indicator(p.resource, in)
}

// indicated names the resource in a token request.
func (l *Linker) indicated(r TokenRequest, p Provider, in string) TokenRequest {
	if resource := l.indicator(p, in); resource != "" {
		r.Form = append(r.Form, [2]string{"resource", resource})
	}
	return r
}

// await lets a browser come back to a flow.
func (l *Linker) await(f *flow) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f.awaits = true
}
