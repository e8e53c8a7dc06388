package run

import (
	"fmt"

	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/internal/exit"
)

// What the processes of a run hold open at most, measured and rounded up. A process that runs out of descriptors reaches
// nobody and is reached by nobody: it would see faults of the target that are its own.
const (
	openAlways    = 64  // in each process, of its own connections
	openPerWorker = 16  // in the parent
	openByMock    = 128 // in the parent, where the target is a mock in it
	openByBrowser = 256 // in a worker, by the connections of a browser's pages
)

// addresses is what the Go runtime reserves of a process's address space, with its threads: it ends a process that gets no
// more of it, without a word that people understand. The memory that is used is a fiftieth of that.
const addresses = 2 << 30 // bytes

// allowed is what the system lets a process have.
type allowed struct {
	descriptors  int
	addressSpace int64 // bytes
}

// enough tells whether the run may have what it will need.
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
