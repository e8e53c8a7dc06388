// Package rlimit reads the limits that the system sets for this process.
package rlimit

// MostDescriptors caps the descriptors that a process uses, even if the system allows more.
const MostDescriptors = 20_000
