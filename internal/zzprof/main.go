package main

import (
	"context"
	"fmt"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/authconform/authconform/proof"
	"github.com/authconform/authconform/run"
	"github.com/authconform/authconform/suites/profiles"
	"github.com/authconform/authconform/suites/requirements"
)

func main() {
	go http.ListenAndServe("127.0.0.1:6061", nil)
	debug.SetGCPercent(400)
	c, _ := requirements.Load()
	p, err := profiles.Load(os.Args[1])
	if err != nil {
		panic(err)
	}
	s := proof.SubjectOf(p.Kind)
	g, _ := proof.GoldenOf(p.Kind)
	f, _ := os.Create("/tmp/proof/cpu.prof")
	pprof.StartCPUProfile(f)
	sel := ""
	if len(os.Args) > 2 {
		sel = os.Args[2]
	}
	rows, err := run.Choose(p.Select(c), sel)
	if err != nil {
		panic(err)
	}
	o := proof.Options{Subject: s, Profile: p, Rows: rows, Golden: g, Procs: 4 * runtime.NumCPU()}
	o.Nulls = !strings.Contains(os.Getenv("NO"), "nulls")
	if !strings.Contains(os.Getenv("NO"), "flavours") {
		o.Flavours = []uint64{1, 2, 3}
	}
	go func() {
		for {
			time.Sleep(2 * time.Second)
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			fmt.Fprintln(os.Stderr, runtime.NumGoroutine(), "goroutines", m.HeapInuse>>20, "MB heap")
			if len(os.Getenv("GORO")) > 0 {
				f, _ := os.Create("/tmp/proof/goroutines.txt")
				pprof.Lookup("goroutine").WriteTo(f, 1)
				f.Close()
				f, _ = os.Create("/tmp/proof/heap.prof")
				pprof.WriteHeapProfile(f)
				f.Close()
			}
		}
	}()
	m, err := proof.Prove(context.Background(), o)
	pprof.StopCPUProfile()
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(m.Specs, m.Took, m.Surprises())
}
