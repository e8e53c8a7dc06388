package browser

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestARunningBrowserIsUsedAndLeftRunning(t *testing.T) {
	newPage(t)
	options, err := Find(os.Getenv("AUTHCONFORM_BROWSER"))
	ok(t, err)
	profile := t.TempDir()
	process := exec.Command(options.Path, "--headless", "--no-sandbox", "--remote-debugging-port=0", "--user-data-dir="+profile, "about:blank")
	ok(t, process.Start())
	t.Cleanup(func() { _ = process.Process.Kill(); _ = process.Wait() })
	address := ""
	for end := time.Now().Add(LaunchLimit); address == "" && time.Now().Before(end); time.Sleep(pollEvery) {
		text, _ := os.ReadFile(filepath.Join(profile, "DevToolsActivePort"))
		if port, path, whole := strings.Cut(string(text), "\n/"); whole { // the file exists before its text does
			address = "ws://127.0.0.1:" + port + "/" + strings.TrimSpace(path)
		}
	}
	server := site(t, map[string]any{"/": `<p>far away`})
	for range 2 { // the second attachment proves that the first one's Close left the browser
		b, err := Start(t.Context(), Options{Remote: address})
		ok(t, err)
		p, err := b.NewPage(t.Context())
		ok(t, err)
		open(t, p, server.URL)
		if text, err := p.Text(t.Context(), "p"); text != "far away" || err != nil {
			t.Errorf("%q, %v", text, err)
		}
		p.Close()
		ok(t, b.Close())
	}
	if _, err := Start(t.Context(), Options{Remote: address, IgnoreCertSPKI: []string{"a"}}); err == nil {
		t.Error("host names of a running browser cannot be set, and nobody said so")
	}
}

func TestAMissingOrStuckBrowserIsAnError(t *testing.T) {
	if _, err := Start(t.Context(), Options{Path: "/no/such/browser"}); err == nil {
		t.Error("no error")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	begin := time.Now()
	if _, err := Start(ctx, Options{Path: sleeper(t)}); err == nil || time.Since(begin) > 5*time.Second {
		t.Errorf("a program that never speaks: %v after %v", err, time.Since(begin))
	}
}

// sleeper is an executable that accepts any flag and prints nothing.
func sleeper(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "sleeper")
	ok(t, os.WriteFile(path, []byte("#!/bin/sh\nexec sleep 20\n"), 0o700))
	return path
}

func TestPagesWorkSideBySide(t *testing.T) {
	newPage(t)
	server := site(t, map[string]any{"/": nested})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			p, err := shared.NewPage(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			defer p.Close()
			if err := p.Open(t.Context(), server.URL); err != nil {
				t.Error(err)
			}
			if err := p.Type(t.Context(), "input[name=username]", "ada"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func BenchmarkStartAndClose(b *testing.B) {
	options, err := Find(os.Getenv("AUTHCONFORM_BROWSER"))
	if err != nil {
		b.Skip(err)
	}
	for b.Loop() {
		browser, err := Start(b.Context(), options)
		if err != nil {
			b.Fatal(err)
		}
		_ = browser.Close()
	}
}

func BenchmarkNewPage(b *testing.B) {
	if shared == nil {
		b.Skip(ErrNone)
	}
	for b.Loop() {
		p, err := shared.NewPage(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		p.Close()
	}
}
