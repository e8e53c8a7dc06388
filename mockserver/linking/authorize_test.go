package linking

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

var noon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func TestAStateIsReadOnlyAsItWasSigned(t *testing.T) {
	t.Parallel()
	key := []byte("of this start of the home")
	state := signState("flow1", "http://home.example/cb", key, noon)
	head, rest, _ := strings.Cut(state, ".")
	body, signature, _ := strings.Cut(rest, ".")
	signed := func(method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
		s, err := jwt.NewWithClaims(method, claims).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	both := jwt.MapClaims{"flow_id": "flow1", "redirect_uri": "http://home.example/cb"}
	for name, c := range map[string]struct {
		raw  string
		good bool
	}{
		"as it was":           {state, true},
		"empty":               {"", false},
		"the flow's id":       {"flow1", false},
		"cut":                 {state[:len(state)-1], false},
		"longer":              {state + "A", false},
		"without signature":   {head + "." + body + ".", false},
		"another body":        {head + "." + body[:len(body)-2] + "." + signature, false},
		"alg none":            {signed(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, both), false},
		"HS512":               {signed(jwt.SigningMethodHS512, key, both), false},
		"another home's key":  {signed(jwt.SigningMethodHS256, []byte("another"), both), false},
		"no flow":             {signed(jwt.SigningMethodHS256, key, jwt.MapClaims{"redirect_uri": "x"}), false},
		"no redirect_uri":     {signed(jwt.SigningMethodHS256, key, jwt.MapClaims{"flow_id": "flow1"}), false},
		"a flow of no text":   {signed(jwt.SigningMethodHS256, key, jwt.MapClaims{"flow_id": 1, "redirect_uri": "x"}), false},
		"more than is wanted": {signed(jwt.SigningMethodHS256, key, jwt.MapClaims{"flow_id": "flow1", "redirect_uri": "r", "x": 1}), true},
	} {
		flowID, redirect, ok := readState(c.raw, key, noon)
		if ok != c.good || ok && (flowID != "flow1" || redirect == "") {
			t.Errorf("%s: flow %q, redirect_uri %q, %v", name, flowID, redirect, ok)
		}
	}
	if again := signState("flow1", "http://home.example/cb", key, noon.Add(time.Hour)); again != state {
		t.Error("the same flow has another state later")
	}
}

func TestACallbackIsReadByItsFirstValues(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]Return{
		"":                                 {},
		"state=s":                          {},
		"code=c":                           {Code: "c", HasCode: true},
		"code=":                            {HasCode: true},
		"code=a&code=b":                    {Code: "a", HasCode: true},
		"code=4%2F0A%2Bb%3D":               {Code: "4/0A+b=", HasCode: true},
		"error=access_denied":              {Error: "access_denied", HasErr: true},
		"error=":                           {HasErr: true},
		"error=x&code=c":                   {Code: "c", HasCode: true, Error: "x", HasErr: true},
		"Code=c&ERROR=x":                   {},
		"error_description=no&error=e&x=y": {Error: "e", HasErr: true},
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if got := readCallback(values); got != want {
			t.Errorf("%q: %+v, want %+v", query, got, want)
		}
	}
}

