package reports

import (
	"encoding/base64"
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/authconform/authconform/evidence"
)

// evidence shows all evidence of a row. To save time at loading, it can go into a noscript element: with scripting that is a
// text, which the script turns into elements when somebody opens it. Such elements cannot be nested.
func (p page) evidence(r evidence.Result, wait bool) g.Node {
	if len(r.Evidence) == 0 {
		return nil
	}
	t := timelineOf(r)
	_, at := telling(r)
	last := ""
	var items []g.Node
	for i, item := range r.Evidence {
		if name := place(item); name != last {
			last = name
			items = append(items, h.P(h.Class("place"), text(name)))
		}
		items = append(items, p.item(item, t, i == at && len(r.Failures) > 0))
	}
	var inside g.Node = g.Group(items)
	if wait {
		inside = h.NoScript(items...)
	}
	return h.Details(h.Class("evidence"), h.Summary(g.Text(t.title(len(r.Evidence)))), inside)
}

func (p page) item(i evidence.Item, t timeline, open bool) g.Node {
	switch {
	case i.Exchange != nil:
		return p.exchange(i.Exchange, t, open)
	case i.Browser != nil:
		return p.step(i.Browser)
	default:
		return h.P(h.Class("remark"), text(i.Note))
	}
}

// step shows a browser's page.
func (p page) step(b *evidence.BrowserStep) g.Node {
	var picture g.Node
	if raw := p.Picture(b.Screenshot); len(raw) > 0 {
		inline := "data:image/png;base64," + base64.StdEncoding.EncodeToString(raw)
		picture = h.Img(h.Loading("lazy"), h.Alt("What the browser showed"), h.Src(inline))
	} else if b.Screenshot != "" {
		picture = h.P(text("(the picture " + b.Screenshot + " is not in the folder)"))
	}
	var source g.Node
	if ours(b.DOM) {
		source = g.Group{g.Text(" ("), h.A(h.Href(b.DOM), g.Text("source of the page")), g.Text(")")}
	}
	return h.Figure(h.FigCaption(text(b.Doing+": "), h.Code(text(b.URL)), source), picture)
}

// ours reports whether a name is of a file in the folder of pictures.
func ours(name string) bool {
	return path.Dir(name) == evidence.Shots && clean(name) == name && !strings.ContainsAny(name, ":\\")
}

func (p page) exchange(e *evidence.Exchange, t timeline, open bool) g.Node {
	address := strings.TrimPrefix(e.URL, strings.TrimRight(p.Head.Target.URL, "/"))
	if !strings.HasPrefix(address, "/") {
		address = e.URL
	}
	return h.Details(h.Class("exchange"), g.If(open, g.Attr("open")),
		h.Summary(
			t.bar(e), h.B(g.Text(status(e))), g.Text(" "),
			h.Span(h.Code(text(e.Method+" "+address)), g.If(e.Error != "", h.Span(h.Class("lost"), text(" "+e.Error)))), g.Text(" "),
			h.Span(h.Class("took"), g.Text(t.times(e))),
		),
		messages(e),
	)
}

// messages shows a request and its answer, or the one message of a WebSocket.
func messages(e *evidence.Exchange) g.Node {
	if e.Method != webSocket {
		return g.Group{
			message(e.Method+" "+e.URL, e.RequestHeaders, e.RequestBody, e.RequestCut),
			message(answer(e), e.ResponseHeaders, e.ResponseBody, e.ResponseCut),
		}
	}
	var shown g.Group
	if e.RequestBody != "" {
		shown = append(shown, message("sent", nil, e.RequestBody, e.RequestCut))
	}
	if e.ResponseBody != "" {
		shown = append(shown, message("received", nil, e.ResponseBody, e.ResponseCut))
	}
	return shown
}

// status summarises an answer in three characters.
func status(e *evidence.Exchange) string {
	switch {
	case e.Status != 0:
		return strconv.Itoa(e.Status)
	case e.Method == webSocket && e.RequestBody != "":
		return "↑"
	case e.Method == webSocket:
		return "↓"
	}
	return "–"
}

// message shows a request or an answer as sent.
func message(first string, headers []evidence.Header, body string, lost int) g.Node {
	var b strings.Builder
	b.WriteString(first + "\n")
	for _, line := range headers {
		fmt.Fprintf(&b, "%s: %s\n", line.Name, line.Value)
	}
	if body != "" {
		b.WriteString("\n" + strings.ReplaceAll(body, "\r\n", "\n"))
	}
	if lost > 0 {
		b.WriteString("\n" + gone(lost))
	}
	return h.Pre(h.TabIndex("0"), text(b.String()))
}

// timeline places the exchanges of a row in time.
type timeline struct {
	exchanges int
	from, to  time.Time
}

func timelineOf(r evidence.Result) timeline {
	var t timeline
	for _, item := range r.Evidence {
		e := item.Exchange
		if e == nil {
			continue
		}
		done := e.Started.Add(time.Duration(e.DurationMS * float64(time.Millisecond)))
		if t.exchanges == 0 || e.Started.Before(t.from) {
			t.from = e.Started
		}
		if t.exchanges == 0 || done.After(t.to) {
			t.to = done
		}
		t.exchanges++
	}
	return t
}

func (t timeline) milliseconds() float64 {
	return float64(t.to.Sub(t.from)) / float64(time.Millisecond)
}

// title counts the evidence.
func (t timeline) title(items int) string {
	if t.exchanges == 0 {
		return "Evidence: " + plural(items, "item")
	}
	more := ""
	if n := items - t.exchanges; n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("Evidence: %s in %s%s", plural(t.exchanges, "exchange"), milliseconds(t.milliseconds()), more)
}

// bar shows when an exchange began and how long it took, as a share of the row's time.
func (t timeline) bar(e *evidence.Exchange) g.Node {
	whole := math.Max(t.milliseconds(), 0.001)
	start := 100 * float64(e.Started.Sub(t.from)) / float64(time.Millisecond) / whole
	return h.Span(h.Class("when"), h.Aria("hidden", "true"), h.Style(fmt.Sprintf("--at:%.1f%%;--for:%.1f%%", start, 100*e.DurationMS/whole)))
}

// times describes the same in words.
func (t timeline) times(e *evidence.Exchange) string {
	start := float64(e.Started.Sub(t.from)) / float64(time.Millisecond)
	return "at " + milliseconds(start) + ", took " + milliseconds(e.DurationMS)
}
