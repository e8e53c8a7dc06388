package run

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/stage"
	"github.com/authconform/authconform/suites/requirements"
)

const (
	walkTimeout  = 2 * time.Minute  // the same, and one row, where a browser takes steps
	lookTimeout  = 25 * time.Second // looking at the target before the run
	leaveTimeout = 30 * time.Second // giving back after it
)

// visit is the parent's own stay at the target: it looks before the run and counts after it.
type visit struct {
	stage  *stage.Stage
	before []home.Grant
	known  bool // before was read
}

// pay opens the visit.
func pay(ctx context.Context, s stage.Setup, onboard bool) (v *visit, err error) {
	st, err := stage.Open(s, 0, func(string) {})
	if err != nil {
		return nil, Usage("%v", err)
	}
	v = &visit{stage: st}
	limit := lookTimeout
	if s.Provider != nil && len(s.Provider.Steps) > 0 {
		limit = walkTimeout
	}
	ctx, cancel := context.WithTimeout(v.context(ctx), limit)
	defer cancel()
	if st.Provider != nil {
		err = st.Provider.Probe(ctx)
		st.Browser.Close()
	} else {
		err = v.enter(ctx, s, onboard)
	}
	if err != nil {
		v.retreat()
		v.close()
		return nil, err
	}
	if st.Provider != nil {
		st.Home.Facts.PKCE = true // wanted of every authorization server, whatever its metadata say (RFC 9700 §2.1.1)
		if st.Home.Facts.Product = "OAuth 2 provider"; s.Provider.Service != "" {
			st.Home.Facts.Product = "account-link proxy"
		}
		return v, nil
	}
	v.before, err = st.Home.Grants(ctx)
	v.known = err == nil
	return v, nil
}

// enter looks at a home as somebody who logs in.
func (v *visit) enter(ctx context.Context, s stage.Setup, onboard bool) (err error) {
	h := v.stage.Home
	if onboard {
		err = h.Onboard(ctx)
	}
	if err == nil {
		err = h.Probe(ctx)
	}
	if err == nil {
		err = h.Enter(ctx)
	}
	if err == nil {
		err = h.LookAtSite(ctx, loopback(s.Target))
	}
	return err
}

func (v *visit) context(ctx context.Context) context.Context {
	return v.stage.With(judge.With(ctx, judge.NewRecord()))
}

// loopback reports whether a URL is on this machine.
func loopback(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	host := u.Hostname()
	return host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.")
}

// leave takes back what workers could not (they were killed), counts, and says what is left at the target.
func (v *visit) leave(mark string, clients []string, since time.Time, gone bool) []string {
	if gone {
		return []string{"the target no longer answered: tokens of this run may be left there"}
	}
	ctx, cancel := context.WithTimeout(v.context(context.Background()), leaveTimeout)
	defer cancel()
	var left []string
	judge.Run(func() {
		ours := func(g home.Grant) bool {
			return strings.Contains(g.Name, " "+mark+"-") || slices.ContainsFunc(append(clients, v.stage.Home.Client().ID), func(c string) bool { return strings.HasPrefix(g.ClientID, c) })
		}
		left = append(v.stage.Home.TakeBack(ctx, v.before, v.known, since, ours), v.stage.Home.TakeBackUsers(ctx, mark)...)
	})
	judge.Run(func() { v.stage.Home.Leave(ctx) })
	return left
}

// retreat gives back what the visit itself took, where no run follows.
func (v *visit) retreat() {
	ctx, cancel := context.WithTimeout(v.context(context.Background()), leaveTimeout)
	defer cancel()
	judge.Run(func() { v.stage.Home.Leave(ctx) })
}

func (v *visit) close() { v.stage.Site.Close() }

// means finds out what this run can judge with.
func (j *job) means() Means {
	m := Means{}
	if _, err := browser.Find(j.Browser); err != nil {
		m[requirements.NeedBrowser] = err.Error()
	}
	if j.setup.Clock == "none" {
		m[requirements.NeedClock] = "nothing can move the target's clock; give --clock COMMAND, or --clock wait"
	}
	f := j.setup.Facts
	if !f.Fetches {
		m[requirements.NeedClientSite] = fmt.Sprintf("the target fetched nothing from %s; give --client-site LISTEN=PUBLIC-URL", j.visit.stage.Site.Origin())
	}
	if !f.TrustsCA {
		m[requirements.NeedHTTPSSite] = "the target does not trust the client site's CA; give --client-site-ca DIR and make the target trust DIR/ca.pem"
	}
	if !f.Admin {
		m[requirements.NeedAdmin] = "the user may not manage users; give --user an administrator"
	}
	if !f.Testbed {
		m[requirements.NeedTestbed] = "our demo integration is not in the target; authconform testbed install CONFIG-DIR puts it there"
	}
	if j.AccountLink == "" {
		m[requirements.NeedAccountLink] = "give --account-link ADDRESS, where the target looks for its account-link proxy"
	}
	if p := j.setup.Provider; p != nil {
		for need, missing := range map[requirements.Need]bool{
			requirements.NeedOtherClient: p.Other.ID == "", requirements.NeedPublicClient: p.Public.ID == "", requirements.NeedAPI: p.APIURL == "",
			requirements.NeedRevocation: p.RevokeURL == "", requirements.NeedMetadata: p.Metadata == nil,
		} {
			if missing {
				m[need] = lacking[need]
			}
		}
	}
	if j.Control.URL == "" {
		m[requirements.NeedControl] = "the target has no control plane of authconform's"
	}
	return m
}

// lacking says what would give a need of providers.
var lacking = map[requirements.Need]string{
	requirements.NeedOtherClient:  "give --other-client-id, and its secret in AUTHCONFORM_OTHER_CLIENT_SECRET",
	requirements.NeedPublicClient: "give --public-client-id, a client without a secret",
	requirements.NeedAPI:          "give --api-url, a resource that wants a bearer token",
	requirements.NeedRevocation:   "the target's metadata name no revocation_endpoint; give --revoke-url if it has one",
	requirements.NeedMetadata:     "the target publishes no metadata",
}
