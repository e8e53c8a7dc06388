// Package hostile provides hostile servers: a table of small behaviours, each of which can stand in front of any honest server.
// Requests that a behaviour does not spoil pass to the honest server and back. The package knows no judge and no mock.
package hostile
