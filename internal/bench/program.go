package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	maxSize    = 32_000_000
	maxVersion = 15 * time.Millisecond
	maxRun     = time.Second
	maxToken   = 15 * time.Millisecond
	maxIdle    = 24_000_000
	maxProve   = 90 * time.Second
)

func (b *bench) size() {
	info, err := os.Stat(b.program)
	must(err)
	b.say("binary, stripped", fmt.Sprintf("%.1f MB", float64(info.Size())/1e6), "≤ 32 MB", info.Size() <= maxSize)
}

// exec runs the program to its end.
func (b *bench) exec(args ...string) time.Duration {
	cmd := exec.Command(b.program, args...) //nolint:gosec,noctx // the program under measurement
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	started := time.Now()
	err := cmd.Run()
	took := time.Since(started)
	if err != nil {
		must(fmt.Errorf("%v: %w\n%s", args, err, out.String()))
	}
	return took
}

// execAny is exec for a run that may find failures.
func (b *bench) execAny(args ...string) time.Duration {
	cmd := exec.Command(b.program, args...) //nolint:gosec,noctx // as above
	started := time.Now()
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		must(fmt.Errorf("%v: %w", args, err))
	}
	return time.Since(started)
}

func (b *bench) version() {
	d := median(31, func() time.Duration { return b.exec("version") })
	b.say("version, exec to exit, median of 31", ms(d), "≤ 15 ms", d <= maxVersion)
}

func (b *bench) fullRun() {
	d := median(5, func() time.Duration { return b.exec("run", "--browser", "off", "-q") })
	b.say("full run on the mock, no browser, median of 5", ms(d), "≤ 1.0 s", d <= maxRun)
}

func (b *bench) prove() {
	d := b.exec("prove")
	b.say("prove, all defects, no browser", fmt.Sprintf("%.1f s", d.Seconds()), "≤ 90 s", d <= maxProve)
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

// serve measures the time from exec to the first token, and the memory of an idle home.
func (b *bench) serve() {
	var idle int64
	d := median(11, func() time.Duration {
		dir, err := os.MkdirTemp("", "bench")
		must(err)
		defer os.RemoveAll(dir)
		ready := filepath.Join(dir, "ready.json")
		cmd := exec.Command(b.program, "serve", "--home", "127.0.0.1:0", "--ready-file", ready) //nolint:gosec,noctx // as above
		started := time.Now()
		must(cmd.Start())
		defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
		var r struct{ Home struct{ URL string } }
		for {
			if raw, err := os.ReadFile(ready); err == nil && json.Unmarshal(raw, &r) == nil {
				break
			}
			if time.Since(started) > 5*time.Second {
				must(fmt.Errorf("serve is not ready after 5 s"))
			}
			time.Sleep(100 * time.Microsecond) //nolint:forbidigo // a poll for a file
		}
		newClient(r.Home.URL).login()
		took := time.Since(started)
		idle = resident(cmd.Process.Pid)
		return took
	})
	b.say("serve, exec to first token, median of 11", ms(d), "≤ 15 ms", d <= maxToken)
	if idle > 0 {
		b.say("serve, resident after one login", fmt.Sprintf("%.1f MB", float64(idle)/1e6), "≤ 24 MB", idle <= maxIdle)
	}
}

// resident returns VmRSS in bytes, 0 without /proc.
func resident(pid int) int64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.SplitSeq(string(raw), "\n") {
		var kb int64
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kb); n == 1 {
			return kb << 10
		}
	}
	return 0
}