func TestAnAuthorizeURLHasItsParametersInOrder(t *testing.T) {
	t.Parallel()
	const at = "https://third.example/authorize"
	plain := Authorization{ClientID: "home", Redirect: "http://h/cb?x=1&y", State: "a.b.c"}
	pkce := plain
	pkce.Challenge, pkce.Scope = "xyz", "profile devices:read"
	const head = "response_type=code&client_id=home&redirect_uri=http%3A%2F%2Fh%2Fcb%3Fx%3D1%26y&state=a.b.c"
	for name, c := range map[string]struct {
		endpoint string
		asked    Authorization
		want     string
	}{
		"plain":               {at, plain, at + "?" + head},
		"PKCE and scope":      {at, pkce, at + "?" + head + "&code_challenge=xyz&code_challenge_method=S256&scope=profile+devices%3Aread"},
		"a query of its own":  {at + "?tenant=t", plain, at + "?tenant=t&" + head},
		"a parameter of ours": {at + "?state=old&tenant=t", plain, at + "?tenant=t&" + head},
		"no URL":              {"http://[", plain, "http://["},
	} {
		if got := authorizeURL(c.endpoint, parameters(c.asked)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestPeopleComeBackToWhereTheFrontendIs(t *testing.T) {
	t.Parallel()
	if err := checkBase("", false); err == nil {
		t.Error("a flow begins without HA-Frontend-Base")
	}
	if err := checkBase("http://home.example", true); err != nil {
		t.Errorf("HA-Frontend-Base is refused: %v", err)
	}
	for want, c := range map[string][2]string{
		"http://home.example/auth/external/callback": {"http://home.example", ""},
		"https://my.example/redirect/oauth":          {"http://home.example", "https://my.example/redirect/oauth"},
	} {
		if got := redirectURI(c[0], c[1]); got != want {
			t.Errorf("base %q, my %q: %s, want %s", c[0], c[1], got, want)
		}
	}
}

func TestTheBrowserThatCameBackSeesNothingOfTheQuery(t *testing.T) {
	t.Parallel()
	body, kind := closeWindow(url.Values{"code": {"c0de"}, "error": {"<script>x</script>"}})
	if strings.Contains(body, "c0de") || strings.Contains(body, ">x<") || !strings.HasPrefix(kind, "text/html") {
		t.Errorf("%s as %s", body, kind)
	}
}

func TestAVerifierFitsItsChallenge(t *testing.T) {
	t.Parallel()
	// RFC 7636, appendix B
	if got := challengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"); got != "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" {
		t.Errorf("challenge %s", got)
	}
	one, two := newVerifier(), newVerifier()
	const form = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	if one == two || len(one) != 128 || strings.Trim(one, form) != "" {
		t.Errorf("verifiers %s and %s", one, two)
	}
}

func TestTheProxyOffersWhatTheHomeIsNewEnoughFor(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for name, c := range map[string]struct {
		service Service
		linked  bool
		want    bool
	}{
		"the domain":               {Service{Domain, "2026.1.0", nil}, false, true},
		"another domain":           {Service{"other", "2026.1.0", nil}, false, false},
		"just this release":        {Service{Domain, "2026.11.0", nil}, false, true},
		"a newer release":          {Service{Domain, "2026.12.0", nil}, false, false},
		"newer by numbers":         {Service{Domain, "2026.9.9", nil}, false, true},
		"a longer number":          {Service{Domain, "2026.11.0.1", nil}, false, false},
		"without a release":        {Service{Domain, "", nil}, false, false},
		"open to new ones":         {Service{Domain, "2026.1.0", &yes}, false, true},
		"closed":                   {Service{Domain, "2026.1.0", &no}, false, false},
		"closed to all but linked": {Service{Domain, "2026.1.0", &no}, true, true},
	} {
		if got := offers(c.service, Domain, "2026.11.0", c.linked); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestEachStrictDecisionIsMade(t *testing.T) {
	t.Parallel()
	p := Strict()
	if !p.PKCE(true) || p.PKCE(false) {
		t.Error("PKCE is used where it was not asked for, or not where it was")
	}
	if !p.Known([]string{"ben", "dora"}, "dora") || p.Known([]string{"ben"}, "dora") {
		t.Error("a linked account is not known, or another is")
	}
	if !p.SameAccount("ben", "ben") || p.SameAccount("ben", "dora") {
		t.Error("accounts are mixed up")
	}
	if p.Early(Provider{}, Credential{}, nil) != nil || p.Unlinked(Provider{}, Credential{}, nil) != nil {
		t.Error("a third party is asked for what nobody wants")
	}
	_, header := p.APIRequest("http://api", Token{"access_token": "a"})
	if got := header.Values("Authorization"); !slices.Equal(got, []string{"Bearer a"}) {
		t.Errorf("Authorization: %q", got)
	}
}
