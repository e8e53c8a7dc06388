package expect

import (
	"testing"

	"github.com/authconform/authconform/harness/wire"
)

func TestHeadersAreReadAsBrowsersReadThem(t *testing.T) {
	t.Parallel()
	const csp, frames, sniff, referrer = "Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy"
	with := func(lines ...string) any {
		e := answer(200, "")
		for i := 0; i+1 < len(lines); i += 2 {
			e.Header.Add(lines[i], lines[i+1])
		}
		return e
	}
	expectations{
		"no framing": {
			ForbidFraming(),
			[]any{
				with(frames, "sameorigin"), with(frames, "DENY", frames, "DENY"), with(frames, "SAMEORIGIN, SAMEORIGIN"),
				with(frames, "DENY", frames, "SAMEORIGIN"), with(frames, "SAMEORIGIN, ALLOWALL"),
				with(csp, "default-src *; frame-ancestors 'self'"),
				with(csp, "frame-ancestors"), with(csp, "default-src *, frame-ancestors 'none'"),
				with(csp, "frame-ancestors *", csp, "Frame-Ancestors 'self'"), with(csp, "default-src *", frames, "DENY"),
			},
			[]any{
				with(), with(frames, "ALLOWALL"), with(frames, "ALLOW-FROM https://a.example"), with(frames, "x, y"),
				with(csp, "frame-ancestors *"),
				with(csp, "frame-ancestors https:"), with(csp, "frame-ancestors *", frames, "DENY"),
				with(csp, "frame-ancestors *; frame-ancestors 'none'"), with(csp, "default-src 'none'"), cut(),
			},
		},
		"who frames": {
			SayWhoFrames(), []any{with(frames, "DENY"), with(csp, "frame-ancestors *")}, []any{with(), with(csp, "default-src 'none'"), cut()},
		},
		"no sniffing": {
			ForbidSniffing(), []any{with(sniff, "NoSniff"), with(sniff, "nosniff", sniff, "nosniff"), with(sniff, "nosniff, x")},
			[]any{with(), with(sniff, "x, nosniff"), cut()},
		},
		"a referrer policy": {
			HaveReferrerPolicy("no-referrer", "origin"),
			[]any{with(referrer, "Origin"), with(referrer, "unsafe-url, no-referrer"), with(referrer, "origin, invented"),
				with(referrer, "x", referrer, "origin")},
			[]any{with(), with(referrer, "no-referrer, unsafe-url"), with(referrer, "invented"),
				with(referrer, "origin", referrer, "unsafe-url"), cut()},
		},
	}.hold(t)
}

func TestAChallengeIsFoundInAnyList(t *testing.T) {
	t.Parallel()
	with := func(lines ...string) any {
		e := answer(401, "")
		for _, line := range lines {
			e.Header.Add("WWW-Authenticate", line)
		}
		return e
	}
	expectations{
		"a scheme": {
			Challenge("Bearer", ""),
			[]any{
				with("Bearer"), with(`bearer realm="x"`), with(`Basic realm="x"`, "BEARER"), with(`Basic realm="a, b", Bearer`),
				with(`Negotiate abc==, Bearer realm = "x"`),
			},
			[]any{with(), with("BearerX"), with(`Basic realm="Bearer"`), with(`Basic realm="x, Bearer y"`), with("Basic realm = Bearer"), cut()},
		},
		"a word": {
			Challenge("Bearer", "invalid_token"),
			[]any{with(`Bearer error="invalid_token"`), with(`Bearer realm="x", error=invalid_token`),
				with(`Basic realm="x", Bearer error="invalid_token"`)},
			[]any{with("Bearer"), with(`Basic error="invalid_token"`), with(`Bearer realm="x", Basic error="invalid_token"`)},
		},
	}.hold(t)
	e := answer(401, "")
	e.Header.Add("WWW-Authenticate", `Basic realm="a", bearer realm="x\"y", Resource_Metadata="https://a.example/b,c"`)
	if got := ChallengeParameter(e, "Bearer", "resource_metadata"); got != "https://a.example/b,c" {
		t.Errorf("the parameter is %q", got)
	}
	if got := ChallengeParameter(e, "Bearer", "realm"); got != `x"y` {
		t.Errorf("the realm is %q", got)
	}
	if got := ChallengeParameter(&wire.Exchange{}, "Bearer", "realm"); got != "" {
		t.Errorf("of nothing: %q", got)
	}
}
