package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/harmless"
)

// progress writes to standard error: one live line on a terminal, plain lines elsewhere. It is safe for concurrent use.
type progress struct {
	mu    sync.Mutex
	w     io.Writer
	live  bool
	drawn bool
	last  time.Time
	reds  int
	now   func() time.Time
}

func newProgress(w *os.File) *progress {
	return &progress{w: w, live: term.IsTerminal(int(w.Fd())), now: time.Now}
}

func (p *progress) Say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	fmt.Fprintln(p.w, harmless.Text(fmt.Sprintf(format, args...)))
}

// plainEvery is how often progress is printed without a terminal.
const plainEvery = 10 * time.Second

func (p *progress) Row(done, total int, id string, v evidence.Verdict) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if v == evidence.Fail || v == evidence.Blocked {
		p.reds++
	}
	text := fmt.Sprintf("%d of %d rows", done, total)
	if p.reds > 0 {
		text += fmt.Sprintf(", %d failed", p.reds)
	}
	p.draw(text+"  "+id, text)
}

func (p *progress) Wait(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.draw(what, what)
}

func (p *progress) draw(live, plain string) {
	live, plain = harmless.Text(live), harmless.Text(plain)
	now := p.now()
	switch {
	case p.live && now.Sub(p.last) > 50*time.Millisecond:
		fmt.Fprintf(p.w, "\r\x1b[K%.79s", live)
		p.drawn, p.last = true, now
	case !p.live && p.last.IsZero():
		p.last = now
	case !p.live && now.Sub(p.last) > plainEvery:
		fmt.Fprintln(p.w, plain)
		p.last = now
	}
}

func (p *progress) clear() {
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = false
	}
}

func (p *progress) End() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
}
