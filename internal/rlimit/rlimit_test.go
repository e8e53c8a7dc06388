//go:build unix

package rlimit

import (
	"syscall"
	"testing"
)

func TestLimitsAreThoseOfTheProcess(t *testing.T) {
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &was); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &was) })
	few := was
	few.Cur = 64
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &few); err != nil {
		t.Fatal(err)
	}
	if n := Descriptors(); n != 64 {
		t.Errorf("%d descriptors", n)
	}
	if n := AddressSpace(); n < 1<<30 {
		t.Errorf("%d bytes of addresses", n)
	}
}
