package main

import (
	_ "embed" // the description of these calls
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/authconform/authconform/internal/suggest"
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
	"github.com/authconform/authconform/mockprovider/accountlink"
	"github.com/authconform/authconform/mockprovider/indieauth"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/proof"
)

// switchboard switches defects and flavours of the servers while they run. It is safe for concurrent use.
type switchboard struct {
	servers *ensemble
	base    func() policies     // strict, with the options chosen at the start
	all     func() []switchable // once made, when somebody asks

	mu    sync.Mutex
	start choice // what reset returns to
	now   choice
}

// choice is the defects of the servers, and their flavours.
type choice struct {
	defects []string // in the order in which they were switched on
	seeds   []uint64 // of flavours
}

func (c choice) clone() choice { return choice{slices.Clone(c.defects), slices.Clone(c.seeds)} }

// switchable is a defect of a running server.
type switchable struct {
	ID      string   `json:"id"`
	Story   string   `json:"story"`
	Aims    []string `json:"aims"`
	Server  string   `json:"server"`
	On      bool     `json:"on"`
	Settled bool     `json:"settled"` // chosen at the start: it cannot be switched
}

// spoiled returns the policies of a choice: flavours apply first, then each defect.
func (c choice) spoiled(base policies) policies {
	for _, seed := range c.seeds {
		mockserver.Flavour(base.home, seed)
		mockprovider.Flavour(base.third, seed)
		accountlink.Flavour(base.proxy, seed)
		indieauth.Flavour(base.people, seed)
	}
	for _, id := range c.defects {
		subject, _ := proof.Find(id)
		for _, policy := range base.each() {
			subject.Spoil(id, policy)
		}
	}
	return base
}

//go:embed switchboard.json
var switchDescription []byte

// maxSeeds is how many flavours can be mixed.
const maxSeeds = 10

// wire puts the switches on the control plane of every server.
func (b *switchboard) wire() {
	b.all = sync.OnceValue(func() []switchable { return switchables(b.servers) })
	for _, k := range b.servers.controls() {
		k.Describe(switchDescription)
		k.Add("GET servers", func(*http.Request, []byte) (any, error) { return b.servers.list(), nil })
		k.Add("GET defects", func(*http.Request, []byte) (any, error) { return b.defects(), nil })
		k.Add("POST defects", b.switchOn)
		k.Add("DELETE defects", b.switchOff, "id")
		k.Add("GET flavours", func(*http.Request, []byte) (any, error) { return b.flavours(), nil })
		k.Add("POST flavours", b.addFlavour)
		k.Add("DELETE flavours", b.dropFlavours, "seed")
		k.After("POST reset", func() { b.put(b.start) })
	}
}

// put applies a choice.
func (b *switchboard) put(c choice) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = c.clone()
	b.apply()
}

// apply gives the servers the chosen policies. The caller holds the lock.
func (b *switchboard) apply() {
	p := b.now.spoiled(b.base())
	b.servers.home.SetPolicy(p.home)
	if b.servers.provider != nil {
		b.servers.provider.SetPolicy(p.third)
	}
	if b.servers.proxy != nil {
		b.servers.proxy.SetPolicy(p.proxy)
	}
	if b.servers.people != nil {
		b.servers.people.SetPolicy(p.people)
	}
}

// defects lists the defects of the running servers.
func (b *switchboard) defects() []switchable {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := slices.Clone(b.all())
	for i := range out {
		out[i].On = slices.Contains(b.now.defects, out[i].ID)
	}
	return out
}

// switchables lists the defects of the running servers.
func switchables(s *ensemble) []switchable {
	var out []switchable
	for _, subject := range proof.Subjects() {
		for _, d := range proof.Own(subject) {
			strict := strictPolicies()
			for _, server := range policedServers(s.provider != nil, s.proxy != nil, s.people != nil) {
				if subject.Spoil(d.ID, server.of(strict)) && server.runs {
					out = append(out, switchable{d.ID, d.Story, d.Aims, server.name, false, mockserver.Settles(strict.home)})
				}
			}
		}
	}
	return out
}

// may returns an error unless a defect can be switched.
func (b *switchboard) may(id string) error {
	var ids []string
	for _, d := range b.all() {
		ids = append(ids, d.ID)
		switch {
		case d.ID == id && d.Settled:
			return fmt.Errorf("%s: %w; start the servers with it: authconform serve --defect %s", id, mockserver.ErrSettled, id)
		case d.ID == id:
			return nil
		}
	}
	for _, server := range policedServers(true, true, true) {
		if subject, _ := proof.Find(id); subject != nil && subject.Spoil(id, server.of(strictPolicies())) {
			return fmt.Errorf("%s: its server does not run; start it too: authconform serve --%s ADDRESS", id, server.name)
		}
	}
	return errors.New("id: unknown defect " + strconv.Quote(id) + suggest.Hint(id, ids))
}

func (b *switchboard) switchOn(_ *http.Request, body []byte) (any, error) {
	var in struct {
		ID string `json:"id"`
	}
	if err := mock.Strict(body, &in); err != nil {
		return nil, err
	}
	if err := b.may(in.ID); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Contains(b.now.defects, in.ID) {
		b.now.defects = append(b.now.defects, in.ID)
		b.apply()
	}
	return b.chosen(), nil
}

func (b *switchboard) switchOff(r *http.Request, _ []byte) (any, error) {
	id := r.URL.Query().Get("id")
	if r.URL.Query().Has("id") {
		if err := b.may(id); err != nil {
			return nil, err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now.defects = slices.DeleteFunc(b.now.defects, func(one string) bool {
		return one == id || !r.URL.Query().Has("id") && b.may(one) == nil
	})
	b.apply()
	return b.chosen(), nil
}

// chosen returns the current choice. The caller holds the lock.
func (b *switchboard) chosen() any {
	return map[string]any{"on": append([]string{}, b.now.defects...)}
}

func (b *switchboard) flavours() any {
	b.mu.Lock()
	defer b.mu.Unlock()
	return map[string]any{"seeds": append([]uint64{}, b.now.seeds...)}
}

func (b *switchboard) addFlavour(_ *http.Request, body []byte) (any, error) {
	var in struct {
		Seed uint64 `json:"seed"`
	}
	if err := mock.Strict(body, &in); err != nil {
		return nil, err
	}
	c := b.copy()
	switch {
	case in.Seed == 0:
		return nil, errors.New("seed: give a number from 1")
	case slices.Contains(c.seeds, in.Seed):
		return b.flavours(), nil
	case len(c.seeds) >= maxSeeds:
		return nil, errors.New("there are 10 flavours already; remove some (DELETE flavours)")
	}
	c.seeds = append(c.seeds, in.Seed)
	b.put(c)
	return b.flavours(), nil
}

func (b *switchboard) dropFlavours(r *http.Request, _ []byte) (any, error) {
	c, text := b.copy(), strings.TrimSpace(r.URL.Query().Get("seed"))
	seed, err := strconv.ParseUint(text, 10, 64)
	switch {
	case !r.URL.Query().Has("seed"):
		c.seeds = nil
	case err != nil || !slices.Contains(c.seeds, seed):
		return nil, errors.New("seed: there is no flavour " + strconv.Quote(text) + "; GET flavours lists them")
	}
	c.seeds = slices.DeleteFunc(c.seeds, func(s uint64) bool { return s == seed })
	b.put(c)
	return b.flavours(), nil
}

func (b *switchboard) copy() choice {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now.clone()
}
