package shadow_test

import (
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/authconform/authconform/proof/shadow"
)

type shelf interface {
	Put(key string)
	Take(key string) (string, bool)
}

type inner struct{ Deep func(int) int }

type policy struct {
	inner
	Inner  inner
	Limit  func() int
	Check  func(string) error
	Header func() map[string][]string
	Edit   func(map[string]string) map[string]string
	Fetch  func(page func() []string) bool
	Visit  func(each func(int) bool) bool
	Shelf  func() shelf
	Next   func() func() int
	Plain  int
}

type memory struct {
	mu   sync.Mutex
	kept map[string]bool
}

func (m *memory) Put(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept[key] = true
}

func (m *memory) Take(key string) (string, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	ok := m.kept[key]
	delete(m.kept, key)
	return key, ok
}

func newMemory() *memory { return &memory{kept: map[string]bool{}} }

// twice keeps an item after it was taken.
type twice struct{ *memory }

func (t twice) Take(key string) (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return key, t.kept[key]
}

type split struct{ *shadow.Split[shelf] }

func (s split) Put(key string) { shadow.Do(s.Split, func(m shelf) { m.Put(key) }) }

type taken struct {
	key string
	ok  bool
}

func (s split) Take(key string) (string, bool) {
	t := shadow.Ask(s.Split, func(m shelf) taken { k, ok := m.Take(key); return taken{k, ok} })
	return t.key, t.ok
}

var tee = shadow.For(func(s *shadow.Split[shelf]) shelf { return split{s} })

func strict() *policy {
	header := map[string][]string{"A": {"1"}}
	double := inner{func(n int) int { return 2 * n }}
	return &policy{
		inner: double, Inner: double,
		Limit: func() int { return 10 },
		Check: func(s string) error {
			if s == "" {
				return errors.New("empty")
			}
			return nil
		},
		Header: func() map[string][]string { return header },
		Edit:   func(m map[string]string) map[string]string { return m },
		Fetch:  func(page func() []string) bool { return len(page()) > 0 },
		Visit:  func(each func(int) bool) bool { return each(1) },
		Shelf:  func() shelf { return newMemory() },
		Next:   func() func() int { return func() int { return 1 } },
	}
}

// TestARivalIsHitWhereItWouldDecideOtherwise and nowhere else.
func TestARivalIsHitWhereItWouldDecideOtherwise(t *testing.T) {
	empty := func(p *policy) { p.Check = func(string) error { return errors.New("empty") } }
	for _, c := range []struct {
		name   string
		change func(*policy)
		use    func(*policy)
		want   bool
	}{
		{"another constant", func(p *policy) { p.Limit = func() int { return 11 } }, func(p *policy) { p.Limit() }, true},
		{"another constant that nobody asks for", func(p *policy) { p.Limit = func() int { return 11 } }, func(*policy) {}, false},
		{"the same constant, made anew", func(p *policy) { p.Limit = func() int { return 10 } }, func(p *policy) { p.Limit() }, false},
		{"a policy within", func(p *policy) { p.Inner.Deep = func(n int) int { return n * n } }, func(p *policy) { p.Inner.Deep(3) }, true},
		{"a policy within, where both agree", func(p *policy) {
			p.Inner.Deep = func(n int) int { return n * n }
		}, func(p *policy) { p.Inner.Deep(2) }, false},
		{"an embedded policy", func(p *policy) { p.Deep = func(int) int { return 0 } }, func(p *policy) { p.Deep(1) }, true},
		{"an error of the same words", empty, func(p *policy) { _ = p.Check("") }, false},
		{"an error instead of none", empty, func(p *policy) { _ = p.Check("a") }, true},
		{"a panic", func(p *policy) { p.Check = func(s string) error { _ = s[5]; return nil } }, func(p *policy) { _ = p.Check("a") }, true},
		{"a wrapped decision", func(p *policy) {
			before := p.Check
			p.Check = func(s string) error { return before(s + "x") }
		}, func(p *policy) { _ = p.Check("") }, true},
		{"an argument with an effect, called by both", func(p *policy) {
			p.Fetch = func(page func() []string) bool { return len(page()) == 1 }
		}, func(p *policy) { p.Fetch(func() []string { return []string{"a"} }) }, false},
		{"an argument with an effect, called by the rival alone", func(p *policy) {
			strict := p.Limit
			p.Limit = func() int { return strict() }
			p.Fetch = func(page func() []string) bool { page(); page(); return true }
		}, func(p *policy) { p.Fetch(func() []string { return []string{"a"} }) }, false},
		{"a plain value", func(p *policy) { p.Plain = 1 }, func(*policy) {}, true},
		{"a decision whose argument cannot be shared", func(p *policy) {
			p.Visit = func(func(int) bool) bool { return false }
		}, func(*policy) {}, true},
		{"a decision whose result nothing watches", func(p *policy) { p.Next = func() func() int { return nil } }, func(*policy) {}, true},
		{"a store that agrees", func(p *policy) { p.Shelf = func() shelf { return twice{newMemory()} } }, useShelf("a", "b"), false},
		{"a store that diverges", func(p *policy) { p.Shelf = func() shelf { return twice{newMemory()} } }, useShelf("a", "a"), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := shadow.Cast(strict(), []func(*policy){nil, c.change}, tee)
			c.use(s.Policy)
			if got := s.Hits(); got[0] || got[1] != c.want {
				t.Errorf("hits %v, want [false %v]", got, c.want)
			}
		})
	}
}

