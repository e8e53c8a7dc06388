// Package run implements `authconform run`: look at the target, plan, judge in workers, give everything back, report. The command
// line only fills Options.
package run
