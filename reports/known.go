package reports

import (
	"embed"
	"fmt"
	"strings"

	"github.com/authconform/authconform/internal/suggest"
)

//go:embed known/*.yaml
var shipped embed.FS

// Products lists the products with known deliberate deviations.
func Products() []string {
	entries, _ := shipped.ReadDir("known")
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// KnownOf is the baseline of a product's deliberate deviations. It covers every release and configuration of the product:
// an entry whose row does not fail is not a problem.
func KnownOf(product string, ids []string, retired func(id string) []string) (*Baseline, error) {
	raw, err := shipped.ReadFile("known/" + product + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("--known %s: no such product%s; known are %s", product, suggest.Hint(product, Products()),
			strings.Join(Products(), ", "))
	}
	b, err := parseBaseline("known/"+product+".yaml", raw, ids, retired)
	if err == nil {
		b.lenient = true
	}
	return b, err
}
