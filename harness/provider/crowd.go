package provider

import (
	"context"
	"fmt"
	"strconv"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
)

// crowd is how many sessions the door opens, several at once. Fewer would miss servers that only sometimes fail under simultaneous
// requests.
const crowd = 8

// seat is one of several simultaneous sessions of our user and client.
type seat struct {
	name   string
	code   string
	first  oauth.Tokens // of the code
	second oauth.Tokens // of the first refresh
}

// refresh is the seat's newest refresh token.
func (s *seat) refresh() string {
	if s.second.Refresh != "" {
		return s.second.Refresh
	}
	return s.first.Refresh
}

// Crowded returns how sessions of one user and client disturb each other at the provider, or "". Rows that run side by side would
// then get each other's faults: some servers keep one refresh token per user and client, end all sessions after a misuse, or fail
// under simultaneous requests. What fails among several sessions counts only if it works alone. If no rows may run at once, it does
// not try: some servers crash.
func (p *Provider) Crowded(ctx context.Context, procs int) (why string) {
	if procs < 2 {
		return ""
	}
	_ = judge.Attempt(ctx, func(ctx context.Context) {
		seats := p.seated(ctx, crowd)
		if why = shortage(seats); why == "" {
			why = p.disturbed(ctx, seats)
		} else if shortage(p.seated(ctx, 1)) != "" {
			why = "" // it does not work alone either: rows report it
		}
	})
	return why
}

// seated opens sessions at once: first all get codes, then all redeem them, then all refresh.
func (p *Provider) seated(ctx context.Context, n int) []*seat {
	seats := make([]*seat, n)
	for i := range seats {
		seats[i] = &seat{name: strconv.Itoa(i + 1)}
	}
	for _, step := range []func(context.Context, *seat){
		func(ctx context.Context, s *seat) { s.code = p.Authorize(ctx, p.Request()).Code },
		func(ctx context.Context, s *seat) {
			if s.code != "" {
				s.first = Read(p.Exchange(ctx, s.code))
			}
		},
		func(ctx context.Context, s *seat) {
			if s.first.Refresh != "" {
				s.second = Read(p.Renew(ctx, s.first.Refresh))
			}
		},
	} {
		judge.Each(ctx, seats, func(s *seat) string { return s.name }, step)
	}
	return seats
}

// shortage says what some of the sessions did not get, or "".
func shortage(seats []*seat) string {
	var codes, tokens, refreshes int
	for _, s := range seats {
		switch {
		case s.code == "":
			codes++
		case s.first.Access == "":
			tokens++
		case s.first.Refresh != "" && s.second.Access == "":
			refreshes++
		}
	}
	switch n := len(seats); {
	case codes > 0:
		return fmt.Sprintf("%d of %d simultaneous authorizations bring no code", codes, n)
	case tokens > 0:
		return fmt.Sprintf("%d of %d codes that one user and client have at the same time bring no tokens", tokens, n)
	case refreshes > 0:
		return fmt.Sprintf("%d of %d refresh tokens that one user and client have at the same time are refused", refreshes, n)
	}
	return ""
}

// disturbed returns what happens in one session and ends another, or "". Without refresh tokens, it cannot tell.
func (p *Provider) disturbed(ctx context.Context, seats []*seat) string {
	bystander := seats[crowd-1]
	for _, event := range []struct {
		what string
		make func()
	}{
		{"a refresh token that is used twice", func() { p.Renew(ctx, seats[0].first.Refresh) }},
		{"a code that is redeemed twice", func() { p.Exchange(ctx, seats[1].code) }},
		{"a revocation", func() {
			if p.RevokeURL != "" {
				p.Revoke(ctx, seats[2].refresh())
			}
		}},
	} {
		if bystander.refresh() == "" {
			return ""
		}
		event.make()
		next := Read(p.Renew(ctx, bystander.refresh()))
		if next.Access == "" {
			return event.what + " ends other sessions of its user and client"
		}
		if next.Refresh != "" {
			bystander.second = next
		}
	}
	return ""
}
