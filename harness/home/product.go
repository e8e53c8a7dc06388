package home

import (
	"regexp"
	"strconv"

	"github.com/authconform/authconform/internal/exit"
)

// ByRelease is the release whose promises a home must keep.
type ByRelease struct {
	Release string `flag:"release" value:"VERSION" group:"Target" help:"judge by what this release of Home Assistant promises (2023.8.4)"`
}

var dotted = regexp.MustCompile(`^([0-9]+)\.[0-9]+(\.[0-9]+)?([a-z].*|\.dev.*)?$`)

// Resolve implements kind.Flags.
func (r *ByRelease) Resolve() error {
	if r.Release != "" && !calendar(r.Release) {
		return exit.Usagef("--release %s: not a release of Home Assistant like 2023.8.4", r.Release)
	}
	return nil
}

// calendar reports whether a version has Home Assistant's form: year and month since 2020.12.
func calendar(version string) bool {
	parts := dotted.FindStringSubmatch(version)
	if parts == nil {
		return false
	}
	year, err := strconv.Atoi(parts[1])
	return err == nil && year >= 2020 && year < 2100
}

// identify identifies the server. told is the version that it tells a user; named is that of --release. A server that tells no
// version of Home Assistant is not called so, and its release is unknown.
func (f *Facts) identify(told, named string) {
	f.Product, f.Version = "unknown server", ""
	if calendar(told) {
		f.Product, f.Version = "Home Assistant", told
	}
	if named != "" {
		f.Version = named
		if !calendar(told) {
			f.Product = "unknown server, judged as Home Assistant"
		}
	}
}
