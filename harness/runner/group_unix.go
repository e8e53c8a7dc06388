//go:build unix

package runner

import "syscall"

// ownGroup keeps a terminal's Ctrl-C from the workers: the parent stops them itself, and waits.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