// useShelf puts a key and takes some.
func useShelf(keys ...string) func(*policy) {
	return func(p *policy) {
		s := p.Shelf()
		s.Put(keys[0])
		for _, k := range keys {
			s.Take(k)
		}
	}
}

// TestTheMockSeesTheStrictPolicyAlone, whatever its rivals decide, and an effect happens once.
func TestTheMockSeesTheStrictPolicyAlone(t *testing.T) {
	fetched := 0
	page := func() []string { fetched++; return []string{"a"} }
	s := shadow.Cast(strict(), []func(*policy){
		func(p *policy) { p.Limit = func() int { return 1 } },
		func(p *policy) { p.Fetch = func(page func() []string) bool { return len(page())+len(page()) == 0 } },
		func(p *policy) { p.Shelf = func() shelf { return twice{newMemory()} } },
	}, tee)
	if got := s.Policy.Limit(); got != 10 {
		t.Error(got)
	}
	if !s.Policy.Fetch(page) || fetched != 1 {
		t.Errorf("fetched %d times", fetched)
	}
	shelf := s.Policy.Shelf()
	shelf.Put("a")
	if _, ok := shelf.Take("a"); !ok {
		t.Error("the key is lost")
	}
	if _, ok := shelf.Take("a"); ok {
		t.Error("the key comes twice")
	}
}

// TestAnEffectOfARivalAloneCounts: the strict policy does not fetch, the rival would.
func TestAnEffectOfARivalAloneCounts(t *testing.T) {
	mild := strict()
	mild.Fetch = func(func() []string) bool { return false }
	s := shadow.Cast(mild, []func(*policy){func(p *policy) {
		p.Fetch = func(page func() []string) bool { page(); return false }
	}})
	s.Policy.Fetch(func() []string { t.Error("it is fetched"); return nil })
	if !s.Hits()[0] {
		t.Error("the rival is not hit")
	}
}

// TestWithoutATeeAStoreCountsAsADifference, because it cannot be watched.
func TestWithoutATeeAStoreCountsAsADifference(t *testing.T) {
	s := shadow.Cast(strict(), []func(*policy){func(p *policy) { p.Shelf = func() shelf { return newMemory() } }})
	if !s.Hits()[0] {
		t.Error("it is not hit")
	}
}

// TestARivalThatEditsInPlaceIsNamed, because everybody would see its change of an argument or a result.
func TestARivalThatEditsInPlaceIsNamed(t *testing.T) {
	s := shadow.Cast(strict(), []func(*policy){
		func(p *policy) {
			p.Edit = func(m map[string]string) map[string]string { m["b"] = "2"; return m }
		},
		func(p *policy) {
			before := p.Header
			p.Header = func() map[string][]string { h := before(); h["A"][0] = "2"; return h }
		},
		func(p *policy) {
			before := p.Inner.Deep
			p.Inner.Deep = func(n int) int { return before(n) }
		},
	})
	s.Policy.Inner.Deep(1)
	if got := s.Edits(); len(got) > 0 {
		t.Error(got)
	}
	s.Policy.Edit(map[string]string{"a": "1"})
	s.Policy.Header()
	if got := s.Edits(); !slices.Equal(got, []string{"Edit", "Header"}) {
		t.Error(got)
	}
}

// TestWatchersMayBeManyAtOnce: a mock serves requests concurrently.
func TestWatchersMayBeManyAtOnce(t *testing.T) {
	s := shadow.Cast(strict(), []func(*policy){
		func(p *policy) { p.Edit = func(m map[string]string) map[string]string { return maps.Clone(m) } },
		func(p *policy) { p.Shelf = func() shelf { return twice{newMemory()} } },
	}, tee)
	shelf := s.Policy.Shelf()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			shelf.Put("a")
			s.Policy.Edit(map[string]string{"a": "1"})
			shelf.Take("b")
		})
	}
	all.Wait()
	if got := s.Hits(); got[0] || got[1] {
		t.Error(got)
	}
}
