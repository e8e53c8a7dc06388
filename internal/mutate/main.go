// Command mutate shows that the proof notices a weakened judge: one after the other, it makes each assertion of a spec accept
// everything and proves the spec's row. The proof must complain.
//
// If the proof does not notice, the assertion is tested again with all others of its spec weakened. If it then catches
// defects, the others catch the same ones: they imply it, and it does not count. If it catches nothing, no defect needs it.
//
// script/mutate calls it.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
)

// options choose the assertions to weaken.
type options struct {
	rows    string // globs, comma-separated
	n       int    // how many specs are drawn, an assertion of each; 0: every assertion of every spec
	seed    uint64 // of the draw
	browser bool   // rows that need a browser instead of the others
}

func main() {
	var o options
	flag.StringVar(&o.rows, "rows", "*", "globs of the rows, comma-separated")
	flag.IntVar(&o.n, "n", 0, "draw so many specs, and an assertion of each; 0: every assertion of every spec")
	flag.Uint64Var(&o.seed, "seed", 1, "of the draw")
	flag.BoolVar(&o.browser, "browser", false, "the rows that need a browser instead of the others")
	flag.Parse()
	debug.SetGCPercent(400) //nolint:mnd // as prove does
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := mutate(ctx, o); err != nil {
		stop()
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

// mutate weakens assertions and prints those that the proof does not notice. It ends in an error if one of them is not listed.
func mutate(ctx context.Context, o options) error {
	p, err := newProver()
	if err != nil {
		return err
	}
	specs, err := find("suites")
	if err != nil {
		return err
	}
	specs = slices.DeleteFunc(specs, func(list []site) bool {
		return !o.chosen(list[0].row) || !p.provable(list[0].row, o.browser)
	})
	listed, err := listedMisses()
	if err != nil {
		return err
	}
	sites := o.draw(specs)
	count, fresh := map[outcome]int{}, 0
	for what, came := range p.looks(ctx, sites, specs) {
		if came.err != nil {
			return fmt.Errorf("%s, %s: %w", what.row, what, came.err)
		}
		if count[came.outcome]++; came.outcome != noticed {
			fmt.Printf("%-8s %s  %s\n", came.outcome, what.row, what)
		}
		if came.outcome == missed {
			if listed[what.row]--; listed[what.row] < 0 {
				fresh++
			}
		}
	}
	counted := max(len(sites)-count[implied], 1)
	fmt.Printf("\n%d of %d weakened assertions of %d specs noticed, %d %%; %d more are implied by others of their row\n",
		count[noticed], counted, len(specs), 100*count[noticed]/counted, count[implied])
	if ctx.Err() == nil && fresh > 0 {
		return fmt.Errorf("%d weakened assertions were missed that %s does not list: no defect needs them", fresh, missesFile)
	}
	return ctx.Err()
}

// missesFile lists the assertions that no defect needs yet, as a run prints them. docs/proof.md shows it.
const missesFile = "internal/docs/mutation.txt"

// listedMisses counts the listed assertions by row, because lines move.
func listedMisses() (map[string]int, error) {
	raw, err := os.ReadFile(missesFile)
	if err != nil {
		return nil, err
	}
	byRow := map[string]int{}
	for line := range strings.Lines(string(raw)) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == string(missed) {
			byRow[words[1]]++
		}
	}
	return byRow, nil
}

// chosen reports whether the options select a row.
func (o options) chosen(row string) bool {
	return slices.ContainsFunc(strings.Split(o.rows, ","), func(glob string) bool {
		ok, err := path.Match(glob, row)
		return ok && err == nil
	})
}

// draw chooses the assertions to weaken.
func (o options) draw(specs [][]site) []site {
	if o.n == 0 {
		return slices.Concat(specs...)
	}
	random := rand.New(rand.NewPCG(o.seed, 0)) //nolint:gosec // a draw, no secret
	var out []site
	for _, i := range random.Perm(len(specs))[:min(o.n, len(specs))] {
		out = append(out, specs[i][random.IntN(len(specs[i]))])
	}
	return out
}

// outcome is the result of weakening an assertion.
type outcome string

const (
	noticed outcome = "noticed"
	implied outcome = "implied"
	missed  outcome = "MISSED"
)

// looked is the result of a look.
type looked struct {
	outcome outcome
	err     error
}

// atOnce is how many assertions are weakened side by side: a proof of one row mostly waits.
const atOnce = 3

// looks looks at sites side by side and yields the results in the order of the sites.
func (p *prover) looks(ctx context.Context, sites []site, specs [][]site) func(yield func(site, looked) bool) {
	results := make([]chan looked, len(sites))
	next := make(chan int)
	ctx, stop := context.WithCancel(ctx)
	var workers sync.WaitGroup
	for i := range results {
		results[i] = make(chan looked, 1)
	}
	for range atOnce {
		workers.Go(func() {
			for i := range next {
				spec := slices.IndexFunc(specs, func(list []site) bool { return slices.Contains(list, sites[i]) })
				o, err := p.look(ctx, sites[i], specs[spec])
				results[i] <- looked{o, err}
			}
		})
	}
	go func() {
		defer close(next)
		for i := range sites {
			next <- i
		}
	}()
	return func(yield func(site, looked) bool) {
		defer workers.Wait()
		defer stop()
		for i := range sites {
			if !yield(sites[i], <-results[i]) {
				return
			}
		}
	}
}
