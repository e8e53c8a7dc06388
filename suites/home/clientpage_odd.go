package home

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Odd client pages", func() {
	It(requirement("ha.clients.odd-links"), func(ctx SpecContext) {
		to := elsewhere(ctx)
		var list []vector
		for _, v := range []vector{ // those that the same parser may stumble over stand together
			{"an open bracket", "http://[::1"}, {"letters behind a bracket", "http://[::1]x/"}, {"a bracket", "//["},
			{"a closing bracket", "http://]/"}, {"an odd host", "http://\u2100.example/"}, {"a version in brackets", "http://[v1.x]/"},
			{"a word for a port", "http://a:b/"}, {"a large port", "http://a:99999/"}, {"half an escape", "%"}, {"no escape", "%zz"},
			{"NUL", "\x00"}, {"a question mark", "?"}, {"a fragment", "#"}, {"a blank", " "}, {"a colon", ":"}, {"a scheme", "http:"},
			{"a script", "javascript:"},
		} {
			list = append(list, vector{v.name, link(v.value)})
		}
		publishesBehind(ctx, "odd-links", to, list)
		publishes(ctx, "odd-links", []pageVector{{"behind it", link(to) + link("http://[::1"), to}})
	})

	It(requirement("ha.clients.broken-markup"), func(ctx SpecContext) {
		to := elsewhere(ctx)
		publishesBehind(ctx, "broken-markup", to, []vector{ // the text that may open a comment is last, so that nothing closes it
			{"closed and never opened", "</div></html></head></p>"},
			{"unclosed elements", "<html><head><div><p><b><i>"},
			{"attributes without end of line", "<p a=b c d='e' f=\"g\" h>"},
			{"a lone angle", "1 < 2 and 3 > 2 & so on &; &#; &#x; &#xffffffff; "},
			{"processing instruction", "<?xml version='1.0'?>"},
			{"a declaration", "<!DOCTYPE html PUBLIC '-//W3C//DTD' [ ]>"},
			{"a section", "<![if !IE]><p><![endif]>"},
			{"NUL", "a\x00b<p\x00>"}, {"a thousand open elements", strings.Repeat("<b>", 1000)},
			{"an odd declaration", "<!x><!->"}, {"an empty comment", "<!-->"},
		})
		publishes(ctx, "broken-markup", []pageVector{{"a closed link", strings.Replace(link(to), ">", "/>", 1), to}})
	})

	It(requirement("ha.clients.pieces"), func(ctx SpecContext) {
		h, to := home.From(ctx), elsewhere(ctx)
		listingWorks(ctx)
		Each(ctx, []pieces{
			{"forty pieces", padded(1300) + link(to), 34, 40, 25 * time.Millisecond}, {"slowly", link(to), 20, 3, 100 * time.Millisecond},
		}, func(v pieces) string { return v.name }, func(ctx Ctx, v pieces) {
			page := h.Site.Page("pieces-"+Sum(v.name), func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				text := v.text
				for range v.count {
					n := min(v.size, len(text))
					_, _ = w.Write([]byte(text[:n]))
					w.(http.Flusher).Flush()
					time.Sleep(v.pause)
					text = text[n:]
				}
				_, _ = w.Write([]byte(text))
			})
			Expect(ctx, authorize(ctx, home.Login{ClientID: page.URL(), RedirectURI: to})).To(IssueCode())
		})
	})

	It(requirement("ha.clients.compressed"), func(ctx SpecContext) {
		h, to := home.From(ctx), elsewhere(ctx)
		listingWorks(ctx)
		bomb := bomb()
		for _, v := range []struct {
			name, encoding string
			body           []byte
		}{
			{"32 MB in little", "gzip", bomb}, {"no gzip", "gzip", []byte(link(to))}, {"half of it", "gzip", bomb[:len(bomb)/2]},
			{"an unknown encoding", "authconform", []byte(strings.Repeat("x", 100))}, {"two encodings", "gzip, gzip", squeezed(string(bomb))},
		} {
			page := h.Site.Page("compressed-"+Sum(v.name), func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", v.encoding)
				_, _ = w.Write(v.body)
			})
			answer := authorize(Step(ctx, v.name), home.Login{ClientID: page.URL(), RedirectURI: to + "/not-published"})
			refusedSoon(Step(ctx, v.name), answer)
		}
	})

	It(requirement("ha.clients.bytes-bounded"), func(ctx SpecContext) {
		h, to := home.From(ctx), elsewhere(ctx)
		listingWorks(ctx)
		var sent atomic.Int64
		page := h.Site.Page("bounded", endless("", &sent))
		Expect(ctx, authorize(ctx, home.Login{ClientID: page.URL(), RedirectURI: to})).To(RefuseRedirect())
		Control(ctx, len(page.Fetches()) > 0).To(Be("the page was fetched", true))
		Expect(ctx, sent.Load() < mostFetched).To(Be("less than 16 MB were taken", true))
	})

	It(requirement("ha.cimd.bytes-bounded"), func(ctx SpecContext) {
		h, to := home.From(ctx), elsewhere(ctx)
		documentWorks(ctx)
		var sent atomic.Int64
		page := h.Site.Page("bounded.json", endless(`{"x":"`, &sent))
		Expect(ctx, authorize(ctx, home.Login{ClientID: page.Secure(), RedirectURI: to})).To(RefuseRedirect())
		Control(ctx, len(page.Fetches()) > 0).To(Be("the document was fetched", true))
		Expect(ctx, sent.Load() < mostFetched).To(Be("less than 16 MB were taken", true))
	})

	It(requirement("ha.cimd.size-limit"), func(ctx SpecContext) {
		to := elsewhere(ctx)
		for _, size := range []int{10_239} {
			client := sized(ctx, size, to)
			Expect(Step(ctx, sizeName(size)), authorize(ctx, home.Login{ClientID: client, RedirectURI: to})).To(IssueCode())
		}
		for _, size := range []int{10_240, 12_000} {
			client := sized(ctx, size, to)
			Expect(Step(ctx, sizeName(size)), authorize(ctx, home.Login{ClientID: client, RedirectURI: to})).To(RefuseRedirect())
		}
	})
})

// pieces is a page sent in this many pieces, and the rest of it.
type pieces struct {
	name, text  string
	size, count int
	pause       time.Duration
}

// mostFetched is how much of an endless page a home may receive: what it reads, and the buffers of two sockets.
const mostFetched = 16 << 20

// endless serves an endless page and counts the bytes sent.
func endless(head string, sent *atomic.Int64) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(head))
		piece := []byte(strings.Repeat("x", 64<<10))
		for r.Context().Err() == nil && sent.Load() < 8*mostFetched {
			n, err := w.Write(piece)
			if sent.Add(int64(n)); err != nil {
				return
			}
		}
	}
}

// bomb is 32 MB, compressed. Compressing it takes longer than the row that sends it.
var bomb = sync.OnceValue(func() []byte { return squeezed(strings.Repeat("x", 32<<20)) })

func squeezed(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.Bytes()
}
