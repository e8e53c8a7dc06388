//go:build !unix

package mock

// descriptors is how many files and connections this process may hold open.
func descriptors() int { return mostDescriptors }
