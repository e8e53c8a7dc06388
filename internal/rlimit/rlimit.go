// Package rlimit knows what the system lets this process have.
package rlimit

// MostDescriptors is what a process makes use of, where the system allows more.
const MostDescriptors = 20_000
