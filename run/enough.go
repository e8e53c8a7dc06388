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

// enough tells whether the run may open what it will need to.
func (o Options) enough(limit int) error {
	needed := openAlways + openPerWorker*o.Procs
	if o.BuiltIn {
		needed += openByMock
	}
	if _, lacks := o.Flags.Tools().Lacks()[condition.Browser]; !lacks {
		needed += openByBrowser
	}
	if limit >= needed {
		return nil
	}
	return exit.With(exit.Broken, fmt.Errorf("this process may hold open %d files and connections, and the run needs up to %d: "+
		"raise the limit (ulimit -n %d), or give fewer --procs", limit, needed, needed))
}
