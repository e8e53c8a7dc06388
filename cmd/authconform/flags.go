package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v4"

	"github.com/authconform/authconform/reports"
	"github.com/authconform/authconform/run"
)

// envPrefix starts the environment variables that stand for flags: --report-dir is AUTHCONFORM_REPORT_DIR.
const envPrefix = "AUTHCONFORM_"

// flagError names the nearest right flag.
func flagError(c *cobra.Command, err error) error {
	if missing := new(pflag.NotExistError); errors.As(err, &missing) {
		var known []string
		c.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
		if near := reports.Nearest(missing.GetSpecifiedName(), known); near != "" {
			return run.Usage("%v; did you mean --%s?", err, near)
		}
	}
	return run.Usage("%v (see %s --help)", err, c.CommandPath())
}

// settle fills the flags that the command line left open from the environment, then from the file: flags win over
// environment, environment over file. Unknown keys of the file are errors.
func settle(c *cobra.Command, file string) error {
	values, err := readConfig(file, c.Flags())
	if err != nil {
		return err
	}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if err != nil || f.Changed {
			return
		}
		env := envPrefix + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if v, ok := os.LookupEnv(env); ok {
			if e := c.Flags().Set(f.Name, v); e != nil {
				err = run.Usage("%s: %v", env, e)
			}
		} else if v, ok := values[f.Name]; ok {
			if e := c.Flags().Set(f.Name, v.text); e != nil {
				err = run.Usage("%s:%d: %s: %v", file, v.line, f.Name, e)
			}
		}
	})
	return err
}

type setting struct {
	text string
	line int
}

// readConfig reads a flat mapping whose keys are the flags' names, with - or _.
func readConfig(file string, flags *pflag.FlagSet) (map[string]setting, error) {
	if file == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, run.Usage("--config: %v", err)
	}
	var doc yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(raw)).Decode(&doc); err != nil {
		return nil, run.Usage("--config %s: %v", file, err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, run.Usage("--config %s: not a mapping like `target: http://home:8123`", file)
	}
	var known []string
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name != "help" && f.Name != "config" {
			known = append(known, f.Name)
		}
	})
	values := map[string]setting{}
	for pairs := doc.Content[0].Content; len(pairs) > 1; pairs = pairs[2:] {
		key, value := pairs[0], pairs[1]
		name := strings.ReplaceAll(key.Value, "_", "-")
		at := fmt.Sprintf("%s:%d", file, key.Line)
		if !slices.Contains(known, name) {
			return nil, run.Usage("%s: unknown key %q%s", at, key.Value, reports.Hint(name, known))
		}
		if _, twice := values[name]; twice {
			return nil, run.Usage("%s: key %q stands twice", at, key.Value)
		}
		text, err := scalar(value)
		if err != nil {
			return nil, run.Usage("%s: %s: %v", at, key.Value, err)
		}
		values[name] = setting{text, key.Line}
	}
	return values, nil
}

func scalar(n *yaml.Node) (string, error) {
	switch n.Kind {
	case yaml.ScalarNode:
		return n.Value, nil
	case yaml.SequenceNode:
		var parts []string
		for _, item := range n.Content {
			if item.Kind != yaml.ScalarNode {
				return "", errors.New("a list of words is wanted")
			}
			parts = append(parts, item.Value)
		}
		return strings.Join(parts, ","), nil
	}
	return "", errors.New("a word or a list of words is wanted")
}
