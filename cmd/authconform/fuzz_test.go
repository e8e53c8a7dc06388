package main

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzConfig: any file is a configuration or an error that is one of usage.
func FuzzConfig(f *testing.F) {
	for _, s := range []string{"target: http://a\n", "require: [browser, clock]\n", "a: b\n", "[", "procs: {a: b}\n", "target: &x y\nuser: *x\n", ""} {
		f.Add([]byte(s))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := filepath.Join(dir, "authconform.yaml")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Skip()
		}
		c := runCommand()
		if err := settle(c, path); err != nil && err.Error() == "" {
			t.Errorf("%q: an error without words", raw)
		}
	})
}
