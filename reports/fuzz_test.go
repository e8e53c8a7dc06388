package reports

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzBaseline: any file is a baseline or an error, never a panic; what was read names known rows only.
func FuzzBaseline(f *testing.F) {
	for _, s := range []string{
		"apiVersion: authconform/v1\nknown_failures:\n  - id: a.b\n    reason: x\n", "known_failures: []\n", "- a\n", "apiVersion: [", "", "a: &a [*a]\n", "known_failures:\n  - id: a.b\n    until: 2026-13-01\n    reason: x\n",
	} {
		f.Add([]byte(s))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := filepath.Join(dir, "baseline.yaml")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Skip()
		}
		b, err := ReadBaseline(path, []string{"a.b"}, gone)
		if err != nil {
			return
		}
		for _, k := range b.Known {
			if k.ID != "a.b" || k.Reason == "" {
				t.Errorf("%q: %+v", raw, k)
			}
		}
	})
}

// FuzzReport: any file is a report or an error.
func FuzzReport(f *testing.F) {
	for _, s := range []string{`{"apiVersion":"authconform/v1"}`, "{}", "null", "[", `{"apiVersion":"authconform/v1","results":[{"id":1}]}`} {
		f.Add([]byte(s))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := filepath.Join(dir, "report.json")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Skip()
		}
		if r, err := Read(path); err == nil && r.APIVersion != APIVersion {
			t.Errorf("%q is taken for a report", raw)
		}
	})
}
