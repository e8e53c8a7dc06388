package testbed

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func home(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "configuration.yaml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestEverythingIsInstalled: users get every file of this repository's integration, unchanged.
func TestEverythingIsInstalled(t *testing.T) {
	dir := home(t)
	list, err := Install(dir)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "__pycache__" {
			return fs.SkipDir
		}
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(root, path)
			want = append(want, rel)
			here, _ := os.ReadFile(path)
			there, err := os.ReadFile(filepath.Join(dir, rel))
			if err != nil || !bytes.Equal(here, there) {
				t.Errorf("%s is not installed as it stands here: %v", rel, err)
			}
		}
		return err
	})
	if err != nil || len(want) == 0 {
		t.Fatal(err)
	}
	slices.Sort(list)
	if slices.Sort(want); !slices.Equal(list, want) {
		t.Errorf("installed %v\nwant %v", list, want)
	}
}

func TestInstallTwice(t *testing.T) {
	dir := home(t)
	for range 2 {
		list, err := Install(dir)
		if err != nil || len(list) < 8 {
			t.Fatalf("%v %v", list, err)
		}
		for _, name := range list {
			if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
				t.Error(err)
			}
		}
		stale := filepath.Join(dir, "custom_components", domain, "stale.py")
		if err := os.WriteFile(stale, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Install(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "custom_components", domain, "stale.py")); err == nil {
		t.Error("a file of the older copy is still there")
	}
}

func TestInstallRefuses(t *testing.T) {
	if _, err := Install(t.TempDir()); !errors.Is(err, ErrNoConfig) {
		t.Errorf("a folder without a configuration: %v", err)
	}
	for name, manifest := range map[string]string{"another": `{"domain":"another"}`, "broken": `{`} {
		dir := home(t)
		place := filepath.Join(dir, "custom_components", domain)
		if err := os.MkdirAll(place, 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(place, "manifest.json"), []byte(manifest), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Install(dir); err == nil {
			t.Errorf("%s: a foreign integration is replaced", name)
		}
		if raw, _ := os.ReadFile(filepath.Join(place, "manifest.json")); string(raw) != manifest {
			t.Errorf("%s: it was changed", name)
		}
	}
}
