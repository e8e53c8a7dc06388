// Package replay turns recorded exchanges into a POSIX shell script that repeats them with curl. Values that the
// target generated (codes, tokens, flow ids) are taken from the new responses; other secrets are
// variables that the user sets. Everything from a target or a file is quoted and never executed.
package replay
