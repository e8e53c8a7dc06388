package flags

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v4"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/internal/suggest"
)

type setting struct {
	text string
	line int
}

// FolderFile is the default configuration file, read if neither --config nor its variable names one.
const FolderFile = "authconform.yaml"

// File returns the file that a command reads: the given one, that of the variable AUTHCONFORM_CONFIG, or FolderFile if the
// working folder has one; "" means none. found reports that nobody named it.
func File(given string) (file string, found bool, err error) {
	named, set := os.LookupEnv(Variable("config"))
	switch {
	case given != "":
		return given, false, nil
	case set && named == "":
		return "", false, exit.Usagef("%s: %v", Variable("config"), errEmpty)
	case set:
		return named, false, nil
	}
	if info, err := os.Stat(FolderFile); err == nil && info.Mode().IsRegular() {
		return FolderFile, true, nil
	}
	return "", false, nil
}

// read reads a flat mapping whose keys are the flags' names, with - or _. It skips the keys in elsewhere.
func (s *Set) read(file string, elsewhere []string) (map[string]setting, error) {
	if file == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, exit.Usagef("--config: %v", err)
	}
	var doc yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(raw)).Decode(&doc); err != nil {
		return nil, exit.Usagef("--config %s: %v", file, err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, exit.Usagef("--config %s: not a mapping like `target: http://home:8123`", file)
	}
	known := s.names()
	values := map[string]setting{}
	for pairs := doc.Content[0].Content; len(pairs) > 1; pairs = pairs[2:] {
		key, value := pairs[0], pairs[1]
		name := strings.ReplaceAll(key.Value, "_", "-")
		at := fmt.Sprintf("%s:%d", file, key.Line)
		if s.secret(name) {
			return nil, exit.Usagef("%s: %s: secrets are not allowed in this file; set %s", at, key.Value, Variable(name))
		}
		if s.options[name] == nil && slices.Contains(elsewhere, name) {
			continue
		}
		if s.options[name] == nil || name == "config" {
			return nil, exit.Usagef("%s: unknown key %q%s", at, key.Value, suggest.Hint(name, known))
		}
		if _, twice := values[name]; twice {
			return nil, exit.Usagef("%s: key %q appears twice", at, key.Value)
		}
		text, err := scalar(value)
		if err != nil {
			return nil, exit.Usagef("%s: %s: %v", at, key.Value, err)
		}
		values[name] = setting{text, key.Line}
	}
	return values, nil
}

func (s *Set) names() []string {
	var names []string
	for name := range s.options {
		if name != "config" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Names returns the names of all flags of a command.
func Names(f *pflag.FlagSet) (names []string) {
	f.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

func scalar(n *yaml.Node) (string, error) {
	switch n.Kind {
	case yaml.ScalarNode:
		return n.Value, nil
	case yaml.SequenceNode:
		var parts []string
		for _, item := range n.Content {
			if item.Kind != yaml.ScalarNode {
				return "", errors.New("must be a list of words")
			}
			parts = append(parts, item.Value)
		}
		return strings.Join(parts, ","), nil
	}
	return "", errors.New("must be a word or a list of words")
}

// Problem returns the usage error for a wrong command line, with the nearest known flag; see is the command that shows help. nil
// stays nil.
func Problem(f *pflag.FlagSet, err error, see string) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "": // what follows the letter may be a secret
		return exit.Usagef("unknown flag: -%s (see %s --help)", unknown.GetSpecifiedName(), see)
	case errors.As(err, &unknown):
		if near := suggest.Nearest(unknown.GetSpecifiedName(), Names(f)); near != "" {
			return exit.Usagef("%v; did you mean --%s?", err, near)
		}
	case errors.As(err, &invalid):
		return exit.Usagef("--%s: %v", invalid.GetFlag().Name, invalid.Unwrap())
	}
	return exit.Usagef("%v (see %s --help)", err, see)
}

// Problem also explains secrets, which no flag takes.
func (s *Set) Problem(err error, see string) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) && s.secret(unknown.GetSpecifiedName()) {
		return exit.Usagef("--%s: secrets are not allowed on the command line, where others can see them; set %s",
			unknown.GetSpecifiedName(), Variable(unknown.GetSpecifiedName()))
	}
	return Problem(s.flags, err, see)
}

// secret reports whether a name is that of a field that only the environment sets.
func (s *Set) secret(name string) bool {
	return slices.ContainsFunc(s.secrets, func(sec secret) bool { return sec.name == Variable(name) })
}
