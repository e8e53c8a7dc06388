// Package runner runs specs in worker processes and turns each into one result. The parent owns progress, results and
// the exit code; a worker registers the suites, runs its share and sends each result as a JSON line. It is the only
// importer of the Ginkgo engine, which ends its process in many situations and runs one spec at a time: contained in a
// worker, neither can cost a report. It knows no requirement beyond its id, level and time limit.
package runner
