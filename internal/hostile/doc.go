// Package hostile is servers that mean harm: a table of small behaviours, each of which can be placed before any server that is
// honest. Everything that a behaviour does not want to spoil goes to the honest server and back. It knows no judge and no mock.
package hostile
