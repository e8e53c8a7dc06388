// Command mutate shows that the proof notices a judge that was weakened. On a copy of the tree it takes one assertion of
// a spec after the other, makes it hold for everything, and lets prove look at the spec's row: prove must complain.
//
// An assertion that is missed is looked at again with all others of its spec weakened. If it catches defects then, others
// of the row catch the same ones: they imply it, and it does not count. If it catches nothing, no defect needs it.
//
// script/mutate calls it.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	dir := flag.String("dir", "", "the copy of the tree, which is changed")
	seed := flag.Uint64("seed", 1, "of the draw")
	n := flag.Int("n", 40, "how many specs")
	flag.Parse()
	if err := mutate(*dir, *seed, *n); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

// mutate draws n specs by the seed, and an assertion of each.
func mutate(dir string, seed uint64, n int) error {
	judge, err := newJudge(dir)
	if err != nil {
		return err
	}
	specs, err := find(filepath.Join(dir, "suites"))
	if err != nil {
		return err
	}
	specs = slices.DeleteFunc(specs, func(list []site) bool { return len(judge.profiles(list[0].row)) == 0 })
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a draw, no secret
	random.Shuffle(len(specs), func(i, j int) { specs[i], specs[j] = specs[j], specs[i] })
	drawn := specs[:min(n, len(specs))]
	count := map[outcome]int{}
	for _, list := range drawn {
		s := list[random.IntN(len(list))]
		o, err := judge.look(s, list)
		if err != nil {
			return fmt.Errorf("%s, %s: %w", s.row, s, err)
		}
		count[o]++
		fmt.Printf("%-8s %s  %s\n", o, s.row, s)
	}
	counted := max(len(drawn)-count[implied], 1)
	fmt.Printf("\n%d of %d weakened assertions noticed, %d %%; %d more are implied by others of their row (seed %d, %d specs)\n",
		count[noticed], counted, 100*count[noticed]/counted, count[implied], seed, len(specs))
	return nil
}

// outcome is what became of a weakened assertion.
type outcome string

const (
	noticed outcome = "noticed"
	implied outcome = "implied"
	missed  outcome = "MISSED"
)

func (s site) compare(other site) int { return cmp.Compare(s.start, other.start) }
