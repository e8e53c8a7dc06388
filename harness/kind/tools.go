package kind

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/harness/played/linkproxy"
	"github.com/authconform/authconform/harness/wire"
)

// Tools are a process's tools for judging a target. The proof has its own.
type Tools struct {
	Site     *clientsite.Site   // plays clients that publish pages; nil if the kind has none
	Link     *linkproxy.Starter // plays the account-link proxy; nil: nobody does
	Browser  *browser.Lazy
	Clock    clock.Clock
	Wire     wire.Options  // how the target is reached
	Patience time.Duration // the longest wait for what may not come, at a target on this machine; 0: as a spec says
	Slow     *Slowness     // whether the target asked for less haste
	Counts   bool          // count what the target holds before the first row, to restore it; not for a disposable target
}

// ToolOptions configure the tools.
type ToolOptions struct {
	Reach              // how the target is reached
	Sharers     int    // processes that share the rate of requests; 0: only this one
	Browser     string // auto, off, a path, or ws://…
	Walks       bool   // a person walks through the target's pages in the browser
	Clock       string // auto, none, wait, or a command
	Control     Control
	Site        SiteOptions
	Role        wire.Role // whom requests are from, by their headers; nil: us
	AccountLink string    // host:port where the target looks for its account-link proxy; "": nowhere
}

// SiteOptions say where the client site listens. Worker n uses the n-th group of three ports.
type SiteOptions struct {
	Listen string
	Public string
	Prefer int
	CA     *clientsite.CA // nil: there is no site
}

// AnyPort reports whether the site may use any free port.
func (o SiteOptions) AnyPort() bool {
	_, port, err := address(o.Listen)
	return o.Public == "" && (o.Listen == "" || err == nil && port == 0)
}

// Control is a mock's control plane.
type Control struct {
	URL   string `json:"url,omitempty"`
	Token string `json:"token,omitempty"`
}

// portsOfWorker is how many ports a worker's client site takes.
const portsOfWorker = 3

// OpenTools creates a process's tools; worker 0 is the parent. wait is told what the process waits for.
func OpenTools(target string, o ToolOptions, worker int, wait func(string)) (Tools, error) {
	t, err := Tools{Browser: browser.Later(o.Browser)}.At(target, o)
	if err != nil {
		return Tools{}, err
	}
	t.Clock = newClock(o, t.Wire.CA, wait)
	if worker == 0 {
		if err := t.check(o); err != nil {
			return Tools{}, err
		}
	}
	t.Slow = &Slowness{}
	t.Wire.Slow = func(waits bool) { t.Slow.note(waits, wait) }
	if o.Site.CA != nil {
		if err := t.openSite(o.Site, worker); err != nil {
			return Tools{}, err
		}
	}
	if o.AccountLink != "" {
		t.Link = linkproxy.Later(o.AccountLink, o.Site.CA)
	}
	t.Browser.Reach(o.TrustOrigins...)
	if len(o.CA) > 0 || o.Insecure {
		t.Browser.Trust(wire.New(t.Wire).PublicKey)
	}
	return t, nil
}

// At returns the same tools for another target, reached as the options say.
func (t Tools) At(target string, o ToolOptions) (_ Tools, err error) {
	t.Browser.Reach(target)
	t.Wire, err = o.Wire(target, o.Sharers)
	if err != nil {
		return Tools{}, err
	}
	t.Browser.Pass(o.Pass)
	if t.Wire.Certificate != nil {
		t.Browser.Forgo("a browser cannot present the certificate of --client-cert")
	}
	t.Wire.Role = o.Role
	if o.Role != nil {
		t.Browser.Disguise()
	}
	return t, nil
}

func (t *Tools) openSite(o SiteOptions, worker int) (err error) {
	if o.Prefer > 0 {
		o.Prefer += portsOfWorker * worker
	}
	t.Site, err = clientsite.Start(clientsite.Options{Listen: shift(o.Listen, worker), Public: o.Public, Prefer: o.Prefer, CA: o.CA})
	if err != nil {
		return err
	}
	t.Browser.Reach(t.Site.Origins()...)
	t.Browser.Accept(t.Site.Certificate().RawSubjectPublicKeyInfo)
	return nil
}

// Close stops the tools and resets the target's time. The error says if the time could not be reset.
func (t Tools) Close(ctx context.Context) error {
	t.Browser.Close()
	t.Link.Close()
	if t.Site != nil {
		t.Site.Close()
	}
	return t.Clock.Restore(ctx)
}

