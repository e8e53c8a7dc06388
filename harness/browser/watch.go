package browser

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/authconform/authconform/evidence"
)

// A Navigation is a document that the tab was sent to, whether it went there or not.
type Navigation struct {
	URL   string // with its fragment, as the browser writes it: http://h for http://H becomes http://h/
	Cause string // see the Cause constants
	At    time.Time
}

// The causes of navigations. Other causes are the browser's own words: anchorClick, formSubmissionGet, metaTagRefresh, reload …
const (
	CauseOpen     = "open"            // Page.Open
	CauseScript   = "scriptInitiated" // location.assign and its like
	CauseRedirect = "redirect"        // HTTP 3xx
	CauseWindow   = "window"          // window.open: a new tab, which this page does not follow
)

// A Request is one request of the tab or of any frame in it; a redirect makes one of each hop.
type Request struct {
	Method, URL string
	Type        string // Document, Fetch, XHR, Script, Image, WebSocket …
	Main        bool   // the main frame's document
	HasBody     bool
	Status      int         // 0: no answer yet, or none
	Header      http.Header // of the answer to the main frame's document, without Set-Cookie
	Done        bool        // completely answered, or failed
	Failed      string      // net::ERR_…, or why the browser refused
	At          time.Time
}

// A Message is a line of the console or the browser's log, an uncaught exception, or a dialog (dismissed at once).
type Message struct{ Kind, Text string }

// Navigations lists all documents that the main frame was sent to, by Open, by script, by HTTP or in a new window, to
// http, https and schemes that no browser knows; in order.
func (p *Page) Navigations() []Navigation { return read(&p.record, &p.navigations) }

// Requests lists all network requests so far; in order.
func (p *Page) Requests() []Request { return read(&p.record, &p.requests) }

// Console lists the messages so far; the browser's own ("Refused to display …") are among them.
func (p *Page) Console() []Message { return read(&p.record, &p.console) }

// Dialogs lists the alert, confirm and prompt dialogs that the page tried to show; Kind says which.
func (p *Page) Dialogs() []Message { return read(&p.record, &p.dialogs) }

func read[T any](r *record, list *[]T) []T {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(*list)
}

// Under makes a matcher of prefixes.
func Under(prefixes ...string) func(url string) bool {
	return func(url string) bool {
		return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(url, prefix) })
	}
}

// WaitNavigation gives the URL of the first navigation, past or to come, that matches.
func (p *Page) WaitNavigation(ctx context.Context, match func(url string) bool) (string, error) {
	var found string
	err := p.until(ctx, WaitLimit, "a navigation", func(context.Context) (bool, error) {
		for _, n := range p.Navigations() {
			if match(n.URL) {
				found = n.URL
				return true, nil
			}
		}
		return false, nil
	})
	return found, err
}

// Rest is how long nothing has happened on the network and in the page's frames; 0 while a request is under way. Streams
// and requests that take longer than a person has patience for do not count.
func (p *Page) Rest() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.requests {
		if !r.Done && r.Type != "WebSocket" && r.Type != "EventSource" && time.Since(r.At) < restLimit {
			return 0
		}
	}
	return time.Since(p.last)
}

func (r *record) changes() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

// expect notes the URL of an Open, to recognise its request.
func (r *record) expect(url string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.opening, r.requested = url, ""
}

// listen receives every event in order, in chromedp's read loop: it must neither wait nor send a command.
func (p *Page) listen(event any) {
	switch e := event.(type) {
	case *fetch.EventRequestPaused:
		go p.answer(e)
		return
	case *page.EventJavascriptDialogOpening:
		go func() {
			_ = p.do(context.Background(), ActLimit, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
				_, err := chromedp.Call(ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{})
				return err
			}))
		}()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.take(event) {
		p.last = time.Now()
		close(p.changed)
		p.changed = make(chan struct{})
	}
}

