// Package descriptors knows how many files and connections this process may hold open.
package descriptors

// Most is what a process makes use of, where the system allows more.
const Most = 20_000
