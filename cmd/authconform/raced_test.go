//go:build race

package main

// raced tells of the race detector, under which processes hold several times as much.
const raced = true
