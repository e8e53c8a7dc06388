package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/authconform/authconform/internal/exit"
)

// patience is how long further signals count as the first one: the parent program may forward a signal that the terminal has sent
// to both.
const patience = time.Second

// interruptible returns a context that ends with SIGINT, SIGHUP or SIGTERM: code that runs under it gives everything back and
// reports. A later signal ends the process at once.
func interruptible() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	wanted := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup asks to outlive the terminal
		wanted = append(wanted, syscall.SIGHUP)
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, wanted...)
	go func() {
		first := <-signals
		began := time.Now()
		cancel(fmt.Errorf("%v", first))
		for range signals {
			if time.Since(began) > patience {
				fmt.Fprintln(os.Stderr, "authconform: stopped immediately")
				os.Exit(exit.Interrupted)
			}
		}
	}()
	return ctx
}
