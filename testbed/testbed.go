// Package testbed installs the demo thermostat into a real home, to judge the home as an OAuth client. The thermostat is a small
// integration whose third party is configured at run time and whose entries can be inspected.
package testbed

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A plain pattern would leave out __init__.py, without which Python finds no package.
//
//go:embed all:homeassistant/custom_components/authconform_demo
var files embed.FS

const (
	root   = "homeassistant"
	domain = "authconform_demo"
)

// ErrNoConfig is the error for a folder without a Home Assistant configuration.
var ErrNoConfig = errors.New("it has no configuration.yaml, so it is not a configuration folder of Home Assistant")

// Install writes the integration into a home's configuration folder and lists the files, relative to that folder. It replaces an
// older copy. A different folder of that name stays and is an error.
func Install(config string) ([]string, error) {
	if _, err := os.Stat(filepath.Join(config, "configuration.yaml")); err != nil {
		return nil, fmt.Errorf("%s: %w", config, ErrNoConfig)
	}
	parent := filepath.Join(config, "custom_components")
	place := filepath.Join(parent, domain)
	if err := ours(place); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(parent, 0o755); err != nil { //nolint:gosec // the home's own user may be another
		return nil, err
	}
	fresh, err := os.MkdirTemp(parent, "."+domain+"-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(fresh)
	list, err := write(fresh)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(fresh, 0o755); err != nil { //nolint:gosec // as above
		return nil, err
	}
	if err := os.RemoveAll(place); err != nil {
		return nil, err
	}
	return list, os.Rename(fresh, place)
}

// ours returns an error unless a folder is absent or holds this integration, so that it may be replaced.
func ours(place string) error {
	raw, err := os.ReadFile(filepath.Join(place, "manifest.json"))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(place); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return fmt.Errorf("%s exists but is not ours: it has no manifest.json", place)
	}
	if err != nil {
		return err
	}
	var manifest struct{ Domain string }
	if json.Unmarshal(raw, &manifest) != nil || manifest.Domain != domain {
		return fmt.Errorf("%s exists but is not ours: its manifest says %q", place, manifest.Domain)
	}
	return nil
}

func write(into string) ([]string, error) {
	var list []string
	from := root + "/custom_components/" + domain
	err := fs.WalkDir(files, from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Name() == "__pycache__" { // left by Python
			return fs.SkipDir
		}
		rel := strings.TrimPrefix(strings.TrimPrefix(path, from), "/")
		to := filepath.Join(into, filepath.FromSlash(rel))
		if d.IsDir() {
			return os.MkdirAll(to, 0o755) //nolint:gosec // as above
		}
		raw, err := files.ReadFile(path)
		if err != nil {
			return err
		}
		list = append(list, filepath.Join("custom_components", domain, filepath.FromSlash(rel)))
		return os.WriteFile(to, raw, 0o644) //nolint:gosec // as above
	})
	return list, err
}
