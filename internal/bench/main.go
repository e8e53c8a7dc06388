// Command bench prints authconform's promises of speed and size, each beside a measurement of this machine, all from one run.
// script/bench calls it with a program that script/build built.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"text/tabwriter"
	"time"
)

func main() {
	program := flag.String("program", "", "the authconform to measure")
	prove := flag.Bool("prove", true, "measure prove too (about a minute)")
	onlyPage := flag.Bool("page", false, "measure only the HTML report")
	sockets := flag.Bool("sockets", true, "measure 5,000 sockets too (about a minute)")
	onlySockets := flag.Bool("only-sockets", false, "measure only those")
	home := flag.String("home", "", "a real home to measure our share of a run on; only that is measured then")
	user := flag.String("user", "owner", "who logs in there")
	passwordFile := flag.String("password-file", "", "the user's password")
	flag.Parse()
	b := &bench{program: *program, out: tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)}
	fmt.Fprintln(b.out, "what\tmeasured\ttarget\t")
	if *home != "" {
		b.share(*home, *user, *passwordFile)
		b.end()
		return
	}
	if *onlyPage {
		b.page()
		b.end()
		return
	}
	if *onlySockets {
		b.sockets()
		b.end()
		return
	}
	b.size()
	b.version()
	b.fullRun()
	b.serve()
	b.refresh()
	b.memory()
	b.page()
	if *sockets {
		b.sockets()
	}
	if *prove {
		b.prove()
	}
	b.end()
}

func (b *bench) end() {
	if b.missed > 0 {
		fmt.Fprintf(os.Stderr, "bench: %d targets missed\n", b.missed)
		os.Exit(1)
	}
}

type bench struct {
	program string
	out     *tabwriter.Writer
	missed  int
}

// say prints one line; ok tells whether the target was met.
func (b *bench) say(what, measured, target string, ok bool) {
	word := "ok"
	if !ok {
		word = "MISSED"
		b.missed++
	}
	fmt.Fprintf(b.out, "%s\t%s\t%s\t%s\n", what, measured, target, word)
	_ = b.out.Flush()
}

// median returns the median of n measurements.
func median(n int, measure func() time.Duration) time.Duration {
	var all []time.Duration
	for range n {
		all = append(all, measure())
	}
	slices.Sort(all)
	return all[n/2]
}

// must exits on an error: a failed measurement has no number.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
