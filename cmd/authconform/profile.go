package main

import (
	"errors"
	"io/fs"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/proof/stand"
	"github.com/authconform/authconform/suites/profiles"
	"github.com/authconform/authconform/suites/requirements"
)

// defaultProfile is the profile of commands that name none.
const defaultProfile = "home-assistant"

// loadProfile loads a profile by its name or file.
func loadProfile(name string) (*profiles.Profile, error) {
	p, err := profiles.Load(name)
	switch {
	case errors.Is(err, profiles.ErrUnknown):
		return nil, exit.Unknown("profile", name, profiles.Names())
	case errors.Is(err, fs.ErrNotExist), err != nil:
		return nil, exit.Usagef("--profile: %v", err)
	case stand.Kinds().Find(p.Kind) == nil:
		return nil, exit.Usagef("--profile %s: %w", name, exit.Unknown("kind", p.Kind, stand.Kinds().Names()))
	}
	return p, nil
}

// rowsOf returns the rows of a profile.
func rowsOf(profile string) ([]*requirements.Requirement, error) {
	p, err := loadProfile(profile)
	if err != nil {
		return nil, err
	}
	c, err := requirements.Load()
	if err != nil {
		return nil, exit.With(exit.Broken, err)
	}
	return p.Select(c), nil
}
