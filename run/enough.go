package run

import (
	"fmt"

	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/internal/exit"
)

// The most descriptors that the processes of a run hold open, measured and rounded up. A process that runs out of them can
// neither connect nor accept connections: it would blame the target for its own faults.
const (
	openAlways    = 64  // in each process, for its own connections
	openPerWorker = 16  // in the parent
	openByMock    = 128 // in the parent, where the target is a mock in it
	openByBrowser = 256 // in a worker, by the connections of a browser's pages
)

// addresses is how much address space the Go runtime reserves for a process with its threads: if it gets no more, it ends the
// process with a message that users do not understand. The memory in use is a fiftieth of that.
const addresses = 2 << 30 // bytes

// allowed is the system's limits for a process.
type allowed struct {
	descriptors  int
	addressSpace int64 // bytes
}

// enough returns an error unless the limits suffice for the run.
func (o Options) enough(a allowed) error {
	needed := openAlways + openPerWorker*o.Procs
	if o.BuiltIn {
		needed += openByMock
	}
	if _, lacks := o.Flags.Tools().Lacks()[condition.Browser]; !lacks {
		needed += openByBrowser
	}
	switch {
	case a.descriptors < needed:
		return exit.With(exit.NoTarget, fmt.Errorf("this process may open %d files and connections, but the run needs up to %d: "+
			"raise the limit (ulimit -n %d) or lower --procs", a.descriptors, needed, needed))
	case a.addressSpace < addresses:
		return exit.With(exit.NoTarget, fmt.Errorf("this process may use %d MB of address space, but the run needs %d, mostly reserved "+
			"and not used: raise the limit (ulimit -v %d)", a.addressSpace>>20, addresses>>20, addresses>>10))
	}
	return nil
}
