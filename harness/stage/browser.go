package stage

import (
	"context"
	"crypto/sha256"
	"encoding/base64"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/clientsite"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/reports"
)

// Browser is the worker's browser, started when the first spec asks for a page.
type Browser struct {
	spec  string
	hosts []string
	site  *clientsite.Site
	trust func(context.Context) ([]byte, error) // the key of a target whose CA only we trust; nil: the browser decides
	once  once[*browser.Browser]
}

// NewBrowser is a browser of a spec (see browser.Find), not yet started, that reaches the hosts and trusts the site.
func NewBrowser(spec string, site *clientsite.Site, hosts ...string) *Browser {
	return &Browser{spec: spec, hosts: hosts, site: site}
}

// Close ends it, if it was started.
func (b *Browser) Close() { b.close() }

type browserKey struct{}

func withBrowser(ctx context.Context, b *Browser) context.Context {
	return context.WithValue(ctx, browserKey{}, b)
}

func (b *Browser) start(ctx context.Context) (*browser.Browser, error) {
	return b.once.get(func() (*browser.Browser, error) {
		o, err := browser.Find(b.spec)
		if err != nil {
			return nil, err
		}
		if o.Remote == "" {
			keys := [][]byte{b.site.Certificate().RawSubjectPublicKeyInfo}
			if b.trust != nil {
				key, err := b.trust(ctx)
				if err != nil {
					return nil, err
				}
				if key != nil {
					keys = append(keys, key)
				}
			}
			for _, key := range keys {
				sum := sha256.Sum256(key)
				o.IgnoreCertSPKI = append(o.IgnoreCertSPKI, base64.StdEncoding.EncodeToString(sum[:]))
			}
			o.AllowedHosts = b.hosts
		}
		return browser.Start(ctx, o)
	})
}

func (b *Browser) close() {
	if b.once.v != nil {
		_ = b.once.v.Close()
	}
}

// Page opens a fresh page in the worker's browser for the spec under ctx; it is closed when the spec ends. When the
// spec fails, what the page shows is kept as evidence.
func Page(ctx context.Context) *browser.Page {
	page, err := Browse(ctx).NewPage(ctx)
	if err != nil {
		judge.NotRun(ctx, "the browser opens no page: %v", err)
	}
	record := judge.From(ctx)
	record.Cleanup(func(after context.Context) {
		if record.Failed() {
			Show(ctx, page, "the page at the end")
		}
		page.Close()
	})
	return page
}

// Browse is the worker's browser. The spec is not_run where there is none.
func Browse(ctx context.Context) *browser.Browser {
	b, ok := ctx.Value(browserKey{}).(*Browser)
	if !ok {
		panic("stage: no browser in this context; was the spec run by the runner?")
	}
	running, err := b.start(ctx)
	if err != nil {
		judge.NotRun(ctx, "needs browser: %v", err)
	}
	return running
}

// Show keeps what a page shows as evidence.
func Show(ctx context.Context, page *browser.Page, step string) {
	seen, err := page.Capture(context.WithoutCancel(ctx))
	if err != nil {
		return // the page is gone; the failure itself stays
	}
	judge.From(ctx).Evidence(ctx, reports.Evidence{Browser: &reports.BrowserStep{Step: step, URL: seen.URL, PNG: seen.PNG, HTML: seen.HTML}})
}
