package proof

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/played/linkproxy"
	"github.com/authconform/authconform/harness/runner"
	"github.com/authconform/authconform/run"
	_ "github.com/authconform/authconform/suites/all" // the specs
)

// specs returns the specs of this process: Ginkgo builds its tree only once.
var specs = sync.OnceValue(runner.Specs)

// patience is how long a proof waits for an event that may not come. It is short because the mocks are in this process.
const patience = time.Second

const seed = 1 // of generated input: a proof is the same every time

// bench runs specs one after the other, each against its own mock. Other servers that specs need are expensive to start, so all
// specs of the bench share them.
type bench struct {
	*Options
	flags kind.Flags
	tools kind.Tools
	link  *linkproxy.Proxy // nil: the mocks look for none
	at    string           // host:port of the last mock and the next
	turns int              // mocks that have used the address
}

// tries is how often to set up a bench: another process may take an address that was free a moment ago.
const tries = 5

func newBench(o *Options) (b *bench, err error) {
	for range tries {
		if b, err = setUp(o); err == nil {
			return b, nil
		}
	}
	return nil, err
}

func setUp(o *Options) (*bench, error) {
	b := &bench{Options: o, flags: o.Subject.Kind().Flags()}
	fitting, err := o.Subject.conforming()(b.flags, "")
	if err != nil {
		return nil, err
	}
	defer fitting.Kill()
	with := b.flags.Tools()
	if with.Browser = o.Browser; o.Browser == "" {
		with.Browser = "off"
	}
	if b.tools, err = kind.OpenTools(fitting.Target, with, 0, func(string) {}); err != nil {
		return nil, err
	}
	b.tools.Patience = patience
	if with.AccountLink != "" {
		if b.link, err = linkproxy.Start(with.AccountLink, with.Site.CA); err != nil {
			b.close()
			return nil, err
		}
		b.tools.Link = linkproxy.Running(b.link)
	}
	return b, nil
}

func (b *bench) close() {
	if b.link != nil {
		b.link.Close()
	}
	_ = b.tools.Close(context.Background())
}

// sight is the result of looking at a mock, as a run does before its first row.
type sight struct {
	facts kind.Facts
	found json.RawMessage
	at    string // URL of the mock that was looked at
}

// like reports whether another mock showed the same, so that a row starts with the same facts about both.
func (s *sight) like(other *sight) bool {
	return s == other || reflect.DeepEqual(s.facts, other.facts) && bytes.Equal(s.from(other.at), other.found)
}

// from returns the facts as another mock of that policy at target would have shown them.
func (s *sight) from(target string) json.RawMessage {
	if s == nil {
		return nil
	}
	return bytes.ReplaceAll(s.found, []byte(origin(s.at)), []byte(origin(target)))
}

// origin returns a mock's URL without the path under test.
func origin(target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return target
	}
	return u.Scheme + "://" + u.Host
}

// standing is a session with a target. It implements runner.Environment.
type standing struct {
	run.Environment
	kill func()
}

// GiveBack implements runner.Environment. It does nothing, because the mock is discarded.
func (*standing) GiveBack(context.Context) {}

// turnsOfAnAddress is how many mocks use an address, one after the other. The system is slow to find a free port when many were
// used lately, and slow to reuse a port that had many connections lately.
const turnsOfAnAddress = 50

// stand starts a mock and opens a session with it. s is what an earlier look showed, or nil.
func (b *bench) stand(v variant, s *sight) (*standing, error) {
	b.reset()
	if b.turns++; b.turns%turnsOfAnAddress == 0 {
		b.at = ""
	}
	server, err := v(b.flags, b.at)
	if err != nil {
		return nil, err
	}
	_, b.at, _ = strings.Cut(origin(server.Target), "://")
	move := func(_ context.Context, to time.Duration) error { server.Clock.Set(to); return nil }
	h, err := b.open(server.Target, clock.Offset(move), s)
	if err != nil {
		server.Kill()
		return nil, err
	}
	h.kill = server.Kill
	return h, nil
}

// reset discards the last mock.
func (b *bench) reset() {
	if b.link != nil {
		b.link.Reset()
	}
	if b.tools.Site != nil {
		b.tools.Site.Reset()
	}
}

// open opens a session with a target.
func (b *bench) open(target string, c clock.Clock, s *sight) (*standing, error) {
	tools, err := b.tools.At(target, b.flags.Tools())
	if err != nil {
		return nil, err
	}
	tools.Clock = c
	setup := kind.Setup{Target: target, Mark: "proof", Flags: kind.Encode(b.flags), Found: s.from(target)}
	session, err := b.Subject.Kind().Open(setup, tools)
	if err != nil {
		return nil, err
	}
	return &standing{Environment: run.Environment{Session: session, Tools: tools, Profile: b.Profile, Seed: seed}}, nil
}

// look looks at a mock as a run does before it starts. It looks again if the run would reject the mock: a machine under load can
// be too slow. refused is the reason for a rejection.
func (b *bench) look(ctx context.Context, v variant) (seen *sight, refused, err error) {
	if seen, refused, err = b.lookOnce(ctx, v); refused != nil && err == nil && ctx.Err() == nil {
		return b.lookOnce(ctx, v)
	}
	return seen, refused, err
}

func (b *bench) lookOnce(ctx context.Context, v variant) (seen *sight, refused, err error) {
	h, err := b.stand(v, nil)
	if err != nil {
		return nil, nil, err
	}
	defer h.kill()
	record := judge.NewRecord()
	ctx = h.With(judge.With(ctx, record))
	facts, refused := h.Look(ctx)
	if refused != nil {
		return nil, errors.New(record.Hide(refused.Error())), nil // it may quote an answer
	}
	judge.Run(func() { h.Session.Leave(ctx) }) // another mock does not know these tokens
	delete(facts.Lacks, condition.Browser)
	facts.Lacks.Add(b.Browser == "", condition.Browser, "proven by prove --browser")
	return &sight{facts, kind.Encode(h.Found()), h.Tools.Wire.Base}, nil, nil
}

// each runs jobs side by side until ctx ends, each on its own bench.
func each[T any](ctx context.Context, benches chan *bench, jobs []T, do func(*bench, T) error) error {
	var all sync.WaitGroup
	var mu sync.Mutex
	var first error
	for _, job := range jobs {
		b := <-benches
		if ctx.Err() != nil {
			benches <- b
			break
		}
		all.Go(func() {
			defer func() { benches <- b }()
			if err := do(b, job); err != nil {
				mu.Lock()
				defer mu.Unlock()
				if first == nil {
					first = err
				}
			}
		})
	}
	all.Wait()
	if first != nil {
		return first
	}
	return ctx.Err()
}

// openBenches opens n benches.
func openBenches(o *Options, n int) (chan *bench, error) {
	benches := make(chan *bench, n)
	for range n {
		b, err := newBench(o)
		if err != nil {
			closeBenches(benches)
			return nil, fmt.Errorf("the helpers of the mocks cannot be started: %w", err)
		}
		benches <- b
	}
	return benches, nil
}

func closeBenches(benches chan *bench) {
	close(benches)
	for b := range benches {
		b.close()
	}
}