func (p *Page) take(event any) bool {
	switch e := event.(type) {
	case *page.EventFrameRequestedNavigation:
		if string(e.FrameID) != p.main || e.Disposition != page.ClientNavigationDispositionCurrentTab {
			return p.frameSent(string(e.FrameID), e)
		}
		p.requested = e.URL
		p.navigate(e.URL, string(e.Reason))
	case *page.EventWindowOpen:
		p.navigate(e.URL, CauseWindow)
	case *network.EventRequestWillBeSent:
		p.sent(e)
	case *network.EventWebSocketCreated:
		p.add(string(e.RequestID), Request{Method: "GET", URL: e.URL, Type: "WebSocket", At: time.Now()})
	case *network.EventResponseReceived:
		p.update(string(e.RequestID), func(r *Request) { r.answered(e.Response) })
	case *network.EventLoadingFinished:
		p.update(string(e.RequestID), func(r *Request) { r.Done = true })
	case *network.EventLoadingFailed:
		p.update(string(e.RequestID), func(r *Request) {
			r.Done, r.Failed = true, strings.TrimSpace(e.ErrorText+" "+string(e.BlockedReason))
		})
	case *page.EventFrameNavigated:
		p.frameNavigated(e.Frame)
	case *page.EventFrameStoppedLoading:
		p.frameStopped(string(e.FrameID))
	case *page.EventJavascriptDialogOpening:
		p.dialogs = told(p.dialogs, Message{Kind: string(e.Type), Text: e.Message})
	default:
		return false
	}
	return true
}

// frameSent records a request of a link with a target, or of a modified click, for a new tab. It ignores a frame's own
// navigations.
func (p *Page) frameSent(id string, e *page.EventFrameRequestedNavigation) bool {
	if id == p.main {
		p.navigate(e.URL, CauseWindow)
	}
	return id == p.main
}

func (r *record) navigate(url, cause string) {
	r.navigations = bounded(r.navigations, Navigation{URL: evidence.Start(url, longestURL), Cause: cause, At: time.Now()}, mostEvents)
}

// sent records a request. The page and the network both announce a navigation that the page requested: the second announcement
// only confirms the first.
func (p *Page) sent(e *network.EventRequestWillBeSent) {
	main := e.Type == network.ResourceTypeDocument && string(e.FrameID) == p.main
	if e.RedirectResponse != nil {
		p.update(string(e.RequestID), func(r *Request) { r.answered(e.RedirectResponse); r.Done = true })
	}
	p.add(string(e.RequestID), Request{
		Method: e.Request.Method, URL: e.Request.URL + e.Request.URLFragment, Type: string(e.Type),
		Main: main, HasBody: e.Request.HasPostData, At: time.Now(),
	})
	if !main {
		return
	}
	url := e.Request.URL + e.Request.URLFragment
	announced, opening := p.requested, p.opening
	p.requested, p.opening = "", ""
	switch {
	case e.RedirectResponse != nil:
		p.navigate(url, CauseRedirect)
	case announced == url || announced == e.Request.URL:
	case opening != "":
		p.navigate(url, CauseOpen)
	default:
		p.navigate(url, "other")
	}
}

func (r *Request) answered(by *network.Response) {
	r.Status = int(by.Status)
	if !r.Main {
		return
	}
	r.Header = http.Header{}
	for name, value := range by.Headers {
		for line := range strings.SplitSeq(fmt.Sprint(value), "\n") { // the browser joins repeated headers so
			r.Header.Add(name, line)
		}
	}
}

func (r *record) add(id string, request Request) {
	if r.index == nil {
		r.index = map[string]int{}
	}
	if len(r.requests) >= mostEvents {
		return
	}
	request.URL = evidence.Start(request.URL, longestURL)
	r.index[id] = len(r.requests)
	r.requests = append(r.requests, request)
}

func (r *record) update(id string, change func(*Request)) {
	if at, ok := r.index[id]; ok {
		change(&r.requests[at])
	}
}

// readConsole reads the console separately from the ordered events: chromedp formats its arguments as DevTools does.
func (p *Page) readConsole() {
	lines := chromedp.Console(p.tab)
	go func() {
		for line, err := range lines {
			if err != nil {
				return
			}
			p.mu.Lock()
			p.console = told(p.console, Message{Kind: string(line.Type), Text: line.Text})
			close(p.changed)
			p.changed = make(chan struct{})
			p.mu.Unlock()
		}
	}()
}