// With makes the tools available to the specs under ctx.
func (t Tools) With(ctx context.Context) context.Context {
	ctx = browser.With(ctx, t.Browser)
	if t.Link == nil {
		return ctx
	}
	return linkproxy.With(ctx, t.Link)
}

// Name gives the addresses of the target and the client site stable names, for the names of
// vectors.
func (t Tools) Name(ctx context.Context, target string) {
	name := func(raw, word string) {
		judge.Alias(ctx, raw, word)
		if u, err := url.Parse(raw); err == nil {
			judge.Alias(ctx, u.Host, word)
			judge.Alias(ctx, url.QueryEscape(raw), word)
		}
	}
	if t.Site != nil {
		for i, word := range []string{"{site}", "{other site}", "{secure site}"} {
			name(t.Site.Origins()[i], word)
		}
	}
	name(target, "{target}")
}

// Lacks lists the missing tools.
func (o ToolOptions) Lacks() condition.Lacks {
	lacks := condition.Lacks{}
	if _, err := browser.Find(o.Browser); err != nil {
		lacks[condition.Browser] = err.Error()
	}
	lacks.Add(o.clock() == "none", condition.Clock, "nothing can move the target's clock; give --clock COMMAND, or --clock wait")
	lacks.Add(o.Control.URL == "", condition.Control, "the target has no authconform control plane")
	lacks.Add(o.AccountLink == "", condition.AccountLink,
		"give --account-link ADDRESS, the address at which the target expects its account-link proxy")
	return lacks
}

func (o ToolOptions) clock() string {
	switch {
	case o.Clock != "" && o.Clock != "auto":
		return o.Clock
	case o.Control.URL != "":
		return "control"
	}
	return "none"
}

// Waits reports whether the target's time is moved by really waiting.
func (o ToolOptions) Waits() bool { return o.clock() == "wait" }

// shift gives each worker its own ports. Port 0 takes free ones.
func shift(listen string, worker int) string {
	host, port, err := address(listen)
	if err != nil || port == 0 {
		return listen
	}
	return net.JoinHostPort(host, strconv.Itoa(port+portsOfWorker*worker))
}

func newClock(o ToolOptions, roots *x509.CertPool, wait func(string)) clock.Clock {
	switch kind := o.clock(); kind {
	case "none":
		return clock.None()
	case "wait":
		return clock.Wait(func(left time.Duration) {
			wait("waiting " + left.Round(time.Second).String() + " for the target's clock")
		})
	case "control":
		client := controlClient(o, roots)
		return clock.Offset(func(ctx context.Context, to time.Duration) error { return o.Control.setClock(ctx, client, to) })
	default:
		return clock.Command(kind)
	}
}

// check tests the user's tools before the run relies on them: the control plane, the command that moves the clock, and the
// browser.
func (t Tools) check(o ToolOptions) error {
	ctx, cancel := context.WithTimeout(context.Background(), checkTimeout)
	defer cancel()
	if o.Control.URL != "" {
		if err := o.Control.check(ctx, controlClient(o, t.Wire.CA)); err != nil {
			return err
		}
	}
	if o.commands() {
		if err := t.Clock.Advance(ctx, 0); err != nil {
			return fmt.Errorf("--clock: asked to move nothing (+0s), %w", err)
		}
	}
	return browser.Check(ctx, o.Browser)
}

// commands reports whether a command moves the clock.
func (o ToolOptions) commands() bool {
	return !slices.Contains([]string{"none", "wait", "control"}, o.clock())
}

// check tests whether there is a control plane and whether it accepts the token.
func (c Control) check(ctx context.Context, client *http.Client) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL+"/_authconform/clock", nil)
	if err != nil {
		return fmt.Errorf("--control-url %s: %s", c.URL, wire.Why(err))
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("--control-url %s: %s", c.URL, wire.Why(err))
	}
	_ = resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden:
		return fmt.Errorf("--control-url %s: it refuses the token; set AUTHCONFORM_CONTROL_TOKEN to the token that serve prints", c.URL)
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("--control-url %s: this is not an authconform control plane; it answers %s", c.URL, resp.Status)
	}
	return nil
}

func controlClient(o ToolOptions, roots *x509.CertPool) *http.Client {
	return &http.Client{Timeout: controlTimeout, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, InsecureSkipVerify: o.Insecure}, //nolint:gosec // --insecure asks for it
	}}
}

func (c Control) setClock(ctx context.Context, client *http.Client, to time.Duration) error {
	body := fmt.Sprintf(`{"offset":"+%ds"}`, int(to.Seconds()))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL+"/_authconform/clock", strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("the control plane: %s", wire.Why(err))
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the control plane answers %s", resp.Status)
	}
	return nil
}
