//go:build race

package main

// raced reports whether the race detector is on; processes need several times the memory with it.
const raced = true
