package main

import (
	"fmt"
	"io"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
	"github.com/authconform/authconform/mockprovider/accountlink"
	"github.com/authconform/authconform/mockprovider/indieauth"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/proof"
)

// policies are the decisions of all servers, which defects change.
type policies struct {
	home   *mockserver.Policy
	third  *mockprovider.Policy
	proxy  *accountlink.Policy
	people *indieauth.Policy
}

func strictPolicies() policies {
	return policies{mockserver.Strict(), mockprovider.Strict(), accountlink.Strict(), indieauth.Strict()}
}

// each lists the policies, for a defect to find the one it changes.
func (p policies) each() []any { return []any{p.home, p.third, p.proxy, p.people} }

// policed is a server that may have a defect, by the name of its flag.
type policed struct {
	name string
	runs bool
	of   func(policies) any
}

func policedServers(provider, proxy, people bool) []policed {
	return []policed{
		{"home", true, func(p policies) any { return p.home }},
		{"provider", provider, func(p policies) any { return p.third }},
		{"account-link", proxy, func(p policies) any { return p.proxy }},
		{"indieauth", people, func(p policies) any { return p.people }},
	}
}

// policies returns the servers' policies: strict, with the lifetimes of the flags; and the defects and flavours to start with.
func (f *serveFlags) policies() (base func() policies, start choice, err error) {
	lives, err := mock.ReadLifetimes(f.Lifetime)
	if err != nil {
		return nil, start, exit.Usagef("--lifetime: %v", err)
	}
	base = func() policies {
		p := strictPolicies()
		mockserver.Lifetimes(p.home, lives)
		mockprovider.Lifetimes(p.third, lives)
		mockprovider.Lifetimes(&p.people.Policy, lives)
		return p
	}
	if f.Flavour != 0 {
		start.seeds = []uint64{f.Flavour}
	}
	for _, id := range f.Defect {
		subject, _ := proof.Find(id)
		if subject == nil {
			return nil, start, exit.Unknown("defect", id, proof.DefectIDs())
		}
		for _, server := range policedServers(f.Provider != "", f.AccountLink != "", f.IndieAuth != "") {
			if subject.Spoil(id, server.of(strictPolicies())) && !server.runs {
				return nil, start, exit.Usagef("--defect %s: its server is not running; add --%s ADDRESS", id, server.name)
			}
		}
		start.defects = append(start.defects, id)
	}
	return base, start, nil
}

// listDefects prints the defects of each server.
func listDefects(w io.Writer) error {
	for _, server := range policedServers(true, true, true) {
		fmt.Fprintf(w, "Defects of --%s:\n\n", server.name)
		for _, subject := range proof.Subjects() {
			for _, d := range proof.Own(subject) {
				if subject.Spoil(d.ID, server.of(strictPolicies())) {
					fmt.Fprintf(w, "  %s\n%s\n", d.ID, fold(d.Story, "      "))
				}
			}
		}
		fmt.Fprintln(w)
	}
	return nil
}
