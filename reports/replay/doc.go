// Package replay turns recorded exchanges into a script for a POSIX shell that sends them again with curl. Values that the
// target made up, codes, tokens and ids of flows, are taken from its new answers; secrets that come from elsewhere are
// variables that a person sets. Whatever a target or a file says is quoted: none of it is run.
package replay
